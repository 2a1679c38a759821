/* The sidecar's server: opening, stopping and closing all of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_server.h"

#include "common/host/descriptors.h"
#include "common/net/own_address.h"
#include "link_begin.h"
#include "link_end.h"
#include "forwarding.h"
#include "registration.h"

/* ---- Opening ---------------------------------------------------------------------------- */

static void close_listeners(struct sidecar *sidecar) {
  listener_close(&sidecar->listener);
  listener_close(&sidecar->secure_listener);
}

static bool open_listeners(struct sidecar *sidecar, problem *p) {
  service *s = sidecar->service;
  sidecar->listener = (listener){.owner = sidecar, .take = link_accept};
  sidecar->secure_listener =
      (listener){.owner = sidecar, .take = link_accept, .tls = &s->tls, .protocol = TLS_MQTT};
  return listener_open(&sidecar->listener, &s->loop, &sidecar->settings->listen, p) &&
         listener_open(&sidecar->secure_listener, &s->loop, &s->settings->mqtts, p);
}

/* Each connection to itself would open another one. */
static bool check_broker(const struct sidecar *sidecar, problem *p) {
  const address *broker = &sidecar->settings->broker;
  char text[ADDRESS_TEXT_SIZE];
  if (own_address_reaches(&sidecar->listener, broker) ||
      own_address_reaches(&sidecar->secure_listener, broker))
    return problem_set(p, "the broker's address, %s, is one where this program itself listens",
                       address_text(broker, text));
  return true;
}

static bool open_relays(struct sidecar *sidecar, problem *p) {
  const dm_relay_config config = {
      .size = sizeof config,
      .max_connect_size = sidecar->settings->max_connect_size,
      .to_device = forwarding_to_device,
      .to_broker = link_begin_to_broker,
      .between_packets = forwarding_between_packets,
      .resume = forwarding_may_resume,
      .connected = registration_connected,
      .acknowledged = registration_acknowledged,
      .disconnected = registration_disconnected,
      .subscription = registration_follow_subscriptions,
      .dismissed = registration_dismissed,
      .unfollowed = registration_unfollowed,
  };
  return dm_relay_host_new(&sidecar->relays, &config) == DM_OK || problem_set(p, "out of memory");
}

static bool open_buffer(struct sidecar *sidecar, problem *p) {
  return forward_buffer_open(&sidecar->buffer, sidecar->settings->max_connect_size) ||
         problem_set(p, "out of memory");
}

static void open_parts(struct sidecar *sidecar) {
  struct loop *loop = sidecar_loop(sidecar);
  LIST_INIT(&sidecar->links);
  sessions_open(&sidecar->sessions, sidecar->settings->max_sessions);
  dialer_open(&sidecar->dialer, loop, &sidecar->settings->broker);
  closing_streams_open(&sidecar->closing_devices, loop);
  closing_streams_open(&sidecar->closing_brokers, loop);
}

bool relay_server_open(struct sidecar *sidecar, service *s, problem *p) {
  *sidecar = (struct sidecar){.service = s, .settings = s->settings->own};
  open_parts(sidecar);
  if (open_buffer(sidecar, p) && open_relays(sidecar, p) && open_listeners(sidecar, p) &&
      check_broker(sidecar, p)) {
    descriptors_check(s, sidecar->settings->max_connections, 2); /* one to the broker */
    return true;
  }
  relay_server_close(sidecar);
  return false;
}

/* ---- Stopping and closing --------------------------------------------------------------- */

void relay_server_stop(struct sidecar *sidecar) {
  close_listeners(sidecar);
  for (struct link *link = LIST_FIRST(&sidecar->links); link != NULL; link = LIST_NEXT(link, entry))
    link_fail(link, "shutting down");
}

void relay_server_close(struct sidecar *sidecar) {
  close_listeners(sidecar);
  while (!LIST_EMPTY(&sidecar->links))
    link_end_at_once(LIST_FIRST(&sidecar->links));
  closing_streams_abort(&sidecar->closing_devices);
  closing_streams_abort(&sidecar->closing_brokers);
  dialer_close(&sidecar->dialer);
  sessions_close(&sidecar->sessions);
  forward_buffer_close(&sidecar->buffer);
  dm_relay_host_free(sidecar->relays);
  bytes_free(&sidecar->head);
}
