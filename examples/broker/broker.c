/* The broker: opening, stopping and closing all of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "broker.h"

#include "client.h"
#include "session.h"

static void close_listeners(struct broker *broker) {
  tcp_listener_close(&broker->listener);
  tcp_listener_close(&broker->secure_listener);
}

bool broker_open(struct broker *broker, service *s, problem *p) {
  *broker = (struct broker){
      .service = s,
      .settings = s->settings->own,
      .listener = {.owner = broker, .take = client_take},
      .secure_listener = {.owner = broker,
                          .take = client_take,
                          .secure = true,
                          .protocol = TLS_MQTT},
  };
  LIST_INIT(&broker->clients);
  LIST_INIT(&broker->topics.subscriptions);
  if (tcp_listen(&s->loop, &broker->listener, &broker->settings->mqtt, p) &&
      tcp_listen(&s->loop, &broker->secure_listener, &s->settings->mqtts, p))
    return true;
  close_listeners(broker);
  return false;
}

/* Sessions end with the broker, and without wills: a will says that its client is gone, but
 * here it is the broker who goes. */
static void destroy_sessions(struct broker *broker) {
  while (broker->sessions != NULL)
    session_destroy(tree_any(&broker->sessions));
}

static void discard_wills(struct broker *broker) {
  struct client *client;
  LIST_FOREACH(client, &broker->clients, link) {
    if (client->session != NULL)
      will_discard(&client->session->will);
  }
}

void broker_stop(struct broker *broker) {
  close_listeners(broker);
  discard_wills(broker);
  struct client *client = LIST_FIRST(&broker->clients);
  while (client != NULL) {
    struct client *next = LIST_NEXT(client, link);
    client_close(client, DM_MQTT_SERVER_SHUTTING_DOWN, NULL);
    client = next;
  }
  destroy_sessions(broker);
}

void broker_close(struct broker *broker) {
  close_listeners(broker);
  discard_wills(broker);
  while (!LIST_EMPTY(&broker->clients))
    client_destroy(LIST_FIRST(&broker->clients));
  destroy_sessions(broker);
  bytes_free(&broker->scratch);
  bytes_free(&broker->identifiers);
}
