/* The routes: what the binding answers, and how.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/routes.h"

#include "base/span.h"
#include "core/entry.h"
#include "http/target.h"

#define LITERAL(text)                                                                              \
  { text, sizeof(text) - 1 }

static uint32_t largest_payload(const dm_limits *limits) {
  return limits->max_payload;
}

/* The first is what a request counts as that has no route. The body that comes with GET or DELETE
 * is not looked at, but read to its end. */
static const dmi_route routes[] = {
    {
        .method = LITERAL("POST"),
        .path = LITERAL("/messages"),
        .operation = DM_OPERATION_SEND,
        .body_limit = largest_payload,
        .read_query = dmi_send_read,
        .read_fields = dmi_message_fields_read,
        .handle = dmi_send_handle,
    },
    {
        .method = LITERAL("GET"),
        .path = LITERAL(""),
        .operation = DM_OPERATION_GET_CONNECTION,
        .body_limit = largest_payload,
        .read_query = dmi_get_connection_read,
        .read_fields = dmi_query_fields_read,
        .handle = dmi_get_connection_handle,
    },
    {
        .method = LITERAL("DELETE"),
        .path = LITERAL(""),
        .operation = DM_OPERATION_DELETE_CONNECTION,
        .body_limit = largest_payload,
        .read_query = dmi_delete_connection_read,
        .read_fields = dmi_query_fields_read,
        .handle = dmi_delete_connection_handle,
    },
    {
        .method = LITERAL("GET"),
        .path = LITERAL("/subscriptions"),
        .operation = DM_OPERATION_LIST_SUBSCRIPTIONS,
        .body_limit = largest_payload,
        .read_query = dmi_list_subscriptions_read,
        .read_fields = dmi_query_fields_read,
        .handle = dmi_list_subscriptions_handle,
    },
};

enum {
  ROUTES = sizeof routes / sizeof *routes
};

const dmi_route *dmi_route_find(dm_span path, dm_span method) {
  for (size_t i = 0; i < ROUTES; i++)
    if (dmi_span_equal(routes[i].path, path) && dmi_span_equal(routes[i].method, method))
      return &routes[i];
  return NULL;
}

const dmi_route *dmi_route_default(void) {
  return &routes[0];
}

bool dmi_route_known(dm_span path) {
  for (size_t i = 0; i < ROUTES; i++)
    if (dmi_span_equal(routes[i].path, path))
      return true;
  return false;
}

dm_span dmi_route_allowed(const dm_context *context, dm_span path, char out[ALLOW_MAX]) {
  char *at = out;
  for (size_t i = 0; i < ROUTES && dmi_span_present(path); i++)
    if (dmi_span_equal(routes[i].path, path) && dmi_context_offers(context, routes[i].operation)) {
      at = dmi_span_put(at, at == out ? SPAN("") : SPAN(", "));
      at = dmi_span_put(at, routes[i].method);
    }
  return dm_bytes(out, (size_t)(at - out));
}

static const dmi_route *route_of(dm_span target, dm_span method) {
  dm_span path, query, client_id, rest;
  dmi_target_split(target, &path, &query);
  const dmi_route *found =
      dmi_target_client(path, &client_id, &rest) ? dmi_route_find(rest, method) : NULL;
  return found == NULL ? dmi_route_default() : found;
}

uint64_t dm_http_body_limit(const dm_context *context, dm_span method, dm_span target) {
  dm_limits limits = {.size = sizeof limits};
  if (!dmi_span_sound(method) || !dmi_span_sound(target) ||
      dm_get_limits(context, &limits) != DM_OK)
    return 0;
  return route_of(target, method)->body_limit(&limits);
}
