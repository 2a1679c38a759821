/* The sidecar: opening, stopping and closing all of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sidecar.h"

#include "link.h"
#include "registration.h"

static void close_listeners(struct sidecar *sidecar) {
  tcp_listener_close(&sidecar->listener);
  tcp_listener_close(&sidecar->secure_listener);
}

static bool open_listeners(struct sidecar *sidecar, problem *p) {
  service *s = sidecar->service;
  sidecar->listener = (tcp_listener){.owner = sidecar, .take = link_take};
  sidecar->secure_listener =
      (tcp_listener){.owner = sidecar, .take = link_take, .secure = true, .protocol = TLS_MQTT};
  if (tcp_listen(&s->loop.uv, &sidecar->listener, &sidecar->settings->listen, p) &&
      tcp_listen(&s->loop.uv, &sidecar->secure_listener, &s->settings->mqtts, p))
    return true;
  close_listeners(sidecar);
  return false;
}

static bool open_relays(struct sidecar *sidecar, problem *p) {
  const dm_relay_config config = {
      .size = sizeof config,
      .max_connect_size = sidecar->settings->max_connect_size,
      .to_device = stream_to_device,
      .to_broker = stream_to_broker,
      .between_packets = stream_between_packets,
      .resume = stream_may_resume,
      .connected = registration_connected,
      .acknowledged = registration_acknowledged,
      .disconnected = registration_disconnected,
      .subscription = sidecar_follow_subscriptions,
      .dismissed = registration_dismissed,
  };
  return dm_relay_host_new(&sidecar->relays, &config) == DM_OK || problem_set(p, "out of memory");
}

bool sidecar_open(struct sidecar *sidecar, service *s, problem *p) {
  const struct sidecar_settings *given = s->settings->own;
  *sidecar = (struct sidecar){.service = s, .settings = given};
  LIST_INIT(&sidecar->links);
  sessions_open(&sidecar->sessions, given->max_sessions);
  if (!stream_buffer_open(&sidecar->buffer, given->max_connect_size))
    return problem_set(p, "out of memory");
  if (!open_relays(sidecar, p) || !open_listeners(sidecar, p)) {
    dm_relay_host_free(sidecar->relays);
    stream_buffer_close(&sidecar->buffer);
    return false;
  }
  upstream_line_open(sidecar);
  return true;
}

/* Each link may leave the list meanwhile. */
static void for_each(struct sidecar *sidecar, void (*act)(struct link *link)) {
  struct link *next;
  for (struct link *link = LIST_FIRST(&sidecar->links); link != NULL; link = next) {
    next = LIST_NEXT(link, entry);
    act(link);
  }
}

static void stop_link(struct link *link) {
  link_end(link, "shutting down");
}

void sidecar_stop(struct sidecar *sidecar) {
  close_listeners(sidecar);
  for_each(sidecar, stop_link);
}

void sidecar_close(struct sidecar *sidecar) {
  close_listeners(sidecar);
  for_each(sidecar, link_destroy);
  upstream_line_close(sidecar);
  sessions_close(&sidecar->sessions);
  stream_buffer_close(&sidecar->buffer);
  dm_relay_host_free(sidecar->relays);
  bytes_free(&sidecar->head);
}

void sidecar_warn(struct sidecar *sidecar, struct repeated_warning *warning, const char *what,
                  const char *why) {
  problem line; /* which keeps control characters out */
  if (repeated_warning_due(warning, what, why, sidecar_now(sidecar), &line))
    service_say(sidecar->service, "%s", line.text);
}
