/* dm_send(): the straight line from a message to its outcome.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/structure.h"
#include "core/attempt.h"
#include "core/authorize.h"
#include "core/callout.h"
#include "core/message.h"
#include "core/pending.h"
#include "core/report.h"

/* One message on its way. */
typedef struct send_attempt {
  dmi_attempt call;
  const dm_message *message;
  dm_connection_id receiver; /* 0 until found */
  const char *refusal;       /* the host's words for it; NULL: none */
} send_attempt;

static int conclude(send_attempt *attempt, int outcome) {
  return dmi_attempt_conclude(&attempt->call, outcome);
}

static int throttle(send_attempt *attempt, int outcome, dm_duration wait) {
  return dmi_attempt_throttle(&attempt->call, outcome, attempt->refusal, wait);
}

/* Nobody waits long for a window or a socket: a second is a good time to try again. */
#define SOON DM_SECOND

/* ---- The steps ---------------------------------------------------------- */

static int check_message(send_attempt *attempt) {
  const char *text = NULL;
  int outcome = dmi_message_check(&attempt->call.context->limits, attempt->message);
  if (outcome == DM_OK)
    outcome = dmi_caller_check(attempt->call.caller, &text);
  return outcome == DM_OK ? DM_OK : dmi_attempt_refuse(&attempt->call, outcome, text);
}

static int check_sender(send_attempt *attempt) {
  int outcome = dmi_authorize_sender(attempt->call.context, attempt->message, attempt->call.caller);
  return outcome == DM_OK ? DM_OK : conclude(attempt, outcome);
}

static int check_payload_size(send_attempt *attempt) {
  if (attempt->message->payload.len > attempt->call.context->limits.max_payload)
    return conclude(attempt, DM_PAYLOAD_TOO_LARGE);
  return DM_OK;
}

static int check_account_rate(send_attempt *attempt) {
  dm_context *context = attempt->call.context;
  return dmi_attempt_take(&attempt->call, &context->sends, context->limits.sends_per_second,
                          DM_SEND_DIRECT_MESSAGE_THROTTLED, NULL);
}

static int find_receiver(send_attempt *attempt, dmi_connection **receiver) {
  dm_context *context = attempt->call.context;
  *receiver = dmi_registry_find(&context->registry, attempt->message->client_id);
  if (*receiver != NULL) {
    attempt->receiver = dmi_slotmap_handle(*receiver);
    return DM_OK;
  }
  bool session = dmi_callout_has_session(context, attempt->message->client_id);
  return conclude(attempt,
                  session ? DM_TARGET_CLIENT_NOT_CONNECTED : DM_TARGET_CLIENT_ID_NOT_FOUND);
}

/* The connection may have ended inside the callbacks: it is looked up again after them. */
static int check_receiver(send_attempt *attempt, dmi_connection **receiver) {
  dm_context *context = attempt->call.context;
  int outcome = dmi_authorize_receiver(context, attempt->message, *receiver);
  if (outcome != DM_OK)
    return conclude(attempt, outcome);
  *receiver = dmi_registry_resolve(&context->registry, attempt->receiver);
  if (*receiver == NULL) {
    conclude(attempt, DM_RECEIVER_DISCONNECTED);
    attempt->call.result.delivered = DM_DELIVERED_NO;
    return DM_RECEIVER_DISCONNECTED;
  }
  return dmi_attempt_check_open(&attempt->call);
}

static bool packet_fits(const dm_message *message, const dmi_connection *receiver) {
  uint64_t size = dmi_message_packet_size(message, receiver->about.protocol_level);
  uint64_t limit = receiver->maximum_packet_size;
  return size != UINT64_MAX && (limit == 0 || size <= limit);
}

static bool window_open(const dm_context *context, const dmi_connection *receiver) {
  return receiver->unacknowledged < context->limits.max_unacknowledged &&
         receiver->unacknowledged < receiver->receive_maximum;
}

static int check_receiver_limits(send_attempt *attempt, dmi_connection *receiver) {
  dm_context *context = attempt->call.context;
  if (!packet_fits(attempt->message, receiver))
    return conclude(attempt, DM_RECEIVER_PACKET_TOO_LARGE);
  if (attempt->message->mode != DM_MODE_SENT && !window_open(context, receiver))
    return throttle(attempt, DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED, SOON);
  return dmi_attempt_take(&attempt->call, &receiver->publishes,
                          context->limits.publishes_per_second, DM_RECEIVE_SESSION_THROTTLED, NULL);
}

/* ---- Handing over ------------------------------------------------------- */

