/* How a link begins and ends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "link.h"

#include <stdlib.h>

#include "common/base/client_end.h"
#include "upstream.h"

/* How long the other sides may take to read their last bytes and to close. */
#define LINGER DM_SECOND

/* How often a side that is not read from is looked at. */
#define LOOK DM_SECOND

/* ---- How it ends ----------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle) {
  link_handle_closed(handle->data);
}

void link_handle_closed(struct link *link) {
  if (--link->open_handles != 0 || link->state != LINK_CLOSED)
    return;
  dm_relay_free(link->relay);
  outgoing_free(&link->device.out);
  outgoing_free(&link->broker.out);
  bytes_free(&link->device.kept);
  bytes_free(&link->broker.kept);
  bytes_free(&link->waiting);
  certificate_free(link->certificate);
  subscriptions_free(&link->subscriptions);
  free((char *)(uintptr_t)link->client_id.ptr);
  free(link);
}

static void close_side(struct side *side) {
  if (side->handle && !uv_is_closing((uv_handle_t *)&side->channel.socket))
    channel_close(&side->channel, on_closed);
}

void link_destroy(struct link *link) {
  struct sidecar *sidecar = link->sidecar;
  if (link->state == LINK_CLOSED)
    return;
  link->state = LINK_CLOSED;
  dm_relay_end(link->relay);
  upstream_forget(link);
  LIST_REMOVE(link, entry);
  sidecar->link_count--;
  loop_forget(&link->task);
  close_side(&link->device);
  close_side(&link->broker);
  uv_close((uv_handle_t *)&link->timer, on_closed);
}

static void log_end(const struct link *link, const char *why) {
  problem line;
  client_end_text(&line, link->client_id, link->remote.ip, link->remote.port, why);
  service_say(link->sidecar->service, "%s", line.text);
}

void link_end(struct link *link, const char *why) {
  if (link->state != LINK_OPEN)
    return;
  if (link->sidecar->settings->log_clients)
    log_end(link, why);
  link->state = LINK_ENDING;
  dm_relay_end(link->relay);
  /* What the relay held back can do no harm any more. */
  if (link->broker.ended)
    stream_add(link, &link->device, bytes_span(&link->broker.kept), dm_text(""));
  link_set_deadline(link, LINGER, NULL);
  stream_regulate(link);
  loop_later(&link->sidecar->service->loop, &link->task);
}

void link_fail(struct link *link, const char *why) {
  if (link->failure == NULL)
    link->failure = why;
  loop_later(&link->sidecar->service->loop, &link->task);
}

/* ---- Its last bytes ---------------------------------------------------------------- */

static void on_shutdown(uv_shutdown_t *request, int status) {
  struct link *link = request->handle->data;
  struct side *side =
      request->handle == channel_stream(&link->device.channel) ? &link->device : &link->broker;
  free(request);
  if (status < 0 && link->state != LINK_CLOSED) {
    side->deaf = true;
    loop_later(&link->sidecar->service->loop, &link->task);
  }
}

/* Closing a socket while something from the other end is unread would make TCP throw away
 * our last bytes on their way. So our side ends first, and theirs or the timer follows. */
static void end_our_side(struct side *side) {
  uv_shutdown_t *request = malloc(sizeof *request);
  side->shut = true;
  if (request == NULL || channel_shutdown(request, &side->channel, on_shutdown) != 0) {
    free(request);
    side->deaf = true;
  }
}

/* Whether a side has got and sent everything. */
static bool settle_side(struct side *side) {
  if (!side->handle)
    return true;
  if (side->ready && !side->deaf && !side->shut && outgoing_waiting(&side->out) == 0)
    end_our_side(side);
  return side->ended && (side->shut || side->deaf);
}

void link_settle(struct link *link) {
  if (link->state != LINK_ENDING)
    return;
  bool device = settle_side(&link->device);
  bool broker = settle_side(&link->broker) && link->upstream == NULL;
  if (device && broker)
    link_destroy(link);
}

/* ---- The end of a turn ---------------------------------------------------------------- */

static void on_task(loop_task *task) {
  struct link *link = (struct link *)((char *)task - offsetof(struct link, task));
  if (link->failure != NULL)
    link_end(link, link->failure);
  if (link->resume)
    stream_resume(link);
  stream_flush(link);
  stream_regulate(link);
  link_settle(link);
}

/* ---- Time --------------------------------------------------------------------------------- */

/* Where one side reads nothing, the other one is not read from, and does not show that it has
 * left. Its last byte may not have come yet, then it is as with no relay between: the one who
 * reads nothing does not know, until TCP gives up. */
static void look(struct link *link) {
  link->next_look = DM_NEVER;
  if (stream_is_abandoned(link))
    link_end(link, "connection lost");
  else if (stream_is_full(link))
    link_watch(link);
}

static void on_timer(uv_timer_t *timer) {
  struct link *link = timer->data;
  dm_time now = sidecar_now(link->sidecar);
  link->timer_due = DM_NEVER;
  if (link->deadline <= now && link->state == LINK_ENDING) {
    link_destroy(link);
    return;
  }
  if (link->deadline <= now)
    link_end(link, link->too_late);
  if (link->next_look <= now)
    look(link);
  if (link->state == LINK_OPEN)
    dm_relay_tick(link->relay, now);
  link_schedule(link);
}

void link_schedule(struct link *link) {
  dm_time due = dm_relay_next_deadline(link->relay);
  if (link->deadline < due)
    due = link->deadline;
  if (link->next_look < due)
    due = link->next_look;
  /* Firing early costs less than moving the timer with every message. */
  if (due < link->timer_due && link->state != LINK_CLOSED) {
    link->timer_due = due;
    clock_start_timer(&link->timer, on_timer, due);
  }
}

void link_set_deadline(struct link *link, dm_duration wait, const char *why) {
  link->deadline = wait == DM_NEVER ? DM_NEVER : sidecar_now(link->sidecar) + wait;
  link->too_late = why;
  link_schedule(link);
}

void link_watch(struct link *link) {
  if (link->next_look == DM_NEVER)
    link->next_look = sidecar_now(link->sidecar) + LOOK;
  link_schedule(link);
}

/* ---- How it begins ----------------------------------------------------------------------------
 */

static struct link *make(struct sidecar *sidecar) {
  struct link *link = calloc(1, sizeof *link);
  if (link == NULL || dm_relay_new(&link->relay, sidecar->relays, link) != DM_OK) {
    free(link);
    return NULL;
  }
  link->sidecar = sidecar;
  link->task.run = on_task;
  link->timer_due = link->deadline = link->next_look = DM_NEVER;
  uv_timer_init(&sidecar->service->loop.uv, &link->timer);
  link->timer.data = link;
  link->open_handles = 1;
  LIST_INSERT_HEAD(&sidecar->links, link, entry);
  sidecar->link_count++;
  return link;
}

bool link_take(tcp_listener *listener) {
  struct sidecar *sidecar = listener->owner;
  struct link *link = make(sidecar);
  if (link == NULL)
    return false;
  bool accepted = channel_accept(listener, &link->device.channel);
  stream_open(link, &link->device);
  if (!accepted || sidecar->link_count > sidecar->settings->max_connections) {
    link_destroy(link);
    return true;
  }
  link->remote = tcp_remote(&link->device.channel.socket);
  tcp_keep_alive(&link->device.channel.socket);
  link_set_deadline(link, sidecar->settings->connect_timeout_seconds * DM_SECOND,
                    "no CONNECT in time");
  stream_start(link, &link->device);
  return true;
}
