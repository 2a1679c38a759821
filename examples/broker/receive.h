/* From a client's bytes to its packets, one after the other.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_RECEIVE_H
#define BROKER_RECEIVE_H

struct client;

/* Begins to read. */
void receive_start(struct client *client);

/* Goes on after a pause, first with what was kept. */
void receive_resume(struct client *client);

#endif
