/* The broker as a whole.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt_server.h"

#include "client.h"
#include "client_accept.h"
#include "client_close.h"
#include "session.h"
#include "session_life.h"
#include "common/host/descriptors.h"

static void close_listeners(struct broker *broker) {
  listener_close(&broker->listener);
  listener_close(&broker->secure_listener);
}

bool mqtt_server_open(struct broker *broker, service *s, problem *p) {
  *broker = (struct broker){
      .service = s,
      .settings = s->settings->own,
      .listener = {.owner = broker, .take = client_accept},
      .secure_listener = {.owner = broker,
                          .take = client_accept,
                          .tls = &s->tls,
                          .protocol = TLS_MQTT},
      .sessions = {.loop = &s->loop, .due = session_due, .user = broker},
  };
  broker->password_checks.loop = &s->loop;
  broker->sessions.max_sessions = broker->settings->max_sessions;
  closing_streams_open(&broker->closing, &s->loop);
  LIST_INIT(&broker->clients);
  LIST_INIT(&broker->topics.subscriptions);
  if (listener_open(&broker->listener, &s->loop, &broker->settings->mqtt, p) &&
      listener_open(&broker->secure_listener, &s->loop, &s->settings->mqtts, p)) {
    descriptors_check(s, broker->settings->max_connections, 1);
    return true;
  }
  close_listeners(broker);
  return false;
}

/* Sessions end with the broker, and without wills: a will says that its client is gone, but
 * here it is the broker who goes. */
static void discard_wills(struct broker *broker) {
  struct client *client;
  LIST_FOREACH(client, &broker->clients, link) {
    if (client->session != NULL)
      will_discard(&client->session->will);
  }
}

void mqtt_server_stop(struct broker *broker) {
  close_listeners(broker);
  discard_wills(broker);
  struct client *client = LIST_FIRST(&broker->clients);
  while (client != NULL) {
    struct client *next = LIST_NEXT(client, link);
    client_close(client, DM_MQTT_SERVER_SHUTTING_DOWN, NULL);
    client = next;
  }
  sessions_clear(&broker->sessions);
}

void mqtt_server_close(struct broker *broker) {
  close_listeners(broker);
  discard_wills(broker);
  while (!LIST_EMPTY(&broker->clients))
    client_destroy(LIST_FIRST(&broker->clients));
  closing_streams_abort(&broker->closing);
  sessions_clear(&broker->sessions);
  bytes_free(&broker->scratch);
  bytes_free(&broker->identifiers);
}
