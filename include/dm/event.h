/* libdm: what happened: one event for each call, and the counters.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_EVENT_H
#define DM_EVENT_H

#include "dm/caller.h"
#include "dm/outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Events ------------------------------------------------------------- */

enum {
  DM_EVENT_CALL = 1,       /* a call has its answer; one for each */
  DM_EVENT_LATE_PUBACK = 2 /* a PUBACK came after its caller had been answered */
};

/* What there is to log about a call. All is borrowed for the callback. */
typedef struct dm_event {
  size_t size;
  int kind;      /* DM_EVENT_... */
  int operation; /* DM_OPERATION_... */
  int outcome;   /* of a late PUBACK: what the caller had been told */
  int delivered; /* DM_DELIVERED_... */
  dm_trace_id trace_id;
  dm_message_id message_id;
  dm_connection_id connection; /* the receiver's, 0 where none was found */
  dm_span account;
  dm_span client_id;       /* the receiver */
  dm_span topic;           /* empty for a query; for a late PUBACK: it is not kept that long */
  const dm_caller *caller; /* NULL for a late PUBACK */
  dm_duration timeout;     /* 0 where it could not be read, the default where a request was
                            * refused before it was */
  dm_duration ack_latency; /* DM_NEVER without a PUBACK */
  int mode;                /* DM_MODE_..., of a message */
  uint8_t puback_reason;
  const char *text; /* details of a failure; NULL on success */
  dm_span action;   /* what the policies did not allow, "iot:Receive"; else absent */
  dm_span resource; /* the same: on what, its ARN */
} dm_event;

/* Writes an event as one line of JSON without a line feed: the entry that AWS IoT logs
 * for a SendDirectMessage, plus delivered, ackLatencyMs (in milliseconds with three
 * decimals: 0.083), mqttReasonCode and attempt; the details of what policies refuse name action
 * and resource. That of a query has what is common to all calls. Never the payload; untrusted text
 * is escaped. `now` becomes the timestamp (UTC). Writes at most `capacity` bytes, no NUL, and
 * returns how many the line needs, at most DM_LOG_LINE_MAX; 0 for a structure of a wrong size. May
 * be called from any callback. */
#define DM_LOG_LINE_MAX 12288
DM_EXPORT size_t dm_event_log_line(const dm_event *event, dm_wall_time now, char *out,
                                   size_t capacity);

/* ---- Counters ----------------------------------------------------------- */

/* How many calls for an operation ended with this outcome since dm_new(); 0 for a code that
 * is none. */
DM_EXPORT uint64_t dm_count(const dm_context *context, int operation, int outcome);

typedef struct dm_statistics {
  size_t size;
  uint64_t connections;  /* now */
  uint64_t waiting;      /* confirmed messages whose caller waits, now */
  uint64_t late;         /* answered, but still in a client's window, now */
  uint64_t late_pubacks; /* since dm_new() */
} dm_statistics;

/* Fills *out, whose size must be set.
 *
 * DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, a NULL */
DM_EXPORT int dm_statistics_get(const dm_context *context, dm_statistics *out);

#ifdef __cplusplus
}
#endif
#endif
