/* One network connection: what is known of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_CLIENT_H
#define BROKER_CLIENT_H

#include "broker.h"
#include "common/net/buffered_writer.h"

struct password_check;
struct session;

/* How many topic aliases a client may use, MQTT 5 section 3.3.2.3.4. */
#define TOPIC_ALIAS_MAXIMUM 10

/* Instead of the reason code of a DISCONNECT: none is sent. */
#define WITHOUT_DISCONNECT (-1)

enum client_state {
  CLIENT_AWAITING_CONNECT,
  CLIENT_OPEN,   /* CONNACK was sent */
  CLIENT_CLOSING /* of its session no more, and without a stream */
};

struct client {
  struct broker *broker;
  LIST_ENTRY(client) link;
  enum client_state state;
  stream *stream;
  lazy_timer timer; /* until CONNECT, the end of a pause or of the keep-alive time */
  endpoint remote;

  /* Who it is. */
  certificate *certificate;        /* NULL: none */
  struct password_check *password; /* being looked at; NULL: none */
  char *principal;                 /* NULL: not known yet */

  loop_task task; /* ends what failed, writes its output */

  /* What failed during this turn of the loop. A client is never closed while a PUBLISH is
   * being routed, only marked. */
  bool failed;
  int failure; /* a reason code or WITHOUT_DISCONNECT */

  bytes input; /* an unfinished packet, or all that came while paused */
  bool paused; /* not read from */
  buffered_writer output;

  /* What CONNECT said. */
  uint8_t level;
  bool bridge; /* a broker itself: it is not sent its own messages, which would come back */
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

/* Whether packets may be sent to it: not one that failed or is closing. */
static inline bool client_alive(const struct client *client) {
  return client->state == CLIENT_OPEN && !client->failed;
}

/* Whether its Receive Maximum leaves room for one more QoS 1 PUBLISH [MQTT-3.3.4-9]. */
static inline bool client_window_open(const struct client *client) {
  return client->own_unacknowledged + client->direct_unacknowledged < client->receive_maximum;
}

/* Has the connection end at the end of the loop's turn, with this reason code; safe at any
 * time. */
void client_fail(struct client *client, int reason_code);

/* A packet has come, or might have: the keep-alive time of an open client begins anew. */
void client_heard(struct client *client);

/* Does not read until then; the last call counts. What was being handled is handled again when
 * reading goes on. */
void client_pause(struct client *client, dm_time until);

/* Releases it, once it is out of its session and its stream is closed. */
void client_free(struct client *client);

#endif
