/* Requests and their answers, in order.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/server/http_exchange.h"

#include <stdlib.h>

#include "common/http1/http_answer.h"
#include "common/access/http_caller.h"
#include "common/host/asked_party.h"
#include "common/server/http_connection.h"
#include "common/server/http_server_private.h"

/* While the service stops every connection ends with the answer that is its last. */
static bool is_last(const http_exchange *exchange) {
  const http_connection *c = exchange->connection;
  return exchange->close ||
         (c->server->service->stopping && exchange->next == NULL && c->parser.request == NULL);
}

/* May be called from inside any dm_ function: takes a note and leaves the rest to the end
 * of the turn. */
static void on_answer(void *user, const dm_http_answer *answer) {
  http_exchange *exchange = user;
  http_connection *c = exchange->connection;
  http_framing framing = {.date = http_server_date(c->server),
                          .is_head = exchange->is_head,
                          .version_1_0 = exchange->version_1_0,
                          .close = is_last(exchange)};
  if (!http_answer_write(&exchange->answer, answer, &framing))
    c->broken = true;
  exchange->answered = true;
  loop_later(&c->server->service->loop, &c->turn_end);
}

/* Appends an exchange to the order; NULL when out of memory. */
static http_exchange *append(http_connection *c) {
  http_exchange *exchange = calloc(1, sizeof *exchange);
  if (exchange == NULL) {
    c->broken = true;
    return NULL;
  }
  exchange->call =
      (dm_http_call){.size = sizeof exchange->call, .answer = on_answer, .user = exchange};
  exchange->connection = c;
  if (c->last == NULL)
    c->first = exchange;
  else
    c->last->next = exchange;
  c->last = exchange;
  c->waiting++;
  return exchange;
}

static void remove_first(http_connection *c) {
  http_exchange *exchange = c->first;
  c->first = exchange->next;
  if (c->first == NULL)
    c->last = NULL;
  c->waiting--;
  bytes_free(&exchange->answer);
  free(exchange);
}

/* Who calls, but for the name. */
static dm_caller caller_of(const http_connection *c) {
  return (dm_caller){
      .size = sizeof(dm_caller), .source_ip = dm_text(c->remote.ip), .source_port = c->remote.port};
}

static dm_http_request view_of(const http_connection *c, dm_http_header fields[HTTP_FIELDS_MAX]) {
  dm_http_request view = {.size = sizeof view};
  if (c->parser.request != NULL)
    view = http_request_view(c->parser.request, fields);
  view.wall = loop_wall();
  return view;
}

static certificate *certificate_of(const stream *s) {
  stream_tls tls;
  return stream_describe_tls(s, &tls) ? certificate_new(tls.certificate) : NULL;
}

void http_exchange_start(http_connection *c) {
  service *s = c->server->service;
  const http_request *request = c->parser.request;
  dm_http_header fields[HTTP_FIELDS_MAX];
  http_exchange *exchange = append(c);
  if (exchange == NULL)
    return;
  exchange->is_head = request->is_head;
  exchange->version_1_0 = request->version_1_0;
  exchange->close = !request->keep_alive || s->stopping;
  if (exchange->close)
    c->state = HTTP_LAST;
  dm_http_request view = view_of(c, fields);
  if (c->certificate == NULL)
    c->certificate = certificate_of(c->stream);
  const access_peer peer = stream_peer(c->stream, c->certificate);
  http_caller found = http_caller_of(&s->access, &view, &peer, view.wall, &c->server->room);
  dm_caller caller = caller_of(c);
  caller.principal = found.principal;
  caller.user = &found;
  view.caller = &caller;
  view.unauthenticated = found.failure;
  if (dm_http_handle(s->context, &exchange->call, &view, service_now(s)) != DM_OK) {
    exchange->answered = true;
    c->broken = true;
  }
  http_parser_next(&c->parser);
}

void http_exchange_refuse(http_connection *c, int outcome, const char *why) {
  service *s = c->server->service;
  dm_http_header fields[HTTP_FIELDS_MAX];
  http_exchange *exchange = append(c);
  c->state = HTTP_LAST;
  if (exchange == NULL)
    return;
  exchange->is_head = c->parser.request != NULL && c->parser.request->is_head;
  exchange->close = true;
  dm_http_request view = view_of(c, fields);
  dm_caller caller = caller_of(c);
  if (!s->access.principals.configured)
    caller.principal = dm_text(ANONYMOUS);
  view.caller = &caller;
  view.body = dm_text("");
  if (dm_http_refuse(s->context, &exchange->call, &view, outcome, why, service_now(s)) != DM_OK) {
    exchange->answered = true;
    c->broken = true;
  }
}

void http_exchange_collect(http_connection *c) {
  while (c->first != NULL && c->first->answered) {
    if (writer_add(&c->out, bytes_span(&c->first->answer)) != 0)
      c->broken = true;
    remove_first(c);
  }
}

void http_exchange_cancel_all(http_connection *c) {
  dm_time now = service_now(c->server->service);
  while (c->first != NULL) {
    if (!c->first->answered)
      dm_http_cancel(&c->first->call, now);
    remove_first(c);
  }
}
