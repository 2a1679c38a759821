/* Calls: from a request to its one answer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "dm/http.h"

#include "base/span.h"
#include "base/structure.h"
#include "core/caller.h"
#include "core/entry.h"
#include "http/answer.h"
#include "http/connection_json.h"
#include "http/incoming.h"

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

/* Gives the call back to the host. */
static void call_detach(dm_http_call *call) {
  call->own.context = NULL;
  call->own.message = 0;
  call->own.sending = NULL;
}

static void call_answer(dm_http_call *call, const dm_result *result,
                        const dmi_answer_content *content) {
  void (*answer)(void *, const dm_http_answer *) = call->answer;
  void *user = call->user;
  call_detach(call);
  dmi_answer_give(answer, user, result, content);
}

/* A host that has cancelled has its call back already: it is not looked at then. */
static void completed(void *user, const dm_result *result) {
  if (result->outcome != DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT)
    call_answer(user, result, &(dmi_answer_content){.body = {NULL, 0}});
}

/* One request on its way through the core, on the stack of the function that handles it.
 * `call` becomes NULL when the host cancels from a callback: it is the host's again. */
typedef struct http_attempt {
  dm_http_call *call;
  dm_result result;
  dmi_answer_content content;
  dmi_incoming in;
  char json[CONNECTION_JSON_MAX];
} http_attempt;

/* What the answer says may lie in the context's memory: both live until it is given. */
static void attempt_begin(http_attempt *p, dm_context *context, dm_http_call *call, const given *g,
                          dm_time now) {
  dmi_context_enter(context, now);
  p->call = call;
  p->result = (dm_result){.size = sizeof p->result, .outcome = DM_INTERNAL_SERVER_ERROR};
  p->content = (dmi_answer_content){.body = {NULL, 0}};
  dmi_incoming_init(&p->in, g->request, g->caller, dmi_context_memory(context));
  call->own.context = context;
  call->own.sending = &p->call;
}

/* The methods of a path that are supported, as far as the host offers them. */
static dm_span allowed_methods(const dm_context *context, dmi_route path) {
  switch (path) {
  case ROUTE_MESSAGES:
    return SPAN("POST");
  case ROUTE_CONNECTION:
    return dmi_context_offers(context, DM_OPERATION_DELETE_CONNECTION) ? SPAN("GET, DELETE")
                                                                       : SPAN("GET");
  case ROUTE_SUBSCRIPTIONS:
    return dmi_context_offers(context, DM_OPERATION_LIST_SUBSCRIPTIONS) ? SPAN("GET") : SPAN("");
  default:
    return SPAN("");
  }
}

static void attempt_answer(http_attempt *p, dm_context *context, dm_time now) {
  if (p->result.outcome == DM_PENDING && p->call != NULL) {
    p->call->own.message = p->result.message_id;
    p->call->own.sending = NULL;
  } else if (p->result.outcome == DM_PENDING) {
    dm_cancel(context, p->result.message_id, now);
  } else if (p->call != NULL && p->result.outcome == DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT) {
    call_detach(p->call);
  } else if (p->call != NULL) {
    p->content.allow = allowed_methods(context, p->in.route);
    call_answer(p->call, &p->result, &p->content);
  }
}

static void attempt_end(http_attempt *p, dm_context *context, dm_time now) {
  attempt_answer(p, context, now);
  dmi_incoming_release(&p->in);
  dmi_context_leave(context);
}

static void attempt_refuse(http_attempt *p, dm_context *context, dmi_fault found, dm_time now) {
  if (p->in.operation == DM_OPERATION_SEND) {
    dm_refuse(context, &p->in.message, found.outcome, found.text, now, &p->result);
    return;
  }
  dm_query query = dmi_incoming_query(&p->in);
  dm_refuse_query(context, &query, p->in.operation, found.outcome, found.text, now, &p->result);
}

static void attempt_send(http_attempt *p, dm_context *context, dm_time now) {
  p->in.message.complete = completed;
  p->in.message.user = p->call;
  dm_send(context, &p->in.message, now, &p->result);
}

