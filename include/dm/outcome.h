/* libdm: what a call asks for and how it can end.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_OUTCOME_H
#define DM_OUTCOME_H

#include "dm/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Operations --------------------------------------------------------- */

/* What a call asks for. */
enum {
  DM_OPERATION_SEND = 1,               /* dm_send() */
  DM_OPERATION_GET_CONNECTION = 2,     /* dm_get_connection() */
  DM_OPERATION_LIST_SUBSCRIPTIONS = 3, /* dm_list_subscriptions() */
  DM_OPERATION_DELETE_CONNECTION = 4,  /* dm_delete_connection() */

  DM_OPERATION_LAST = DM_OPERATION_DELETE_CONNECTION
};

/* ---- Outcomes ----------------------------------------------------------- */

/* What became of a message: one word everywhere, in C, in the HTTP answer's body, in
 * the log and in the counters. Failures are below zero. The word is the constant's
 * name without "DM_". */
enum {
  DM_PENDING = 1,   /* the answer comes later, through complete() */
  DM_SENT = 2,      /* unconfirmed: the host took it for the client's socket */
  DM_CONFIRMED = 3, /* the client's own PUBACK has come */
  DM_DONE = 4,      /* a query has its answer; nothing was sent */

  /* The request is wrong. Nothing was delivered. */
  DM_MALFORMED_CLIENTID = -100,
  DM_INVALID_TOPIC = -101,
  DM_INVALID_TIMEOUT_PARAMETER = -102,
  DM_INVALID_CONFIRMATION_PARAMETER = -103,
  DM_INVALID_RESPONSE_TOPIC = -104,
  DM_INVALID_CONTENT_TYPE = -105,
  DM_INVALID_USER_PROPERTIES = -106,
  DM_INVALID_PAYLOAD_FORMAT = -107,
  DM_INVALID_CORRELATION_DATA = -108,
  DM_INVALID_REQUEST = -109,
  DM_METHOD_NOT_ALLOWED = -110,
  DM_UNKNOWN_PATH = -111,
  DM_PAYLOAD_TOO_LARGE = -112,

  /* The caller, or the target, may not. Nothing was delivered. */
  DM_AUTHENTICATION_FAILURE = -113,
  DM_SEND_AUTHORIZATION_FAILURE = -114,
  DM_RECEIVE_AUTHORIZATION_FAILURE = -115,

  /* The target cannot be reached now. Nothing was delivered. */
  DM_TARGET_CLIENT_ID_NOT_FOUND = -116,
  DM_TARGET_CLIENT_NOT_CONNECTED = -117, /* offline, but its persistent session exists */
  DM_RECEIVER_PACKET_TOO_LARGE = -118,   /* its Maximum Packet Size */
  DM_SEND_DIRECT_MESSAGE_THROTTLED = -119,
  DM_RECEIVE_SESSION_THROTTLED = -120,
  DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED = -121,
  DM_CLIENT_ENDPOINT_NOT_WRITABLE = -122,

  /* It was handed over, and then: */
  DM_RECEIVER_REJECTED = -123, /* PUBACK with a reason code of 0x80 or more */
  DM_DELIVERY_CONFIRMATION_TIMEOUT = -124,
  DM_RECEIVER_DISCONNECTED = -125, /* connection lost or taken over */
  DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT = -126,

  DM_SHUTTING_DOWN = -127,
  DM_INTERNAL_SERVER_ERROR = -128,
  DM_QUERY_THROTTLED = -129, /* more queries than the account or the client may have */

  DM_METHOD_NOT_IMPLEMENTED = -130, /* for an HTTP server that does not know the method */

  DM_OUTCOME_FIRST = DM_MALFORMED_CLIENTID,
  DM_OUTCOME_LAST = DM_METHOD_NOT_IMPLEMENTED
};

/* Whether the client has the message. */
enum {
  DM_DELIVERED_NO = 0,
  DM_DELIVERED_MAYBE = 1,
  DM_DELIVERED_YES = 2
};

/* One row of the table of outcomes, which is the library's: read it where it is. It has no size
 * of its own and may grow at its end. All strings are static. */
typedef struct dm_outcome {
  int code;
  int http_status;       /* 0 where nobody is left to answer */
  const char *reason;    /* "TARGET_CLIENT_ID_NOT_FOUND" */
  const char *exception; /* "ResourceNotFoundException"; NULL for success */
  int delivered;         /* DM_DELIVERED_...; dm_result says it for the single case */
  int retryable;         /* 1: the same message may succeed later, unchanged */
  const char *text;      /* a sentence for people */
} dm_outcome;

/* The row of an outcome: DM_SENT, DM_CONFIRMED, DM_DONE, or DM_OUTCOME_FIRST down to
 * DM_OUTCOME_LAST. NULL for any other code. */
DM_EXPORT const dm_outcome *dm_outcome_of(int code);

/* A sentence for any code that this library returns; never NULL. */
DM_EXPORT const char *dm_strerror(int code);

/* "no", "maybe" or "yes". */
DM_EXPORT const char *dm_delivered_text(int delivered);

/* ---- Results ------------------------------------------------------------ */

/* What became of a call. Where a function fills one that it is given, it must have its size set;
 * NULL where nobody wants to know. */
typedef struct dm_result {
  size_t size;
  int outcome;              /* DM_PENDING, DM_SENT, DM_CONFIRMED, DM_DONE or a failure */
  int delivered;            /* DM_DELIVERED_... */
  dm_message_id message_id; /* 0 unless a confirmed message was handed over */
  dm_trace_id trace_id;
  dm_duration ack_latency; /* from hand-over to PUBACK; DM_NEVER without one */
  dm_duration retry_after; /* when throttled: trying earlier is in vain; else 0 */
  uint8_t puback_reason;   /* the PUBACK's reason code; 0 without one */
  const char *text;        /* what is wrong, for people; lives as long as the context; NULL on
                              success */
} dm_result;

#ifdef __cplusplus
}
#endif
#endif
