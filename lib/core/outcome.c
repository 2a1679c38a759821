/* The table of outcomes: one word, one status, one exception for each.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/outcome.h"

#define ROW(code, status, exception, delivered, retryable, text)                                   \
  [DM_OUTCOME_FIRST - DM_##                                                                        \
      code] = {DM_##code, status, #code, exception, DM_DELIVERED_##delivered, retryable, text}
#define SUCCESS(code, delivered)                                                                   \
  [OUTCOME_FAILURES + DM_##code -                                                                  \
      DM_SENT] = {DM_##code, 200, #code, NULL, DM_DELIVERED_##delivered, 0, "OK"}

#define INVALID  "InvalidRequestException"
#define NOTFOUND "ResourceNotFoundException"
#define THROTTLE "ThrottlingException"
#define GATEWAY  "GatewayTimeoutException"

static const dm_outcome table[OUTCOME_COUNT] = {
    ROW(MALFORMED_CLIENTID, 400, INVALID, NO, 0,
        "The client ID must be 1 to 128 bytes of UTF-8 and must not begin with '$'."),
    ROW(INVALID_TOPIC, 400, INVALID, NO, 0,
        "The topic must be 1 to 256 bytes of UTF-8 with at most 7 slashes, without wildcards, "
        "control characters, non-characters or a leading '$'."),
    ROW(INVALID_TIMEOUT_PARAMETER, 400, INVALID, NO, 0,
        "The timeout must be within the configured range."),
    ROW(INVALID_CONFIRMATION_PARAMETER, 400, INVALID, NO, 0,
        "The confirmation must be true or false."),
    ROW(INVALID_RESPONSE_TOPIC, 400, INVALID, NO, 0,
        "The response topic must be 1 to 256 bytes of UTF-8 with at most 7 slashes, without "
        "wildcards, control characters, non-characters or a leading '$'."),
    ROW(INVALID_CONTENT_TYPE, 400, INVALID, NO, 0,
        "The content type must be UTF-8 without control characters or non-characters, within the "
        "configured size."),
    ROW(INVALID_USER_PROPERTIES, 400, INVALID, NO, 0,
        "The user properties must be pairs of UTF-8 strings without control characters or "
        "non-characters, within the configured size."),
    ROW(INVALID_PAYLOAD_FORMAT, 400, INVALID, NO, 0,
        "The payload format indicator is unknown, or promises UTF-8 for a payload that is not."),
    ROW(INVALID_CORRELATION_DATA, 400, INVALID, NO, 0,
        "The correlation data must be within the configured size."),
    ROW(INVALID_REQUEST, 400, INVALID, NO, 0, "The request is malformed."),
    ROW(METHOD_NOT_ALLOWED, 405, "MethodNotAllowedException", NO, 0,
        "This path does not support this method."),
    ROW(UNKNOWN_PATH, 404, NOTFOUND, NO, 0, "There is nothing at this path."),
    ROW(PAYLOAD_TOO_LARGE, 413, "RequestEntityTooLargeException", NO, 0,
        "The payload is larger than the configured maximum."),
    ROW(AUTHENTICATION_FAILURE, 401, "UnauthorizedException", NO, 0,
        "The caller could not be authenticated: its access key, its signature or its certificate "
        "is missing, wrong or not valid now."),
    ROW(SEND_AUTHORIZATION_FAILURE, 403, "ForbiddenException", NO, 0,
        "Authorization failed for the caller: its policies do not allow iot:SendDirectMessage to "
        "this client on this topic."),
    ROW(RECEIVE_AUTHORIZATION_FAILURE, 403, "ForbiddenException", NO, 0,
        "Authorization failed for the target client: its own policies do not allow iot:Receive on "
        "this topic."),
    ROW(TARGET_CLIENT_ID_NOT_FOUND, 404, NOTFOUND, NO, 1, "The target client is not connected."),
    ROW(TARGET_CLIENT_NOT_CONNECTED, 404, NOTFOUND, NO, 1,
        "The target client is offline. It has a persistent session, but a direct message is never "
        "queued."),
    ROW(RECEIVER_PACKET_TOO_LARGE, 413, "RequestEntityTooLargeException", NO, 0,
        "The message is larger than the Maximum Packet Size of the target client."),
    ROW(SEND_DIRECT_MESSAGE_THROTTLED, 429, THROTTLE, NO, 1,
        "The account sends more direct messages than its limits allow."),
    ROW(RECEIVE_SESSION_THROTTLED, 429, THROTTLE, NO, 1,
        "The target client's connection carries more messages per second than its limit allows."),
    ROW(RECEIVER_MAX_UNACKED_QOS1_EXCEEDED, 429, THROTTLE, NO, 1,
        "The target client has too many unacknowledged messages."),
    ROW(CLIENT_ENDPOINT_NOT_WRITABLE, 429, THROTTLE, NO, 1,
        "The target client's connection takes no more data at the moment."),
    ROW(RECEIVER_REJECTED, 409, "ConflictException", YES, 0,
        "The target client received the message and refused it."),
    ROW(DELIVERY_CONFIRMATION_TIMEOUT, 504, GATEWAY, MAYBE, 1,
        "The target client did not acknowledge the message in time."),
    ROW(RECEIVER_DISCONNECTED, 504, GATEWAY, MAYBE, 1,
        "The target client's connection ended before it acknowledged the message."),
    ROW(DELIVERY_CONFIRMATION_SENDER_DISCONNECT, 0, NULL, MAYBE, 0,
        "The caller went away before the target client acknowledged the message."),
    ROW(SHUTTING_DOWN, 503, "ServiceUnavailableException", NO, 1, "The service is shutting down."),
    ROW(INTERNAL_SERVER_ERROR, 500, "InternalFailureException", NO, 1,
        "The service could not handle the call."),
    ROW(QUERY_THROTTLED, 429, THROTTLE, NO, 1,
        "The account asks about connections more often than its limits allow."),
    ROW(METHOD_NOT_IMPLEMENTED, 501, "NotImplementedException", NO, 0,
        "This HTTP method is not known."),
    SUCCESS(SENT, MAYBE),
    SUCCESS(CONFIRMED, YES),
    SUCCESS(DONE, NO),
};

int dmi_outcome_index(int code) {
  if (dmi_outcome_is_failure(code))
    return DM_OUTCOME_FIRST - code;
  if (code >= DM_SENT && code <= DM_DONE)
    return OUTCOME_FAILURES + (code - DM_SENT);
  return -1;
}

const dm_outcome *dm_outcome_of(int code) {
  int index = dmi_outcome_index(code);
  return index < 0 ? NULL : &table[index];
}

const char *dm_delivered_text(int delivered) {
  static const char *const words[] = {"no", "maybe", "yes"};
  return delivered < DM_DELIVERED_NO || delivered > DM_DELIVERED_YES ? "maybe" : words[delivered];
}

static const char *misuse_text(int code) {
  switch (code) {
  case DM_OK:
    return "OK";
  case DM_PENDING:
    return "The answer comes later.";
  case DM_ERROR_INVALID_ARGUMENT:
    return "An argument breaks the function's contract.";
  case DM_ERROR_NO_MEMORY:
    return "Out of memory.";
  case DM_ERROR_STALE_HANDLE:
    return "That connection or message is over.";
  case DM_ERROR_CLOSED:
    return "The context has been freed.";
  case DM_ERROR_LIMIT:
    return "A configured maximum is reached.";
  case DM_ERROR_NOT_UNDERSTOOD:
    return "The document was not understood.";
  case DM_ERROR_BUFFER_TOO_SMALL:
    return "The buffer is too small.";
  default:
    return "Unknown code.";
  }
}

const char *dm_strerror(int code) {
  const dm_outcome *outcome = dm_outcome_of(code);
  return outcome != NULL ? outcome->text : misuse_text(code);
}