static void attempt_get(http_attempt *p, dm_context *context, dm_wall_time wall, dm_time now) {
  dm_query query = dmi_incoming_query(&p->in);
  dm_connection_information known = {.size = sizeof known};
  if (dm_get_connection(context, &query, p->in.parameters.include_socket_information, now, &known,
                        &p->result) != DM_OK)
    return;
  dmi_writer w = {p->json, sizeof p->json, 0};
  dmi_connection_json_write(&w, &known, wall);
  p->content.body = dm_bytes(p->json, w.needed);
}

static int page_taken(void *user, const dm_subscription *subscriptions, size_t count,
                      dm_span next_token) {
  http_attempt *p = user;
  dmi_writer measure = {NULL, 0, 0};
  dmi_subscriptions_json_write(&measure, subscriptions, count, next_token);
  dmi_writer w = {dmi_scratch_take(&p->in.room, measure.needed), measure.needed, 0};
  if (w.out == NULL)
    return DM_ERROR_NO_MEMORY;
  dmi_subscriptions_json_write(&w, subscriptions, count, next_token);
  p->content.body = dm_bytes(w.out, w.needed);
  return DM_OK;
}

static void attempt_query(http_attempt *p, dm_context *context, dm_wall_time wall, dm_time now) {
  dm_query query = dmi_incoming_query(&p->in);
  const dmi_connection_parameters *asked = &p->in.parameters;
  if (p->in.operation == DM_OPERATION_GET_CONNECTION)
    attempt_get(p, context, wall, now);
  else if (p->in.operation == DM_OPERATION_LIST_SUBSCRIPTIONS)
    dm_list_subscriptions(context, &query, asked->max_results, asked->next_token, now, page_taken,
                          p, &p->result);
  else
    dm_delete_connection(context, &query, asked->clean_session, asked->prevent_will, now,
                         &p->result);
}

static int call_refuse(dm_context *context, dm_http_call *call, const given *g, dmi_fault found,
                       dm_time now) {
  http_attempt p;
  attempt_begin(&p, context, call, g, now);
  dmi_incoming_read_target(&p.in, g->request);
  attempt_refuse(&p, context, found, now);
  attempt_end(&p, context, now);
  return DM_OK;
}

/* Why is the log's alone. */
static int call_refuse_stranger(dm_context *context, dm_http_call *call, const given *g,
                                dm_time now) {
  http_attempt p;
  attempt_begin(&p, context, call, g, now);
  dmi_incoming_read_target(&p.in, g->request);
  attempt_refuse(&p, context, (dmi_fault){DM_AUTHENTICATION_FAILURE, g->request->unauthenticated},
                 now);
  p.result.text = dm_outcome_of(DM_AUTHENTICATION_FAILURE)->text;
  attempt_end(&p, context, now);
  return DM_OK;
}

int dm_http_handle(dm_context *context, dm_http_call *call, const dm_http_request *request,
                   dm_time now) {
  given g;
  if (context == NULL || !call_sound(call) || !given_read(&g, request))
    return DM_ERROR_INVALID_ARGUMENT;
  if (!dmi_span_present(g.caller->principal))
    return call_refuse_stranger(context, call, &g, now);
  http_attempt p;
  attempt_begin(&p, context, call, &g, now);
  dmi_fault found = dmi_incoming_read(&p.in, g.request);
  if (dmi_failed(found))
    attempt_refuse(&p, context, found, now);
  else if (p.in.operation == DM_OPERATION_SEND)
    attempt_send(&p, context, now);
  else
    attempt_query(&p, context, g.request->wall, now);
  attempt_end(&p, context, now);
  return DM_OK;
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
  call_detach(call);
  return message == 0 ? DM_OK : dm_cancel(context, message, now);
}

/* What comes to other paths is not looked at, but read to its end as well. */
uint64_t dm_http_body_limit(const dm_context *context, dm_span method, dm_span target) {
  dm_limits limits = {.size = sizeof limits};
  (void)method;
  (void)target;
  dm_get_limits(context, &limits);
  return limits.max_payload;
}
