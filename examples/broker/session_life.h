/* When a session begins and ends: connected or not, expiry, and the will in time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_SESSION_LIFE_H
#define BROKER_SESSION_LIFE_H

struct broker;
struct client;
struct session;

/* A connection takes the session up: a will that waits is not published any more, what has no
 * PUBACK is sent again as soon as send_waiting() is called. */
void session_attach(struct session *session, struct client *client);

/* Its connection is over: the will's delay and the session's expiry begin. A session that does
 * not outlive its connection ends here. */
void session_detach(struct broker *broker, struct session *session);

/* Ends a session that is not connected; its will, if one waits, is published. */
void session_end(struct broker *broker, struct session *session);

/* Does what is due; `broker` is one. For session_store.due. */
void session_due(void *broker, struct session *session);

#endif
