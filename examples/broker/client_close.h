/* How a connection ends.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_CLIENT_CLOSE_H
#define BROKER_CLIENT_CLOSE_H

struct client;

/* Ends the connection in order: out of its session, DISCONNECT with this reason code to
 * an MQTT 5 client, the rest of the output, then the socket. `why` is for people and may
 * be NULL. Harmless when it is closing already. */
void client_close(struct client *client, int reason_code, const char *why);

/* The same after a DISCONNECT from the client. */
void client_goodbye(struct client *client);

/* Ends the connection at once and releases the client: the other side is gone, or nobody shall
 * wait for it. */
void client_destroy(struct client *client);

#endif
