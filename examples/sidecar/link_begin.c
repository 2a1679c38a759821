/* How a link begins.
 *
 * SPDX-License-Identifier: MIT
 */
#include "link_begin.h"

#include <stdio.h>

#include "common/net/proxy_protocol.h"
#include "link_end.h"
#include "forwarding.h"
#include "link_turn.h"

static dm_duration connect_timeout(const struct link *link) {
  return link->sidecar->settings->connect_timeout_seconds * DM_SECOND;
}

/* A side is connected: bytes may come and go. */
static void start(struct link *link) {
  forwarding_regulate(link);
  link_mark(link);
}

/* ---- The device ------------------------------------------------------------------------ */

static bool too_many(const struct sidecar *sidecar) {
  return sidecar->link_count + sidecar->closing_devices.count >= sidecar->settings->max_connections;
}

static void open_device(struct link *link, stream *s) {
  link->remote = stream_remote(s);
  side_connected(&link->device, s, &forwarding_device_events, link);
  link_set_deadline(link, connect_timeout(link), "no CONNECT in time");
  start(link);
}

bool link_accept(listener *l) {
  struct sidecar *sidecar = l->owner;
  bool full = too_many(sidecar);
  struct link *link = link_new(sidecar, link_at_turn_end, link_in_time);
  stream *s = NULL;
  if (link == NULL)
    return false;
  bool accepted = listener_accept(l, &s);
  if (accepted && s != NULL && !full) {
    open_device(link, s);
    return true;
  }
  stream_close(s);
  link_free(link);
  return accepted;
}

/* ---- The broker ------------------------------------------------------------------------ */

/* There will be no broker. */
static void give_up(struct link *link, const char *why) {
  side_lost(&link->broker);
  link_fail(link, why);
}

static void warn_unreachable(struct sidecar *sidecar, int error) {
  char text[ADDRESS_TEXT_SIZE];
  char what[ADDRESS_TEXT_SIZE + 16];
  snprintf(what, sizeof what, "broker %s", address_text(&sidecar->settings->broker, text));
  sidecar_warn(sidecar, &sidecar->unreachable, what, stream_error_text(error));
}

/* Memory may have run out for what the device has sent meanwhile: then the link ends soon. */
static void open_broker(struct link *link, stream *s) {
  side_connected(&link->broker, s, &forwarding_broker_events, link);
  if (link->state == LINK_OPEN && link->broker.state == SIDE_OPEN) {
    link_set_deadline(link, DM_NEVER, NULL);
    start(link);
  }
}

static void on_dialed(void *user, stream *s, int error) {
  struct link *link = user;
  link->dial = NULL;
  if (s != NULL) {
    open_broker(link, s);
  } else {
    warn_unreachable(link->sidecar, error);
    give_up(link, "the broker cannot be reached");
  }
  if (link->state == LINK_ENDING)
    link_end_complete(link);
}

static void put_proxy_header(struct link *link) {
  char header[PROXY_PROTOCOL_MAX];
  const stream *device = link->device.writer.stream;
  stream_tls tls;
  bool secure = stream_describe_tls(device, &tls);
  endpoint local = stream_local(device);
  size_t len = proxy_protocol_header(&link->remote, &local, secure ? &tls : NULL, header);
  forwarding_put(link, &link->broker, dm_bytes(header, len), dm_text(""));
}

/* What is on its way to the broker waits until it is connected. */
static void connect_to_broker(struct link *link) {
  struct sidecar *sidecar = link->sidecar;
  side_connecting(&link->broker);
  link->dial = dial_start(&sidecar->dialer, on_dialed, link);
  if (link->dial == NULL) {
    give_up(link, "out of memory");
    return;
  }
  link_set_deadline(link, connect_timeout(link), "no connection to the broker in time");
  if (sidecar->settings->proxy_protocol)
    put_proxy_header(link);
}

void link_begin_to_broker(void *user, dm_span run) {
  struct link *link = user;
  if (link->broker.state == SIDE_IDLE)
    connect_to_broker(link);
  forwarding_to_broker(link, run);
}
