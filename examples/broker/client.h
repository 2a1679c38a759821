/* One network connection: its socket, its timers and how it ends.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_CLIENT_H
#define BROKER_CLIENT_H

#include "broker.h"
#include "login.h"
#include "output.h"

struct session;

/* How many topic aliases a client may use, MQTT 5 section 3.3.2.3.4. */
#define TOPIC_ALIAS_MAXIMUM 10

/* For client_close() and client_fail(): no DISCONNECT is sent. */
#define WITHOUT_DISCONNECT (-1)

enum client_state {
  CLIENT_AWAITING_CONNECT,
  CLIENT_OPEN,   /* CONNACK was sent */
  CLIENT_CLOSING /* of its session no more; the last bytes are on their way */
};

struct client {
  struct broker *broker;
  LIST_ENTRY(client) link;
  enum client_state state;
  channel channel;
  uv_timer_t timer;
  unsigned open_handles;
  bool ended; /* our side of the connection */
  tcp_end remote;
  struct login login;
  loop_task task; /* ends what failed, writes what was gathered */

  /* What failed during this turn of the loop. A client is never closed while a PUBLISH is
   * being routed, only marked. */
  bool failed;
  int failure; /* a reason code or WITHOUT_DISCONNECT */

  bytes input; /* an unfinished packet, or all that came while paused */
  bool paused; /* too many PUBLISH: not read from until `resume_at` */
  uint64_t resume_at;
  uint64_t heard_at; /* when the last packet came */
  outgoing output;

  /* What CONNECT said. */
  uint8_t level;
  bool problem_information;
  uint16_t keep_alive; /* seconds; 0: off */
  uint16_t receive_maximum;
  uint32_t maximum_packet_size; /* UINT32_MAX: no limit */

  struct session *session;
  dm_connection_id connection; /* 0: not registered with libdm */
  uint32_t own_unacknowledged; /* QoS 1 sent on this connection that has no PUBACK yet */
  uint32_t direct_unacknowledged;
  dm_span aliases[TOPIC_ALIAS_MAXIMUM];
};

/* Takes in a connection that waits: tcp_listener.take of the broker's. */
bool client_take(tcp_listener *listener);

/* Whether packets may be sent to it: not one that failed or is closing. */
static inline bool client_alive(const struct client *client) {
  return client->state == CLIENT_OPEN && !client->failed;
}

/* Ends the connection in order: out of its session, DISCONNECT with this reason code to
 * an MQTT 5 client, the rest of the output, then the socket. `why` is for people and may
 * be NULL. Harmless when it is closing already. */
void client_close(struct client *client, int reason_code, const char *why);

/* The same after a DISCONNECT from the client. */
void client_goodbye(struct client *client);

/* client_close() at the end of the loop's turn; safe at any time. */
void client_fail(struct client *client, int reason_code);

/* What holds the client in memory is over: a handle has closed, a password was looked at. The
 * last one takes the client with it. */
void client_release(struct client *client);

/* Ends the connection at once: the socket is gone, or nobody shall wait for it. */
void client_destroy(struct client *client);

/* Whether its Receive Maximum leaves room for one more QoS 1 PUBLISH [MQTT-3.3.4-9]. */
static inline bool client_window_open(const struct client *client) {
  return client->own_unacknowledged + client->direct_unacknowledged < client->receive_maximum;
}

/* All output has been written. */
void client_drained(struct client *client);

/* Sets the timer to whatever this client has to wait for next. */
void client_schedule(struct client *client);

#endif
