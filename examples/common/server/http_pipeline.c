/* The exchanges of one connection.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/server/http_pipeline.h"

#include <stdlib.h>

/* What a streamed answer keeps of its buffer. */
#define KEPT 16384

/* ---- The order -------------------------------------------------------------------------- */

/* Appends an exchange for a request, NULL: nothing is known of it. Returns NULL when out of
 * memory. */
static http_exchange *append(http_pipeline *p, const http_request *request) {
  const http_route *route = http_shared_route(p->shared, request);
  http_exchange *e = calloc(1, sizeof *e + route->state_size);
  if (e == NULL) {
    p->broken = true;
    return NULL;
  }
  e->pipeline = p;
  e->route = route;
  e->is_head = request != NULL && request->is_head;
  e->version_1_0 = request != NULL && request->version_1_0;
  if (p->last == NULL)
    p->first = e;
  else
    p->last->next = e;
  p->last = e;
  p->count++;
  return e;
}

static void remove_first(http_pipeline *p) {
  http_exchange *e = p->first;
  p->first = e->next;
  if (p->first == NULL)
    p->last = NULL;
  p->count--;
  bytes_free(&e->answer);
  free(e);
}

/* ---- From requests to routes -------------------------------------------------------------- */

static dm_http_request view_of(const http_request *request,
                               dm_http_header fields[HTTP_FIELDS_MAX]) {
  dm_http_request view = {.size = sizeof view};
  if (request != NULL)
    view = http_request_view(request, fields);
  view.wall = loop_wall();
  return view;
}

void http_pipeline_start(http_pipeline *p, const http_request *request) {
  dm_http_header fields[HTTP_FIELDS_MAX];
  http_exchange *e = append(p, request);
  if (e == NULL)
    return;
  e->close = !request->keep_alive || p->shared->stopping;
  if (e->close)
    p->open = false;
  dm_http_request view = view_of(request, fields);
  e->route->handle(e->route->user, e, &view);
}

void http_pipeline_refuse(http_pipeline *p, const http_request *request, int outcome,
                          const char *why) {
  dm_http_header fields[HTTP_FIELDS_MAX];
  http_exchange *e = append(p, request);
  p->open = false;
  if (e == NULL)
    return;
  e->close = true;
  dm_http_request view = view_of(request, fields);
  view.body = dm_text("");
  e->route->refuse(e->route->user, e, &view, outcome, why);
}

/* ---- From routes to the connection -------------------------------------------------------- */

static void cancel_first(http_pipeline *p) {
  http_exchange *e = p->first;
  if (!e->finished)
    e->route->cancel(e->route->user, e);
  remove_first(p);
}

void http_pipeline_cancel(http_pipeline *p) {
  while (p->first != NULL)
    cancel_first(p);
}

/* The end of the connection will be the end of its body: what came behind it gets no answer. */
static void cancel_behind(http_pipeline *p, http_exchange *last) {
  p->first = last->next;
  http_pipeline_cancel(p);
  last->next = NULL;
  p->first = p->last = last;
  p->count = 1;
}

/* Returns whether that was all of it. */
static bool take_answer(http_pipeline *p, http_exchange *e) {
  p->broken = p->broken || e->aborted || writer_add(&p->out, bytes_span(&e->answer)) != 0;
  if (e->close && e->next != NULL)
    cancel_behind(p, e);
  if (!e->finished)
    bytes_reset(&e->answer, KEPT);
  return e->finished;
}

void http_pipeline_collect(http_pipeline *p) {
  while (p->first != NULL && p->first->begun && take_answer(p, p->first))
    remove_first(p);
}

bool http_pipeline_is_writable(const http_pipeline *p) {
  return p->first != NULL && p->first->above_high_water &&
         http_exchange_waiting(p->first) <= HTTP_LOW_WATER;
}

void http_pipeline_resume(http_pipeline *p) {
  http_exchange *e = p->first;
  if (http_pipeline_is_writable(p)) {
    e->above_high_water = false;
    e->route->writable(e->route->user, e);
  }
}
