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

/* Cannot grow. */
typedef struct dm_http_header {
  dm_span name; /* compared without regard to letter case */
  dm_span value;
} dm_http_header;

/* A complete request. All is borrowed until the call it is given to returns. */
typedef struct dm_http_request {
  size_t size;
  dm_span method; /* "POST" */
  dm_span target; /* as it stood in the request line: still percent-encoded, with its query */
  const dm_http_header *headers;
  size_t header_count;
  dm_span body;

  /* Who the host found the caller to be, and from where. Its principal NULL: nobody, answered
   * 401. That it came by HTTP, and what it says of invocation, attempt and trace parent, the
   * binding finds in the request. NULL: nothing is known. */
  const dm_caller *caller;

  dm_wall_time wall; /* now, for connectedSince and disconnectedSince; 0: they are left out;
                      * policies ask dm_config.values for the time */

  /* Where there is no principal: why nobody was found, static, for the log alone; the answer
   * tells every such caller the same. NULL: the log says what the answer does. */
  const char *unauthenticated;
} dm_http_request;

/* What to send back. Borrowed for the length of the callback. The host adds Date
 * (dm_http_date()), Content-Length and, where it closes, Connection: those are its
 * server's. */
typedef struct dm_http_answer {
  size_t size;
  int status; /* 200 */
  const dm_http_header *headers;
  size_t header_count;
  dm_span body;
  int outcome; /* outcome.h */
} dm_http_answer;

/* One call: set size, answer and user, leave the rest zero; it stays where it is until
 * answer() is called or dm_http_cancel() has returned DM_OK, and is the host's again from
 * then on, inside answer() already. */
typedef struct dm_http_call {
  size_t size;
  void (*answer)(void *user, const dm_http_answer *answer);
  void *user;

  /* The library's own, with room for more. */
  struct {
    dm_context *context;
    dm_message_id message;
    struct dm_http_call **sending;
    uint64_t room[5];
  } own;
} dm_http_call;

/* Handles one request; what no operation takes, an unknown path above all, counts as
 * DM_OPERATION_SEND. answer() is called exactly once: before this returns, or later
 * from dm_puback(), dm_tick() and the other functions that settle messages, unless
 * dm_http_cancel() comes first. May be called from any callback.
 *
 * DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, a NULL where none may be, a call that
 *                            waits already; and then there is no answer */
DM_EXPORT int dm_http_handle(dm_context *context, dm_http_call *call,
                             const dm_http_request *request, dm_time now);

/* Answers a request that the host's server refuses to read to its end: a body over
 * dm_http_body_limit() (DM_PAYLOAD_TOO_LARGE, as soon as that is known), malformed HTTP
 * (DM_INVALID_REQUEST). `request` holds what is known; `outcome` is a failure
 * that has an HTTP status; `text` is static, says what is wrong, and may be NULL.
 * answer() is called before this returns, unless dm_http_cancel() comes first, from a
 * callback; counted and reported like any other call.
 *
 * DM_ERROR_INVALID_ARGUMENT  as from dm_http_handle(); an outcome without an HTTP status */
DM_EXPORT int dm_http_refuse(dm_context *context, dm_http_call *call,
                             const dm_http_request *request, int outcome, const char *text,
                             dm_time now);

/* The caller went away (of such a message the host says so here, not by dm_cancel()): answer()
 * will not be called any more, and what became of the message is
 * told by the event (DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT). May be called from any
 * callback.
 *
 * DM_ERROR_STALE_HANDLE      harmless: the call does not wait. It has its answer, or gets it next
 *                            where this is called from the event of that very answer
 * DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, a NULL */
DM_EXPORT int dm_http_cancel(dm_http_call *call, dm_time now);

/* How large a body may be that comes with this method to this target, in bytes: what is larger
 * the host's server refuses before it has read it. It may change with dm_set_limits(). 0 for a
 * NULL where none may be. */
DM_EXPORT uint64_t dm_http_body_limit(const dm_context *context, dm_span method, dm_span target);

/* Writes "Sun, 06 Nov 1994 08:49:37 GMT" and a NUL (RFC 9110 section 5.6.7). */
DM_EXPORT void dm_http_date(dm_wall_time now, char out[30]);

#ifdef __cplusplus
}
#endif
#endif
