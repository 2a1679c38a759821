/* From a client's bytes to its packets, one after the other.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_RECEIVE_H
#define BROKER_RECEIVE_H

#include <stddef.h>

struct client;

/* stream_events.read and .ended of a client. */
void receive_bytes(void *client, char *data, size_t len);
void receive_end(void *client, int status);

/* Begins to read. */
void receive_start(struct client *client);

/* Goes on after a pause, first with what was kept. */
void receive_resume(struct client *client);

#endif
