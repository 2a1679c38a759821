/* What a route does: how the query of its target is read, and how the request is answered.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/handlers.h"

#include "http/headers.h"
#include "http/parameters.h"

/* ---- Reading ------------------------------------------------------------ */

dmi_fault dmi_send_read(dmi_incoming *in, dm_span query, char *room) {
  return dmi_parameters_read(query, room, &in->message);
}

dmi_fault dmi_get_connection_read(dmi_incoming *in, dm_span query, char *room) {
  return dmi_get_parameters_read(query, room, &in->parameters);
}

dmi_fault dmi_list_subscriptions_read(dmi_incoming *in, dm_span query, char *room) {
  return dmi_list_parameters_read(query, room, &in->parameters);
}

dmi_fault dmi_delete_connection_read(dmi_incoming *in, dm_span query, char *room) {
  return dmi_delete_parameters_read(query, room, &in->parameters);
}

dmi_fault dmi_message_fields_read(dmi_incoming *in, const dm_http_request *request) {
  return dmi_headers_read(request->headers, request->header_count, &in->room, &in->properties,
                          &in->message, &in->caller);
}

dmi_fault dmi_query_fields_read(dmi_incoming *in, const dm_http_request *request) {
  dmi_headers_read_caller(request->headers, request->header_count, &in->caller);
  return NO_FAULT;
}

/* ---- Sending ------------------------------------------------------------ */

/* A host that has cancelled has its call back already: it is not looked at then. */
static void completed(void *user, const dm_result *result) {
  if (result->outcome != DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT)
    dmi_call_answer(user, result, &(dmi_answer_content){.body = {NULL, 0}});
}

void dmi_send_handle(dmi_http_attempt *attempt) {
  dm_message *message = &attempt->in.message;
  message->complete = completed;
  message->user = attempt->call;
  dm_send(attempt->context, message, attempt->now, &attempt->result);
}

/* ---- Asking ------------------------------------------------------------- */

void dmi_get_connection_handle(dmi_http_attempt *attempt) {
  dm_query query = dmi_incoming_query(&attempt->in);
  int sockets = attempt->in.parameters.include_socket_information;
  dm_connection_information known = {.size = sizeof known};
  if (dm_get_connection(attempt->context, &query, sockets, attempt->now, &known,
                        &attempt->result) != DM_OK)
    return;
  dmi_writer w = {attempt->json, sizeof attempt->json, 0};
  dmi_connection_json_write(&w, &known, attempt->wall);
  attempt->content.body = dm_bytes(attempt->json, w.needed);
}

static int page_taken(void *user, const dm_subscription *subscriptions, size_t count,
                      dm_span next_token) {
  dmi_http_attempt *attempt = user;
  dmi_writer measure = {NULL, 0, 0};
  dmi_subscriptions_json_write(&measure, subscriptions, count, next_token);
  dmi_writer w = {dmi_scratch_take(&attempt->in.room, measure.needed), measure.needed, 0};
  if (w.out == NULL)
    return DM_ERROR_NO_MEMORY;
  dmi_subscriptions_json_write(&w, subscriptions, count, next_token);
  attempt->content.body = dm_bytes(w.out, w.needed);
  return DM_OK;
}

void dmi_list_subscriptions_handle(dmi_http_attempt *attempt) {
  dm_query query = dmi_incoming_query(&attempt->in);
  const dmi_connection_parameters *asked = &attempt->in.parameters;
  dm_list_subscriptions(attempt->context, &query, asked->max_results, asked->next_token,
                        attempt->now, page_taken, attempt, &attempt->result);
}

void dmi_delete_connection_handle(dmi_http_attempt *attempt) {
  dm_query query = dmi_incoming_query(&attempt->in);
  const dmi_connection_parameters *asked = &attempt->in.parameters;
  dm_delete_connection(attempt->context, &query, asked->clean_session, asked->prevent_will,
                       attempt->now, &attempt->result);
}
