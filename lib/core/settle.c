/* Settling: messages that were handed over get their one answer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/settle.h"

#include "core/pending.h"

static void settle_until(dm_context *context, dm_time until, dmi_happening why) {
  for (dmi_pending *entry; (entry = dmi_tracker_due(&context->tracker, until)) != NULL;)
    dmi_pending_end(context, entry, why);
}

void dmi_settle_all(dm_context *context) {
  settle_until(context, DM_NEVER, HAPPENED_STOP);
}

/* Nobody releases one of the others meanwhile: only this, or a PUBACK of this connection,
 * could. */
void dmi_settle_connection(dm_context *context, dmi_connection *over) {
  dmi_pending *rest = over->pendings;
  dmi_registry_release(&context->registry, over);
  while (rest != NULL) {
    dmi_pending *entry = rest;
    rest = entry->next;
    dmi_pending_end(context, entry, HAPPENED_DISCONNECT);
  }
}

/* ---- Public ------------------------------------------------------------- */

static int acknowledge(dm_context *context, dm_connection_id connection, dm_message_id message,
                       uint8_t reason_code) {
  dmi_pending *entry = dmi_tracker_find(&context->tracker, message);
  if (entry == NULL || entry->connection != connection ||
      dmi_registry_resolve(&context->registry, connection) == NULL)
    return DM_ERROR_STALE_HANDLE;
  return dmi_pending_acknowledge(context, entry, reason_code) ? DM_OK : DM_ERROR_STALE_HANDLE;
}

int dm_puback(dm_context *context, dm_connection_id connection_id, dm_message_id message,
              uint8_t reason_code, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  dmi_context_enter(context, now);
  int result = acknowledge(context, connection_id, message, reason_code);
  dmi_context_leave(context);
  return result;
}

static int cancel(dm_context *context, dm_message_id message) {
  dmi_pending *entry = dmi_tracker_find(&context->tracker, message);
  bool waited = entry != NULL && dmi_pending_end(context, entry, HAPPENED_CANCEL);
  return waited ? DM_OK : DM_ERROR_STALE_HANDLE;
}

/* Also while dm_free() answers everybody: who has gone must not be called. */
int dm_cancel(dm_context *context, dm_message_id message, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  dmi_context_enter(context, now);
  int result = cancel(context, message);
  dmi_context_leave(context);
  return result;
}

int dm_tick(dm_context *context, dm_time now) {
  if (context == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  dmi_context_enter(context, now);
  settle_until(context, context->now, HAPPENED_DEADLINE);
  dmi_context_leave(context);
  return DM_OK;
}

dm_time dm_next_deadline(const dm_context *context) {
  const dmi_deadline *first =
      context == NULL ? NULL : dmi_deadlines_first(&context->tracker.deadlines);
  return first == NULL ? DM_NEVER : first->due;
}
