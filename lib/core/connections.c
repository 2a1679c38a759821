/* Connections come and go.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/span.h"
#include "base/structure.h"
#include "core/message.h"
#include "core/settle.h"

static bool text_sound(dm_span text, size_t limit) {
  return span_sound(text) && text.len <= limit;
}

static int connection_check(const dm_connection *given) {
  if (given == NULL || !structure_known(given, given->size, sizeof *given) ||
      !span_sound(given->client_id) || !text_sound(given->principal, PRINCIPAL_MAX) ||
      !text_sound(given->source_ip, IP_MAX) || !text_sound(given->target_ip, IP_MAX) ||
      !text_sound(given->thing_name, THING_NAME_MAX) || given->receive_maximum > UINT16_MAX ||
      given->protocol_level < 3 || given->protocol_level > 5 || given->persistent > 1)
    return DM_ERROR_INVALID_ARGUMENT;
  return client_id_valid(given->client_id) ? DM_OK : DM_MALFORMED_CLIENTID;
}

static bool room_for_one(const dm_context *context, const connection *old) {
  uint32_t limit = context->config.max_connections;
  return old != NULL || limit == DM_UNLIMITED || context->registry.connections.taken < limit;
}

/* Coming back at once is no way around the limit of queries about one client. */
static bucket take_queries(dm_context *context, const connection *fresh, const connection *old) {
  if (old != NULL)
    return old->queries;
  departure *before =
      departures_find(&context->departures, fresh->hash, connection_client_id(fresh));
  if (before == NULL)
    return bucket_full(context->config.client_queries_per_second, context->now);
  bucket queries = before->queries;
  departures_remove(&context->departures, before);
  return queries;
}

/* Reserve first: a takeover that runs out of memory leaves the old connection in place. */
static int take_place(dm_context *context, const dm_connection *given, dm_connection_id *out) {
  connection *old = registry_find(&context->registry, given->client_id);
  if (!room_for_one(context, old))
    return DM_ERROR_LIMIT;
  connection *fresh = registry_prepare(&context->registry, given);
  if (fresh == NULL)
    return DM_ERROR_NO_MEMORY;
  fresh->connected_since = context->now;
  fresh->publishes = bucket_full(context->config.publishes_per_second, context->now);
  fresh->queries = take_queries(context, fresh, old);
  *out = slotmap_handle(fresh);
  if (old != NULL)
    registry_hide(&context->registry, old);
  registry_enter(&context->registry, fresh);
  if (old != NULL)
    settle_connection(context, old);
  return DM_OK;
}

int dm_connected(dm_context *context, const dm_connection *given, dm_time now,
                 dm_connection_id *out) {
  if (context == NULL || out == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  int result = connection_check(given);
  if (result != DM_OK)
    return result;
  context_enter(context, now);
  result = take_place(context, given, out);
  context_leave(context);
  return result;
}

static int give_up_place(dm_context *context, dm_connection_id id, int reason) {
  connection *over = registry_resolve(&context->registry, id);
  if (over == NULL)
    return DM_ERROR_STALE_HANDLE;
  registry_hide(&context->registry, over);
  departures_add(&context->departures, &context->config, over, reason, context->now);
  settle_connection(context, over);
  return DM_OK;
}

int dm_disconnected(dm_context *context, dm_connection_id id, int reason, dm_time now) {
  if (context == NULL || dm_disconnect_reason_text(reason) == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  context_enter(context, now);
  int result = give_up_place(context, id, reason);
  context_leave(context);
  return result;
}

static int count_publish(dm_context *context, dm_connection_id id) {
  connection *entry = registry_resolve(&context->registry, id);
  uint32_t rate = context->config.publishes_per_second;
  if (entry == NULL)
    return DM_ERROR_STALE_HANDLE;
  bool within = rate == DM_UNLIMITED || bucket_take(&entry->publishes, rate, context->now);
  return within ? DM_OK : DM_RECEIVE_SESSION_THROTTLED;
}

int dm_count_publish(dm_context *context, dm_connection_id id, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  context_enter(context, now);
  int result = count_publish(context, id);
  context_leave(context);
  return result;
}

uint32_t dm_unacknowledged(const dm_context *context, dm_connection_id id) {
  const connection *entry = context == NULL ? NULL : registry_resolve(&context->registry, id);
  return entry == NULL ? 0 : entry->unacknowledged;
}
