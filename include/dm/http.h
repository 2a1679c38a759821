/* libdm: the HTTP binding. A parsed request in, one answer out; no sockets.
 *
 * The host's HTTP server reads a request, learns who the caller is, and hands both over.
 * The binding does what AWS IoT Core does with
 *
 *   POST   /connections/{clientId}/messages?topic=...&confirmation=true&timeout=5
 *   GET    /connections/{clientId}?includeSocketInformation=true
 *   GET    /connections/{clientId}/subscriptions?maxResults=20&nextToken=...
 *   DELETE /connections/{clientId}?cleanSession=true&preventWillMessage=true
 *
 * and gives one answer back, now or later: JSON, and after a DELETE no body. A body that
 * comes with GET or DELETE is not looked at. Nothing is allocated for a waiting call: its
 * state lives in a structure that the host owns.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_H
#define DM_HTTP_H

#include "dm/dm.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dm_http_header {
  dm_span name; /* compared without regard to letter case */
  dm_span value;
} dm_http_header;

/* A complete request. All spans are borrowed until the call they are given to returns. */
typedef struct dm_http_request {
  size_t size;
  dm_span method; /* "POST" */
  dm_span target; /* as it stood in the request line: still percent-encoded, with its query */
  const dm_http_header *headers;
  size_t header_count;
  dm_span body;
  dm_span principal; /* who the host found the caller to be; NULL: nobody, answered 401 */
  dm_span source_ip; /* the caller's address, for the log */
  uint16_t source_port;
  dm_wall_time wall; /* now, for connectedSince and disconnectedSince; 0: they are left out;
                      * policies ask dm_config.values for the time */

  void *caller; /* that of dm_message and dm_query */

  /* Where `principal` is NULL: why nobody was found, static, for the log alone; the answer
   * tells every such caller the same. NULL: the log says what the answer does. */
  const char *unauthenticated;
} dm_http_request;

/* What to send back. Borrowed for the length of the callback. The host adds Date
 * (dm_http_date()), Content-Length and, where it closes, Connection: those are its
 * server's. */
typedef struct dm_http_answer {
  int status; /* 200 */
  const dm_http_header *headers;
  size_t header_count;
  dm_span body;
  int outcome; /* dm.h */
} dm_http_answer;

/* One call: set size, answer and user, leave the rest zero; it stays where it is until
 * answer() is called or dm_http_cancel() has returned DM_OK, and is the host's again from
 * then on, inside answer() already. */
typedef struct dm_http_call {
  size_t size;
  void (*answer)(void *user, const dm_http_answer *answer);
  void *user;

  /* The library's own. */
  dm_context *context;
  dm_message_id message;
  struct dm_http_call **sending;
} dm_http_call;

/* Handles one request. answer() is called exactly once: before this returns, or later
 * from dm_puback(), dm_tick() and the other functions that settle messages, unless
 * dm_http_cancel() comes first. Returns DM_OK; DM_ERROR_INVALID_ARGUMENT for a structure
 * of a wrong size or a NULL where none may be, and then there is no answer. May be
 * called from any callback. */
DM_EXPORT int dm_http_handle(dm_context *context, dm_http_call *call,
                             const dm_http_request *request, dm_time now);

/* Answers a request that the host's server refuses to read to its end: a body over
 * max_payload (DM_PAYLOAD_TOO_LARGE, as soon as that is known), malformed HTTP
 * (DM_INVALID_REQUEST). `request` holds what is known; `outcome` is a failure of dm.h
 * that has an HTTP status; `text` is static, says what is wrong, and may be NULL.
 * answer() is called before this returns, unless dm_http_cancel() comes first, from a
 * callback; counted and reported like any other call. Returns as dm_http_handle(). */
DM_EXPORT int dm_http_refuse(dm_context *context, dm_http_call *call,
                             const dm_http_request *request, int outcome, const char *text,
                             dm_time now);

/* The caller went away. Returns DM_OK: answer() will not be called any more, and what
 * became of the message is told by the event (DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT).
 * Returns DM_ERROR_STALE_HANDLE, harmlessly, for a call that does not wait: it has its
 * answer, or gets it next where this is called from the event of that very answer. May be
 * called from any callback. */
DM_EXPORT int dm_http_cancel(dm_http_call *call, dm_time now);

/* Writes "Sun, 06 Nov 1994 08:49:37 GMT" and a NUL (RFC 9110 section 5.6.7). */
DM_EXPORT void dm_http_date(dm_wall_time now, char out[30]);

#ifdef __cplusplus
}
#endif
#endif