static int hand_over(send_attempt *attempt, const dmi_connection *receiver, dm_message_id id) {
  dm_delivery delivery = {
      .size = sizeof delivery,
      .message = attempt->message,
      .connection = attempt->receiver,
      .connection_user = receiver->user,
      .message_id = id,
      .qos = attempt->message->mode == DM_MODE_SENT ? 0 : 1,
      .protocol_level = receiver->about.protocol_level,
      .text = &attempt->refusal,
  };
  return dmi_callout_deliver(attempt->call.context, &delivery);
}

static int refused_by_host(send_attempt *attempt, int outcome) {
  bool throttled = dm_outcome_of(outcome)->http_status == 429;
  throttle(attempt, outcome, throttled ? SOON : 0);
  attempt->call.result.delivered = DM_DELIVERED_NO;
  return outcome;
}

static int send_unconfirmed(send_attempt *attempt, const dmi_connection *receiver) {
  int refusal = hand_over(attempt, receiver, 0);
  return refusal == DM_OK ? conclude(attempt, DM_SENT) : refused_by_host(attempt, refusal);
}

static int send_confirmed(send_attempt *attempt, dmi_connection *receiver) {
  dmi_attempt *call = &attempt->call;
  dm_context *context = call->context;
  if (context->tracker.deadlines.count >= context->limits.max_waiting)
    return throttle(attempt, DM_SEND_DIRECT_MESSAGE_THROTTLED, SOON);
  dmi_pending *entry = dmi_pending_offer(context, receiver, attempt->message, call->caller);
  if (entry == NULL)
    return dmi_attempt_refuse(call, DM_INTERNAL_SERVER_ERROR, "Out of memory.");
  int refusal = hand_over(attempt, receiver, dmi_slotmap_handle(entry));
  bool known = dmi_pending_delivered(context, entry, refusal == DM_OK, &call->result);
  return known ? call->result.outcome : refused_by_host(attempt, refusal);
}

static int send_message(send_attempt *attempt) {
  dmi_connection *receiver = NULL;
  int outcome = DM_OK;
  if ((outcome = dmi_attempt_check_open(&attempt->call)) != DM_OK ||
      (outcome = check_message(attempt)) != DM_OK || (outcome = check_sender(attempt)) != DM_OK ||
      (outcome = dmi_attempt_check_open(&attempt->call)) != DM_OK ||
      (outcome = check_payload_size(attempt)) != DM_OK ||
      (outcome = check_account_rate(attempt)) != DM_OK ||
      (outcome = find_receiver(attempt, &receiver)) != DM_OK ||
      (outcome = check_receiver(attempt, &receiver)) != DM_OK ||
      (outcome = check_receiver_limits(attempt, receiver)) != DM_OK)
    return outcome;
  return attempt->message->mode == DM_MODE_SENT ? send_unconfirmed(attempt, receiver)
                                                : send_confirmed(attempt, receiver);
}

/* ---- Public ------------------------------------------------------------- */

/* Room for what a host gives where that is of another version. */
typedef struct given_room {
  dm_message message;
  dm_caller caller;
} given_room;

static bool attempt_read(send_attempt *attempt, dm_context *context, const dm_message *given,
                         given_room *room) {
  attempt->message = dmi_message_read(given, &room->message);
  if (context == NULL || attempt->message == NULL)
    return false;
  attempt->call.context = context;
  attempt->call.caller = dmi_caller_read(attempt->message->caller, &room->caller);
  attempt->receiver = 0;
  attempt->refusal = NULL;
  return attempt->call.caller != NULL;
}

static void report(const send_attempt *attempt) {
  const dmi_attempt *call = &attempt->call;
  dmi_report_message(call->context, attempt->message, call->caller, attempt->receiver,
                     &call->result);
}

int dm_send(dm_context *context, const dm_message *message, dm_time now, dm_result *result) {
  send_attempt attempt;
  given_room room;
  if (!attempt_read(&attempt, context, message, &room) || !dmi_result_sound(result))
    return DM_ERROR_INVALID_ARGUMENT;
  dmi_context_enter(context, now);
  int outcome = send_message(&attempt);
  if (outcome != DM_PENDING)
    report(&attempt);
  dmi_result_give(result, &attempt.call.result);
  dmi_context_leave(context);
  return outcome;
}

int dm_refuse(dm_context *context, const dm_message *message, int outcome, const char *text,
              dm_time now, dm_result *result) {
  send_attempt attempt;
  given_room room;
  if (!attempt_read(&attempt, context, message, &room) || !dmi_result_sound(result) ||
      !dmi_outcome_is_failure(outcome))
    return DM_ERROR_INVALID_ARGUMENT;
  dmi_context_enter(context, now);
  dmi_attempt_refuse(&attempt.call, outcome, text);
  report(&attempt);
  dmi_result_give(result, &attempt.call.result);
  dmi_context_leave(context);
  return outcome;
}
