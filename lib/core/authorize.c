/* May the caller send this, may the target receive it?
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/authorize.h"

#include "base/span.h"
#include "core/callout.h"

enum {
  RESOURCE_MAX = TOPIC_MAX > CLIENT_ID_MAX ? TOPIC_MAX : CLIENT_ID_MAX
};

/* A resource name, put together on the stack. */
typedef struct resource_arn {
  char bytes[ARN_PREFIX_MAX + RESOURCE_MAX];
  size_t len;
} resource_arn;

static void arn_build(resource_arn *arn, const kept_name *prefix, dm_span resource) {
  memcpy(arn->bytes, prefix->bytes, prefix->len);
  memcpy(arn->bytes + prefix->len, resource.ptr, resource.len);
  arn->len = prefix->len + resource.len;
}

static bool allowed(const dm_policy_list *policies, dm_span action, const resource_arn *resource,
                    const dm_policy_value *values, size_t value_count) {
  dm_policy_request request = {
      .action = action,
      .resource = {resource->bytes, resource->len},
      .values = values,
      .value_count = value_count,
  };
  return dm_policy_evaluate(policies, &request) == DM_POLICY_ALLOWED;
}

/* May the caller do this with a client? */
static int authorize_caller(dm_context *context, dm_span principal, dm_span action,
                            dm_span client_id, const dm_policy_value *value) {
  dm_policy_list policies;
  if (callout_policies(context, principal, NULL, &policies) != DM_OK)
    return DM_INTERNAL_SERVER_ERROR;
  resource_arn target;
  arn_build(&target, &context->client_arn, client_id);
  bool may = allowed(&policies, action, &target, value, value != NULL);
  return may ? DM_OK : DM_SEND_AUTHORIZATION_FAILURE;
}

int authorize_sender(dm_context *context, const dm_message *message) {
  dm_policy_value topic = {SPAN("iot:Topic"), message->topic};
  return authorize_caller(context, message->principal, SPAN("iot:SendDirectMessage"),
                          message->client_id, &topic);
}

int authorize_query(dm_context *context, const dm_query *query, dm_span action,
                    const dm_policy_value *value) {
  return authorize_caller(context, query->principal, action, query->client_id, value);
}

/* The host may end the connection in policies() and look at the principal after that. */
int authorize_receiver(dm_context *context, const dm_message *message, const connection *receiver) {
  char principal[PRINCIPAL_MAX];
  dm_span kept = connection_principal(receiver);
  memcpy(principal, kept.ptr, kept.len);
  dm_policy_list policies;
  int result = callout_policies(context, dm_bytes(principal, kept.len), receiver, &policies);
  if (result != DM_OK)
    return result;
  resource_arn topic;
  arn_build(&topic, &context->topic_arn, message->topic);
  bool may = allowed(&policies, SPAN("iot:Receive"), &topic, NULL, 0);
  return may ? DM_OK : DM_RECEIVE_AUTHORIZATION_FAILURE;
}
