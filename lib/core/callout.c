/* The host's callbacks, one wrapper each: what is missing, and what their results mean.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/callout.h"

int dmi_callout_deliver(dm_context *context, const dm_delivery *delivery) {
  int result = context->config.deliver(context->config.user, delivery);
  switch (result) {
  case DM_OK:
  case DM_CLIENT_ENDPOINT_NOT_WRITABLE:
  case DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED:
  case DM_RECEIVE_SESSION_THROTTLED:
  case DM_RECEIVER_PACKET_TOO_LARGE:
  case DM_RECEIVER_DISCONNECTED:
    return result;
  default:
    return DM_INTERNAL_SERVER_ERROR;
  }
}

int dmi_callout_policies(dm_context *context, const dm_party *party, dm_policy_list *out) {
  *out = (dm_policy_list){NULL, 0};
  int result = context->config.policies(context->config.user, party, out);
  bool sound = result == DM_OK && (out->policies != NULL || out->count == 0);
  return sound ? DM_OK : DM_INTERNAL_SERVER_ERROR;
}

int dmi_callout_values(dm_context *context, const dm_party *party, const dm_policy_value **out) {
  size_t count = 0;
  *out = NULL;
  if (context->config.values == NULL)
    return 0;
  int result = context->config.values(context->config.user, party, out, &count);
  bool sound = result == DM_OK && count <= DM_VALUES_MAX && (*out != NULL || count == 0);
  return sound ? (int)count : DM_INTERNAL_SERVER_ERROR;
}

bool dmi_callout_has_session(dm_context *context, dm_span client_id) {
  return context->config.has_session != NULL &&
         context->config.has_session(context->config.user, client_id) != 0;
}

static int done_or_not_found(int result) {
  return result == DM_OK || result == DM_TARGET_CLIENT_ID_NOT_FOUND ? result
                                                                    : DM_INTERNAL_SERVER_ERROR;
}

int dmi_callout_subscriptions(dm_context *context, const dm_target *target,
                              void (*visit)(void *visitor, dm_span topic_filter, int qos),
                              void *visitor) {
  return done_or_not_found(
      context->config.subscriptions(context->config.user, target, visit, visitor));
}

int dmi_callout_end_connection(dm_context *context, const dm_target *target, bool clean_session,
                               bool prevent_will) {
  return done_or_not_found(
      context->config.end_connection(context->config.user, target, clean_session, prevent_will));
}

void dmi_callout_event(dm_context *context, const dm_event *event) {
  if (context->config.event != NULL)
    context->config.event(context->config.user, event);
}
