/* From a client's bytes to its packets, one after the other.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_RECEIVE_H
#define BROKER_RECEIVE_H

struct client;

/* Begins to read. */
void receive_start(struct client *client);

/* Does not read for a while. What was being handled when the pause began is handled again. */
void receive_pause(struct client *client);

/* Reads again after a pause. */
void receive_resume(struct client *client);

#endif
