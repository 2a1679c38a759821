/* dm_send(): the straight line from a message to its outcome.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/structure.h"
#include "core/authorize.h"
#include "core/callout.h"
#include "core/message.h"
#include "core/report.h"
#include "core/settle.h"

/* One call on its way. */
typedef struct send_attempt {
  dm_context *context;
  const dm_message *message;
  dm_connection_id receiver; /* 0 until found */
  dm_result result;
} send_attempt;

/* The end of a call that does not wait: the outcome with all that follows from it. */
static int conclude(send_attempt *attempt, int outcome) {
  attempt->result = dmi_result_of(outcome, dmi_context_trace_id(attempt->context));
  return outcome;
}

static int refuse_with(send_attempt *attempt, int outcome, const char *text) {
  conclude(attempt, outcome);
  if (text != NULL)
    attempt->result.text = text;
  return outcome;
}

static int refuse_throttled(send_attempt *attempt, int outcome, dm_duration wait) {
  conclude(attempt, outcome);
  attempt->result.retry_after = wait;
  return outcome;
}

/* Nobody waits long for a window or a socket: a second is a good time to try again. */
#define SOON DM_SECOND

/* ---- The steps ---------------------------------------------------------- */

static int check_message(send_attempt *attempt) {
  const char *text = NULL;
  int outcome = dmi_message_check(&attempt->context->limits, attempt->message, &text);
  return outcome == DM_OK ? DM_OK : refuse_with(attempt, outcome, text);
}

static int check_sender(send_attempt *attempt) {
  int outcome = dmi_authorize_sender(attempt->context, attempt->message);
  return outcome == DM_OK ? DM_OK : conclude(attempt, outcome);
}

static int check_payload_size(send_attempt *attempt) {
  if (attempt->message->payload.len > attempt->context->limits.max_payload)
    return conclude(attempt, DM_PAYLOAD_TOO_LARGE);
  return DM_OK;
}

static int check_account_rate(send_attempt *attempt) {
  dm_context *context = attempt->context;
  uint32_t rate = context->limits.sends_per_second;
  if (rate == DM_UNLIMITED || dmi_bucket_take(&context->sends, rate, context->now))
    return DM_OK;
  return refuse_throttled(attempt, DM_SEND_DIRECT_MESSAGE_THROTTLED,
                          dmi_bucket_wait(&context->sends, rate));
}

/* Callbacks may have stopped the context meanwhile. */
static int check_open(send_attempt *attempt) {
  return attempt->context->stopped ? conclude(attempt, DM_SHUTTING_DOWN) : DM_OK;
}

static int find_receiver(send_attempt *attempt, dmi_connection **receiver) {
  dm_context *context = attempt->context;
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
  dm_context *context = attempt->context;
  int outcome = dmi_authorize_receiver(context, attempt->message, *receiver);
  if (outcome != DM_OK)
    return conclude(attempt, outcome);
  *receiver = dmi_registry_resolve(&context->registry, attempt->receiver);
  if (*receiver == NULL) {
    conclude(attempt, DM_RECEIVER_DISCONNECTED);
    attempt->result.delivered = DM_DELIVERED_NO;
    return DM_RECEIVER_DISCONNECTED;
  }
  return check_open(attempt);
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
  dm_context *context = attempt->context;
  uint32_t rate = context->limits.publishes_per_second;
  if (!packet_fits(attempt->message, receiver))
    return conclude(attempt, DM_RECEIVER_PACKET_TOO_LARGE);
  if (attempt->message->mode != DM_MODE_SENT && !window_open(context, receiver))
    return refuse_throttled(attempt, DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED, SOON);
  if (rate != DM_UNLIMITED && !dmi_bucket_take(&receiver->publishes, rate, context->now))
    return refuse_throttled(attempt, DM_RECEIVE_SESSION_THROTTLED,
                            dmi_bucket_wait(&receiver->publishes, rate));
  return DM_OK;
}

/* ---- Handing over ------------------------------------------------------- */

static int hand_over(send_attempt *attempt, const dmi_connection *receiver, dm_message_id id) {
  dm_delivery delivery = {
      .message = attempt->message,
      .connection = attempt->receiver,
      .connection_user = receiver->user,
      .message_id = id,
      .qos = attempt->message->mode == DM_MODE_SENT ? 0 : 1,
      .protocol_level = receiver->about.protocol_level,
  };
  return dmi_callout_deliver(attempt->context, &delivery);
}

