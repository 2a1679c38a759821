/* Calls: from a request to its one answer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "dm/http.h"

#include "base/span.h"
#include "base/structure.h"
#include "core/caller.h"
#include "core/entry.h"
#include "http/reading.h"

#define HTTP_REQUEST_FIRST_SIZE sizeof(dm_http_request)
#define HTTP_CALL_FIRST_SIZE    sizeof(dm_http_call)

static bool headers_sound(const dm_http_header *headers, size_t count) {
  if (headers == NULL)
    return count == 0;
  for (size_t i = 0; i < count; i++)
    if (!dmi_span_sound(headers[i].name) || !dmi_span_sound(headers[i].value))
      return false;
  return true;
}

static bool request_sound(const dm_http_request *request) {
  return dmi_span_sound(request->method) && dmi_span_sound(request->target) &&
         dmi_span_sound(request->body) && headers_sound(request->headers, request->header_count);
}

/* What a host gives as this library knows it. */
typedef struct given {
  const dm_http_request *request;
  const dm_caller *caller;
  dm_http_request request_room;
  dm_caller caller_room;
} given;

static bool given_read(given *g, const dm_http_request *request) {
  g->request = dmi_structure_read(request, HTTP_REQUEST_FIRST_SIZE, &g->request_room,
                                  sizeof g->request_room);
  if (g->request == NULL || !request_sound(g->request))
    return false;
  g->caller = dmi_caller_read(g->request->caller, &g->caller_room);
  return g->caller != NULL;
}

static bool call_sized(const dm_http_call *call) {
  return dmi_structure_sound(call, HTTP_CALL_FIRST_SIZE, sizeof *call);
}

/* A call that already waits for its answer cannot take another request. */
static bool call_sound(const dm_http_call *call) {
  return call_sized(call) && call->answer != NULL && call->own.context == NULL;
}

static void attempt_begin(dmi_http_attempt *attempt, dm_context *context, dm_http_call *call,
                          const given *g, dm_time now) {
  dmi_context_enter(context, now);
  attempt->context = context;
  attempt->now = now;
  attempt->wall = g->request->wall;
  attempt->call = call;
  attempt->route = dmi_route_default();
  attempt->path = (dm_span){NULL, 0};
  attempt->result =
      (dm_result){.size = sizeof attempt->result, .outcome = DM_INTERNAL_SERVER_ERROR};
  attempt->content = (dmi_answer_content){.body = {NULL, 0}};
  dmi_incoming_init(&attempt->in, g->request, g->caller, dmi_context_memory(context));
  call->own.context = context;
  call->own.sending = &attempt->call;
}

static void attempt_answer(dmi_http_attempt *attempt) {
  char allowed[ALLOW_MAX];
  dm_http_call *call = attempt->call;
  const dm_result *result = &attempt->result;
  if (result->outcome == DM_PENDING && call != NULL) {
    call->own.message = result->message_id;
    call->own.sending = NULL;
  } else if (result->outcome == DM_PENDING) {
    dm_cancel(attempt->context, result->message_id, attempt->now);
  } else if (call != NULL && result->outcome == DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT) {
    dmi_call_detach(call);
  } else if (call != NULL) {
    attempt->content.allow = dmi_route_allowed(attempt->context, attempt->path, allowed);
    dmi_call_answer(call, result, &attempt->content);
  }
}

static int attempt_end(dmi_http_attempt *attempt) {
  attempt_answer(attempt);
  dmi_incoming_release(&attempt->in);
  dmi_context_leave(attempt->context);
  return DM_OK;
}

static void attempt_refuse(dmi_http_attempt *attempt, dmi_fault found) {
  int operation = attempt->route->operation;
  if (operation == DM_OPERATION_SEND) {
    dm_refuse(attempt->context, &attempt->in.message, found.outcome, found.text, attempt->now,
              &attempt->result);
    return;
  }
  dm_query query = dmi_incoming_query(&attempt->in);
  dm_refuse_query(attempt->context, &query, operation, found.outcome, found.text, attempt->now,
                  &attempt->result);
}

static int call_refuse(dm_context *context, dm_http_call *call, const given *g, dmi_fault found,
                       dm_time now) {
  dmi_http_attempt attempt;
  attempt_begin(&attempt, context, call, g, now);
  dmi_request_read_target(&attempt, g->request);
  attempt_refuse(&attempt, found);
  return attempt_end(&attempt);
}

/* Why is the log's alone. */
static int call_refuse_stranger(dm_context *context, dm_http_call *call, const given *g,
                                dm_time now) {
  dmi_http_attempt attempt;
  attempt_begin(&attempt, context, call, g, now);
  dmi_request_read_target(&attempt, g->request);
  attempt_refuse(&attempt, (dmi_fault){DM_AUTHENTICATION_FAILURE, g->request->unauthenticated});
  attempt.result.text = dm_outcome_of(DM_AUTHENTICATION_FAILURE)->text;
  return attempt_end(&attempt);
}

int dm_http_handle(dm_context *context, dm_http_call *call, const dm_http_request *request,
                   dm_time now) {
  given g;
  if (context == NULL || !call_sound(call) || !given_read(&g, request))
    return DM_ERROR_INVALID_ARGUMENT;
  if (!dmi_span_present(g.caller->principal))
    return call_refuse_stranger(context, call, &g, now);
  dmi_http_attempt attempt;
  attempt_begin(&attempt, context, call, &g, now);
  dmi_fault found = dmi_request_read(&attempt, g.request);
  if (dmi_failed(found))
    attempt_refuse(&attempt, found);
  else
    attempt.route->handle(&attempt);
  return attempt_end(&attempt);
}

int dm_http_refuse(dm_context *context, dm_http_call *call, const dm_http_request *request,
                   int outcome, const char *text, dm_time now) {
  given g;
  const dm_outcome *row = dm_outcome_of(outcome);
  if (context == NULL || !call_sound(call) || !given_read(&g, request) || row == NULL ||
      row->exception == NULL || row->http_status == 0)
    return DM_ERROR_INVALID_ARGUMENT;
  return call_refuse(context, call, &g, (dmi_fault){outcome, text}, now);
}

int dm_http_cancel(dm_http_call *call, dm_time now) {
  if (!call_sized(call))
    return DM_ERROR_INVALID_ARGUMENT;
  if (call->own.context == NULL)
    return DM_ERROR_STALE_HANDLE;
  dm_context *context = call->own.context;
  dm_message_id message = call->own.message;
  if (call->own.sending != NULL)
    *call->own.sending = NULL; /* its message has no handle yet: attempt_end() goes on */
  dmi_call_detach(call);
  return message == 0 ? DM_OK : dm_cancel(context, message, now);
}
