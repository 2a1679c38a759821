/* libdm's HTTP API as one route.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/api_route.h"

#include "common/access/http_caller.h"
#include "common/host/asked_party.h"
#include "common/server/http_exchange.h"

/* ---- Who calls -------------------------------------------------------------------------- */

/* The caller, but for the name. */
static dm_caller caller_at(const http_peer *peer) {
  return (dm_caller){.size = sizeof(dm_caller),
                     .source_ip = dm_text(peer->remote.ip),
                     .source_port = peer->remote.port};
}

static certificate *certificate_of(const stream *s) {
  stream_tls tls;
  return stream_describe_tls(s, &tls) ? certificate_new(tls.certificate) : NULL;
}

static http_caller find_caller(api_route *api, http_peer *peer, const dm_http_request *request) {
  if (peer->kept == NULL)
    peer->kept = certificate_of(peer->stream);
  const access_peer shown = stream_peer(peer->stream, peer->kept);
  return http_caller_of(&api->service->access, request, &shown, request->wall, &api->room);
}

void api_route_forget(void *kept) {
  certificate_free(kept);
}

/* ---- The library's calls ------------------------------------------------------------------ */

static void on_answer(void *user, const dm_http_answer *answer) {
  http_exchange_answer(user, answer);
}

static dm_http_call *begin_call(http_exchange *e) {
  dm_http_call *call = http_exchange_state(e);
  *call = (dm_http_call){.size = sizeof *call, .answer = on_answer, .user = e};
  return call;
}

static void handle(void *user, http_exchange *e, dm_http_request *request) {
  api_route *api = user;
  service *s = api->service;
  http_peer *peer = http_exchange_peer(e);
  http_caller found = find_caller(api, peer, request);
  dm_caller caller = caller_at(peer);
  caller.principal = found.principal;
  caller.user = &found;
  request->caller = &caller;
  request->unauthenticated = found.failure;
  if (dm_http_handle(s->context, begin_call(e), request, service_now(s)) != DM_OK)
    http_exchange_abort(e);
}

static void refuse(void *user, http_exchange *e, dm_http_request *request, int outcome,
                   const char *why) {
  service *s = ((api_route *)user)->service;
  dm_caller caller = caller_at(http_exchange_peer(e));
  if (!s->access.principals.configured)
    caller.principal = dm_text(ANONYMOUS);
  request->caller = &caller;
  if (dm_http_refuse(s->context, begin_call(e), request, outcome, why, service_now(s)) != DM_OK)
    http_exchange_abort(e);
}

static void cancel(void *user, http_exchange *e) {
  const api_route *api = user;
  dm_http_cancel(http_exchange_state(e), service_now(api->service));
}

static uint64_t body_limit(const void *user, dm_span method, dm_span target) {
  const api_route *api = user;
  return dm_http_body_limit(api->service->context, method, target);
}

void api_route_open(api_route *api, service *s) {
  *api = (api_route){
      .route = {.user = api,
                .state_size = sizeof(dm_http_call),
                .body_limit = body_limit,
                .handle = handle,
                .refuse = refuse,
                .cancel = cancel},
      .service = s,
  };
}

void api_route_close(api_route *api) {
  bytes_free(&api->room);
}