static int refused_by_host(send_attempt *attempt, int outcome) {
  bool throttled = dm_outcome_of(outcome)->http_status == 429;
  refuse_throttled(attempt, outcome, throttled ? SOON : 0);
  attempt->result.delivered = DM_DELIVERED_NO;
  return outcome;
}

static int send_unconfirmed(send_attempt *attempt, const dmi_connection *receiver) {
  int refusal = hand_over(attempt, receiver, 0);
  return refusal == DM_OK ? conclude(attempt, DM_SENT) : refused_by_host(attempt, refusal);
}

/* Answered while inside deliver(): by its PUBACK, or by the end of the connection, a
 * deadline, a cancel or a stop, and then its packet identifier may still be taken. */
static int settled_inside(send_attempt *attempt, dmi_pending *entry) {
  dm_context *context = attempt->context;
  int outcome = entry->outcome;
  attempt->result = dmi_settle_result(entry, outcome);
  bool over = dmi_registry_resolve(&context->registry, entry->connection) == NULL;
  if (dmi_outcome_acknowledged(outcome) || over)
    dmi_settle_release(context, entry);
  else
    dmi_settle_keep_place(context, entry, outcome);
  return outcome;
}

/* Only a PUBACK proves a refusing host wrong. */
static int after_deliver(send_attempt *attempt, dmi_pending *entry, int refusal) {
  dm_context *context = attempt->context;
  bool settled = entry->state == PENDING_SETTLED;
  if (refusal != DM_OK && !(settled && dmi_outcome_acknowledged(entry->outcome))) {
    if (!settled)
      dmi_tracker_stop_waiting(&context->tracker, entry);
    dmi_settle_release(context, entry);
    return refused_by_host(attempt, refusal);
  }
  if (settled)
    return settled_inside(attempt, entry);
  entry->state = PENDING_WAITING;
  attempt->result.outcome = DM_PENDING;
  attempt->result.delivered = DM_DELIVERED_MAYBE;
  attempt->result.trace_id = entry->trace_id;
  attempt->result.message_id = dmi_slotmap_handle(entry);
  attempt->result.ack_latency = DM_NEVER;
  return DM_PENDING;
}

static int send_confirmed(send_attempt *attempt, dmi_connection *receiver) {
  dm_context *context = attempt->context;
  const dm_message *message = attempt->message;
  if (context->tracker.deadlines.count >= context->limits.max_waiting)
    return refuse_throttled(attempt, DM_SEND_DIRECT_MESSAGE_THROTTLED, SOON);
  dmi_pending *entry = dmi_tracker_offer(&context->tracker, receiver, message, context->now,
                                         dmi_effective_timeout(context, message));
  if (entry == NULL)
    return refuse_with(attempt, DM_INTERNAL_SERVER_ERROR, "Out of memory.");
  entry->trace_id = dmi_context_trace_id(context);
  return after_deliver(attempt, entry, hand_over(attempt, receiver, dmi_slotmap_handle(entry)));
}

static int send_message(send_attempt *attempt) {
  dmi_connection *receiver = NULL;
  int outcome = DM_OK;
  if ((outcome = check_open(attempt)) != DM_OK || (outcome = check_message(attempt)) != DM_OK ||
      (outcome = check_sender(attempt)) != DM_OK || (outcome = check_open(attempt)) != DM_OK ||
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

int dm_send(dm_context *context, const dm_message *message, dm_time now, dm_result *result) {
  if (context == NULL || !dmi_message_sound(message) || !dmi_result_sound(result))
    return DM_ERROR_INVALID_ARGUMENT;
  send_attempt attempt = {.context = context, .message = message};
  dmi_context_enter(context, now);
  int outcome = send_message(&attempt);
  if (outcome != DM_PENDING)
    dmi_report_message(context, message, attempt.receiver, &attempt.result);
  dmi_result_copy(result, &attempt.result);
  dmi_context_leave(context);
  return outcome;
}

int dm_refuse(dm_context *context, const dm_message *message, int outcome, const char *text,
              dm_time now, dm_result *result) {
  if (context == NULL || !dmi_message_sound(message) || !dmi_result_sound(result) ||
      !dmi_outcome_is_failure(outcome))
    return DM_ERROR_INVALID_ARGUMENT;
  send_attempt attempt = {.context = context, .message = message};
  dmi_context_enter(context, now);
  refuse_with(&attempt, outcome, text);
  dmi_report_message(context, message, 0, &attempt.result);
  dmi_result_copy(result, &attempt.result);
  dmi_context_leave(context);
  return outcome;
}
