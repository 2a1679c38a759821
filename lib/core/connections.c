/* Connections come and go.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/span.h"
#include "base/structure.h"
#include "core/message.h"
#include "core/settle.h"

#define CONNECTION_FIRST_SIZE sizeof(dm_connection)

static bool text_sound(dm_span text, size_t limit) {
  return dmi_span_sound(text) && text.len <= limit;
}

static int connection_check(const dm_connection *given) {
  if (given == NULL || !dmi_span_sound(given->client_id) ||
      !text_sound(given->principal, DM_PRINCIPAL_MAX) || !text_sound(given->source_ip, IP_MAX) ||
      !text_sound(given->target_ip, IP_MAX) || !text_sound(given->thing_name, THING_NAME_MAX) ||
      given->receive_maximum > UINT16_MAX || given->protocol_level < 3 ||
      given->protocol_level > 5 || given->persistent > 1)
    return DM_ERROR_INVALID_ARGUMENT;
  return dmi_client_id_valid(given->client_id) ? DM_OK : DM_MALFORMED_CLIENTID;
}

static bool room_for_one(const dm_context *context, const dmi_connection *old) {
  uint32_t limit = context->limits.max_connections;
  return old != NULL || limit == DM_UNLIMITED || context->registry.connections.taken < limit;
}

/* Coming back at once is no way around the limit of queries about one client. */
static dmi_bucket take_queries(dm_context *context, const dmi_connection *fresh,
                               const dmi_connection *old) {
  if (old != NULL)
    return old->queries;
  dmi_remembered *before =
      dmi_remembered_find(&context->remembered, fresh->hash, dmi_connection_client_id(fresh));
  if (before == NULL)
    return dmi_bucket_full(context->limits.client_queries_per_second, context->now);
  dmi_bucket queries = before->queries;
  dmi_recent_forget(&context->remembered, before);
  return queries;
}

/* Reserve first: a takeover that runs out of memory leaves the old connection in place. */
static int take_place(dm_context *context, const dm_connection *given, dm_connection_id *out) {
  dmi_connection *old = dmi_registry_find(&context->registry, given->client_id);
  if (!room_for_one(context, old))
    return DM_ERROR_LIMIT;
  dmi_connection *fresh = dmi_registry_prepare(&context->registry, given);
  if (fresh == NULL)
    return DM_ERROR_NO_MEMORY;
  fresh->connected_since = context->now;
  fresh->publishes = dmi_bucket_full(context->limits.publishes_per_second, context->now);
  fresh->queries = take_queries(context, fresh, old);
  *out = dmi_slotmap_handle(fresh);
  if (old != NULL)
    dmi_registry_hide(&context->registry, old);
  dmi_registry_enter(&context->registry, fresh);
  if (old != NULL)
    dmi_settle_connection(context, old);
  return DM_OK;
}

int dm_connected(dm_context *context, const dm_connection *given, dm_time now,
                 dm_connection_id *out) {
  if (context == NULL || out == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  dm_connection room;
  const dm_connection *connection =
      dmi_structure_read(given, CONNECTION_FIRST_SIZE, &room, sizeof room);
  int result = connection_check(connection);
  if (result != DM_OK)
    return result;
  dmi_context_enter(context, now);
  result = take_place(context, connection, out);
  dmi_context_leave(context);
  return result;
}

static int give_up_place(dm_context *context, dm_connection_id id, int reason) {
  dmi_connection *over = dmi_registry_resolve(&context->registry, id);
  if (over == NULL)
    return DM_ERROR_STALE_HANDLE;
  dmi_registry_hide(&context->registry, over);
  dmi_remembered_add(&context->remembered, dmi_remembered_limits(&context->limits), over, reason,
                     context->now);
  dmi_settle_connection(context, over);
  return DM_OK;
}

int dm_disconnected(dm_context *context, dm_connection_id id, int reason, dm_time now) {
  if (context == NULL || dm_disconnect_reason_text(reason) == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  dmi_context_enter(context, now);
  int result = give_up_place(context, id, reason);
  dmi_context_leave(context);
  return result;
}

static int count_publish(dm_context *context, dm_connection_id id) {
  dmi_connection *entry = dmi_registry_resolve(&context->registry, id);
  uint32_t rate = context->limits.publishes_per_second;
  if (entry == NULL)
    return DM_ERROR_STALE_HANDLE;
  bool within = rate == DM_UNLIMITED || dmi_bucket_take(&entry->publishes, rate, context->now);
  return within ? DM_OK : DM_RECEIVE_SESSION_THROTTLED;
}

int dm_count_publish(dm_context *context, dm_connection_id id, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  dmi_context_enter(context, now);
  int result = count_publish(context, id);
  dmi_context_leave(context);
  return result;
}

uint32_t dm_unacknowledged(const dm_context *context, dm_connection_id id) {
  const dmi_connection *entry =
      context == NULL ? NULL : dmi_registry_resolve(&context->registry, id);
  return entry == NULL ? 0 : entry->unacknowledged;
}
