/* What the broker remembers of a client.
 *
 * SPDX-License-Identifier: MIT
 */
#include "session.h"

#include <stdlib.h>

#include "client.h"
#include "publish.h"

/* ---- The store --------------------------------------------------------------- */

struct session *session_find(const struct broker *broker, dm_span client_id) {
  return tree_find(&broker->sessions, client_id);
}

struct session *session_begin(struct broker *broker, dm_span client_id) {
  if (broker->session_count >= broker->settings->max_sessions)
    return NULL;
  struct session *session = calloc(1, sizeof *session + client_id.len);
  if (session == NULL)
    return NULL;
  memcpy(session->text, client_id.ptr, client_id.len);
  session->client_id = dm_bytes(session->text, client_id.len);
  session->broker = broker;
  session->ends_at = UINT64_MAX;
  session->will_due = UINT64_MAX;
  LIST_INIT(&session->subscriptions);
  SLIST_INIT(&session->matched);
  queue_start(&session->queue);
  if (!tree_insert(&broker->sessions, session)) {
    free(session);
    return NULL;
  }
  broker->session_count++;
  uv_timer_init(&broker->service->loop, &session->timer);
  session->timer.data = session;
  return session;
}

static void on_closed(uv_handle_t *handle) {
  free(handle->data);
}

void session_destroy(struct session *session) {
  tree_remove(&session->broker->sessions, session);
  session->broker->session_count--;
  while (!LIST_EMPTY(&session->subscriptions))
    subscription_remove(LIST_FIRST(&session->subscriptions));
  will_discard(&session->will);
  queue_clear(&session->queue);
  inflight_clear(&session->inflight);
  uv_close((uv_handle_t *)&session->timer, on_closed);
}

void session_end(struct session *session) {
  will_publish(&session->will, session->broker);
  session_destroy(session);
}

/* ---- Connected or not -------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

/* Does what is due, and waits for what is due next. */
static void settle(struct session *session) {
  uint64_t now = broker_now(session->broker);
  if (session->ends_at <= now) {
    session_end(session);
    return;
  }
  if (session->will_due <= now) {
    session->will_due = UINT64_MAX;
    will_publish(&session->will, session->broker);
  }
  uint64_t next = session->will_due < session->ends_at ? session->will_due : session->ends_at;
  if (next != UINT64_MAX)
    uv_timer_start(&session->timer, on_timer, next - now, 0);
}

static void on_timer(uv_timer_t *timer) {
  settle(timer->data);
}

void session_attach(struct session *session, struct client *client) {
  uv_timer_stop(&session->timer);
  will_discard(&session->will); /* [MQTT-3.1.3-9] */
  session->ends_at = UINT64_MAX;
  session->will_due = UINT64_MAX;
  session->client = client;
  queue_rewind(&session->queue);
}

static uint64_t seconds_after(uint64_t now, uint32_t seconds) {
  return now + (uint64_t)seconds * 1000;
}

void session_detach(struct session *session) {
  uint64_t now = broker_now(session->broker);
  session->client = NULL;
  inflight_forget_direct(&session->inflight);
  if (session->expiry_interval != SESSION_FOREVER)
    session->ends_at = seconds_after(now, session->expiry_interval);
  if (session->will.message != NULL)
    session->will_due = seconds_after(now, session->will.delay);
  settle(session);
}

/* ---- Sending ----------------------------------------------------------------- */

bool session_has_room(const struct session *session) {
  const struct broker_settings *limits = session->broker->settings;
  return session->queue.count < limits->max_queued_messages &&
         session->queue.bytes < limits->max_queued_bytes;
}

static bool client_takes_more(const struct client *client) {
  return client_alive(client) && client_window_open(client) && output_takes_publish(client) &&
         client->own_unacknowledged < client->broker->settings->max_inflight;
}

/* The slot of the next message's packet identifier; a new one when it was never sent. */
static struct inflight_slot *slot_for(struct session *session, struct queued *queued) {
  if (queued->packet_id != 0)
    return inflight_find(&session->inflight, queued->packet_id);
  struct inflight_slot *slot = inflight_take(&session->inflight);
  if (slot != NULL)
    slot->queued = queued;
  return slot;
}

/* Sends the next message, or drops it; false when that has to wait. */
static bool send_next(struct session *session) {
  struct queue *queue = &session->queue;
  struct queued *queued = queue->next;
  bool resent = queued->packet_id != 0;
  if (!resent && queued->message->expires_at <= broker_now(session->broker)) {
    queue_remove(queue, queued); /* [MQTT-3.3.2-5] */
    return true;
  }
  struct inflight_slot *slot = slot_for(session, queued);
  if (slot == NULL)
    return false;
  struct publish_copy copy = {
      .publish = &queued->message->packet,
      .expires_at = queued->message->expires_at,
      .identifiers = queued->identifiers,
      .identifier_count = queued->identifier_count,
      .packet_id = slot->packet_id,
      .dup = resent, /* [MQTT-3.3.1-1] */
  };
  int result = publish_send(session->client, &copy);
  if (result == DM_OK) {
    queued->packet_id = slot->packet_id;
    queue_advance(queue);
    session->client->own_unacknowledged++;
    return true;
  }
  bool later = result == DM_CLIENT_ENDPOINT_NOT_WRITABLE || result == DM_RECEIVER_DISCONNECTED;
  if (!later || !resent)
    inflight_give_back(&session->inflight, slot);
  if (!later)
    queue_remove(queue, queued); /* never: it is too large for the client [MQTT-3.1.2-25] */
  return !later;
}

void session_pump(struct session *session) {
  bool sent = true;
  while (sent && session->queue.next != NULL && client_takes_more(session->client))
    sent = send_next(session);
}
