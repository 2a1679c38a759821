/* The broker: opening, stopping and closing all of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "broker.h"

#include "client.h"
#include "session.h"

bool broker_open(struct broker *broker, service *s, problem *p) {
  *broker = (struct broker){.service = s, .settings = s->settings->own};
  LIST_INIT(&broker->clients);
  LIST_INIT(&broker->topics.subscriptions);
  broker->listener.data = broker;
  broker->listening = tcp_listen(&s->loop, &broker->listener, &s->settings->mqtt, &broker->bound,
                                 client_on_connection, p);
  return broker->listening;
}

static void stop_listening(struct broker *broker) {
  if (broker->listening)
    uv_close((uv_handle_t *)&broker->listener, NULL);
  broker->listening = false;
}

/* Sessions end with the broker, so their timers need not keep the loop alive. */
void broker_stop(struct broker *broker) {
  stop_listening(broker);
  struct client *client = LIST_FIRST(&broker->clients);
  while (client != NULL) {
    struct client *next = LIST_NEXT(client, link);
    client_close(client, DM_MQTT_SERVER_SHUTTING_DOWN, NULL);
    client = next;
  }
  while (broker->sessions != NULL)
    session_destroy(tree_any(&broker->sessions));
}

void broker_close(struct broker *broker) {
  stop_listening(broker);
  while (!LIST_EMPTY(&broker->clients))
    client_destroy(LIST_FIRST(&broker->clients));
  while (broker->sessions != NULL)
    session_destroy(tree_any(&broker->sessions));
  bytes_free(&broker->scratch);
  bytes_free(&broker->identifiers);
}
