/* May the caller send this, may the target receive it?
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/authorize.h"

#include "base/span.h"
#include "core/arn.h"
#include "core/callout.h"

/* One question: may this party do this with that? Everything is on the stack. */
typedef struct question {
  dm_party party;
  dm_span action;
  dmi_arn resource;
  dm_policy_value values[3 + DM_VALUES_MAX]; /* what the library knows, then what the host does */
  size_t value_count;
} question;

/* A value that is empty or absent is not known. */
static void question_add(question *q, dm_span key, dm_span value) {
  if (value.len > 0)
    q->values[q->value_count++] = (dm_policy_value){key, value};
}

/* DM_OK, `refusal`, or DM_INTERNAL_SERVER_ERROR. Calls out. */
static int question_decide(dm_context *context, question *q, int refusal) {
  dm_policy_list policies;
  const dm_policy_value *known;
  if (dmi_callout_policies(context, &q->party, &policies) != DM_OK)
    return DM_INTERNAL_SERVER_ERROR;
  int count = dmi_callout_values(context, &q->party, &known);
  if (count < 0)
    return count;
  if (count > 0)
    memcpy(q->values + q->value_count, known, (size_t)count * sizeof *known);
  dm_policy_request request = {
      .size = sizeof request,
      .action = q->action,
      .resource = dmi_arn_span(&q->resource),
      .values = q->values,
      .value_count = q->value_count + (size_t)count,
  };
  return dm_policy_evaluate(&policies, &request) == DM_POLICY_ALLOWED ? DM_OK : refusal;
}

static void ask_about_caller(question *q, const dm_caller *caller) {
  q->party = (dm_party){.size = sizeof q->party, .caller = caller};
  q->party.principal = caller->principal;
}

int dmi_authorize_sender(dm_context *context, const dm_message *message, const dm_caller *caller) {
  question q;
  ask_about_caller(&q, caller);
  q.action = SPAN("iot:SendDirectMessage");
  q.value_count = 0;
  dmi_arn_build(&q.resource, &context->client_arn, message->client_id);
  question_add(&q, SPAN("iot:Topic"), message->topic);
  question_add(&q, SPAN("aws:SourceIp"), caller->source_ip);
  return question_decide(context, &q, DM_SEND_AUTHORIZATION_FAILURE);
}

int dmi_authorize_query(dm_context *context, dm_span client_id, const dm_caller *caller,
                        dm_span action, const dm_policy_value *value) {
  question q;
  ask_about_caller(&q, caller);
  q.action = action;
  q.value_count = 0;
  dmi_arn_build(&q.resource, &context->client_arn, client_id);
  if (value != NULL)
    question_add(&q, value->key, value->value);
  question_add(&q, SPAN("aws:SourceIp"), caller->source_ip);
  return question_decide(context, &q, DM_SEND_AUTHORIZATION_FAILURE);
}

/* The receiver's own text may go inside the callbacks, with its connection. */
static dm_span keep(char *room, dm_span text) {
  if (text.len > 0)
    memcpy(room, text.ptr, text.len);
  return dm_bytes(room, text.len);
}

int dmi_authorize_receiver(dm_context *context, const dm_message *message,
                           const dmi_connection *receiver) {
  char principal[DM_PRINCIPAL_MAX], source_ip[IP_MAX];
  question q;
  q.party = (dm_party){.size = sizeof q.party,
                       .principal = keep(principal, dmi_connection_principal(receiver)),
                       .connection = dmi_slotmap_handle(receiver),
                       .connection_user = receiver->user};
  q.action = SPAN("iot:Receive");
  q.value_count = 0;
  dmi_arn_build(&q.resource, &context->topic_arn, message->topic);
  question_add(&q, SPAN("iot:ClientId"), message->client_id);
  question_add(&q, SPAN("aws:SourceIp"), keep(source_ip, dmi_connection_source_ip(receiver)));
  return question_decide(context, &q, DM_RECEIVE_AUTHORIZATION_FAILURE);
}
