/* Calls: from a request to its one answer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "dm/http.h"

#include "base/span.h"
#include "base/structure.h"
#include "core/context.h"
#include "http/answer.h"
#include "http/connection_json.h"
#include "http/incoming.h"

static bool headers_sound(const dm_http_header *headers, size_t count) {
  if (headers == NULL)
    return count == 0;
  for (size_t i = 0; i < count; i++)
    if (!dmi_span_sound(headers[i].name) || !dmi_span_sound(headers[i].value))
      return false;
  return true;
}

static bool request_sound(const dm_http_request *request) {
  return request != NULL && dmi_structure_known(request, request->size, sizeof *request) &&
         dmi_span_sound(request->method) && dmi_span_sound(request->target) &&
         dmi_span_sound(request->body) && dmi_span_sound(request->principal) &&
         dmi_span_sound(request->source_ip) &&
         headers_sound(request->headers, request->header_count);
}

/* A call that already waits for its answer cannot take another request. */
static bool call_sound(const dm_http_call *call) {
  return call != NULL && dmi_structure_known(call, call->size, sizeof *call) &&
         call->answer != NULL && call->context == NULL;
}

/* Gives the call back to the host. */
static void call_detach(dm_http_call *call) {
  call->context = NULL;
  call->message = 0;
  call->sending = NULL;
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
typedef struct passage {
  dm_http_call *call;
  dm_result result;
  dmi_answer_content content;
  dmi_incoming in;
  char json[CONNECTION_JSON_MAX];
} passage;

/* What the answer says may lie in the context's memory: both live until it is given. */
static void passage_begin(passage *p, dm_context *context, dm_http_call *call,
                          const dm_http_request *request, dm_time now) {
  dmi_context_enter(context, now);
  p->call = call;
  p->result = (dm_result){.size = sizeof p->result, .outcome = DM_INTERNAL_SERVER_ERROR};
  p->content = (dmi_answer_content){.body = {NULL, 0}};
  dmi_incoming_init(&p->in, request, &context->memory);
  call->context = context;
  call->sending = &p->call;
}

/* The methods of a path that are supported, as far as the host offers them. */
static dm_span allowed_methods(const dm_config *config, dmi_route path) {
  switch (path) {
  case ROUTE_MESSAGES:
    return SPAN("POST");
  case ROUTE_CONNECTION:
    return config->end_connection == NULL ? SPAN("GET") : SPAN("GET, DELETE");
  case ROUTE_SUBSCRIPTIONS:
    return config->subscriptions == NULL ? SPAN("") : SPAN("GET");
  default:
    return SPAN("");
  }
}

static void passage_answer(passage *p, dm_context *context, dm_time now) {
  if (p->result.outcome == DM_PENDING && p->call != NULL) {
    p->call->message = p->result.message_id;
    p->call->sending = NULL;
  } else if (p->result.outcome == DM_PENDING) {
    dm_cancel(context, p->result.message_id, now);
  } else if (p->call != NULL && p->result.outcome == DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT) {
    call_detach(p->call);
  } else if (p->call != NULL) {
    p->content.allow = allowed_methods(&context->config, p->in.route);
    call_answer(p->call, &p->result, &p->content);
  }
}

static void passage_end(passage *p, dm_context *context, dm_time now) {
  passage_answer(p, context, now);
  dmi_incoming_release(&p->in);
  dmi_context_leave(context);
}

static void passage_refuse(passage *p, dm_context *context, dmi_fault found, dm_time now) {
  if (p->in.operation == DM_OPERATION_SEND) {
    dm_refuse(context, &p->in.message, found.outcome, found.text, now, &p->result);
    return;
  }
  dm_query query = dmi_incoming_query(&p->in);
  dm_refuse_query(context, &query, p->in.operation, found.outcome, found.text, now, &p->result);
}

static void passage_send(passage *p, dm_context *context, dm_time now) {
  p->in.message.complete = completed;
  p->in.message.user = p->call;
  dm_send(context, &p->in.message, now, &p->result);
}

static void passage_get(passage *p, dm_context *context, dm_wall_time wall, dm_time now) {
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
  passage *p = user;
  dmi_writer measure = {NULL, 0, 0};
  dmi_subscriptions_json_write(&measure, subscriptions, count, next_token);
  dmi_writer w = {dmi_scratch_take(&p->in.room, measure.needed), measure.needed, 0};
  if (w.out == NULL)
    return DM_ERROR_NO_MEMORY;
  dmi_subscriptions_json_write(&w, subscriptions, count, next_token);
  p->content.body = dm_bytes(w.out, w.needed);
  return DM_OK;
}

static void passage_query(passage *p, dm_context *context, dm_wall_time wall, dm_time now) {
  dm_query query = dmi_incoming_query(&p->in);
  const dmi_connection_parameters *asked = &p->in.parameters;
  if (p->in.operation == DM_OPERATION_GET_CONNECTION)
    passage_get(p, context, wall, now);
  else if (p->in.operation == DM_OPERATION_LIST_SUBSCRIPTIONS)
    dm_list_subscriptions(context, &query, asked->max_results, asked->next_token, now, page_taken,
                          p, &p->result);
  else
    dm_delete_connection(context, &query, asked->clean_session, asked->prevent_will, now,
                         &p->result);
}

static int call_refuse(dm_context *context, dm_http_call *call, const dm_http_request *request,
                       dmi_fault found, dm_time now) {
  passage p;
  passage_begin(&p, context, call, request, now);
  dmi_incoming_read_target(&p.in, request);
  passage_refuse(&p, context, found, now);
  passage_end(&p, context, now);
  return DM_OK;
}

/* Why is the log's alone. */
static int call_refuse_stranger(dm_context *context, dm_http_call *call,
                                const dm_http_request *request, dm_time now) {
  passage p;
  passage_begin(&p, context, call, request, now);
  dmi_incoming_read_target(&p.in, request);
  passage_refuse(&p, context, (dmi_fault){DM_AUTHENTICATION_FAILURE, request->unauthenticated},
                 now);
  p.result.text = dm_outcome_of(DM_AUTHENTICATION_FAILURE)->text;
  passage_end(&p, context, now);
  return DM_OK;
}

int dm_http_handle(dm_context *context, dm_http_call *call, const dm_http_request *request,
                   dm_time now) {
  if (context == NULL || !call_sound(call) || !request_sound(request))
    return DM_ERROR_INVALID_ARGUMENT;
  if (!dmi_span_present(request->principal))
    return call_refuse_stranger(context, call, request, now);
  passage p;
  passage_begin(&p, context, call, request, now);
  dmi_fault found = dmi_incoming_read(&p.in, request);
  if (dmi_failed(found))
    passage_refuse(&p, context, found, now);
  else if (p.in.operation == DM_OPERATION_SEND)
    passage_send(&p, context, now);
  else
    passage_query(&p, context, request->wall, now);
  passage_end(&p, context, now);
  return DM_OK;
}

int dm_http_refuse(dm_context *context, dm_http_call *call, const dm_http_request *request,
                   int outcome, const char *text, dm_time now) {
  const dm_outcome *row = dm_outcome_of(outcome);
  if (context == NULL || !call_sound(call) || !request_sound(request) || row == NULL ||
      row->exception == NULL || row->http_status == 0)
    return DM_ERROR_INVALID_ARGUMENT;
  return call_refuse(context, call, request, (dmi_fault){outcome, text}, now);
}

int dm_http_cancel(dm_http_call *call, dm_time now) {
  if (call == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (call->context == NULL)
    return DM_ERROR_STALE_HANDLE;
  dm_context *context = call->context;
  dm_message_id message = call->message;
  if (call->sending != NULL)
    *call->sending = NULL; /* its message has no handle yet: passage_end() goes on */
  call_detach(call);
  return message == 0 ? DM_OK : dm_cancel(context, message, now);
}
