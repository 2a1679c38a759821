/* Request targets: taking them apart.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/target.h"

#include "base/span.h"

bool target_valid(dm_span target) {
  for (size_t i = 0; i < target.len; i++)
    if (target.ptr[i] <= 0x20 || target.ptr[i] > 0x7E || target.ptr[i] == '#')
      return false;
  return true;
}

static bool skip_scheme(dm_span *target, dm_span scheme) {
  if (target->len < scheme.len || !span_equal_ignoring_case(span_head(*target, scheme.len), scheme))
    return false;
  *target = span_tail(*target, scheme.len);
  return true;
}

/* What follows the authority of a target in absolute-form; one in origin-form as it is. */
static dm_span without_authority(dm_span target) {
  if (!skip_scheme(&target, SPAN("http://")) && !skip_scheme(&target, SPAN("https://")))
    return target;
  size_t slash = span_find(target, '/');
  size_t question = span_find(target, '?');
  return span_tail(target, slash < question ? slash : question);
}

void target_split(dm_span target, dm_span *path, dm_span *query) {
  *path = span_cut(without_authority(target), '?', query);
}

route path_route(dm_span path, dm_span *client_id) {
  const dm_span connections = SPAN("/connections/");
  if (!span_starts_with(path, connections))
    return ROUTE_UNKNOWN;
  dm_span rest = span_tail(path, connections.len);
  size_t slash = span_find(rest, '/');
  *client_id = span_head(rest, slash);
  rest = span_tail(rest, slash);
  if (rest.len == 0)
    return slash == 0 ? ROUTE_UNKNOWN : ROUTE_CONNECTION;
  if (span_equal(rest, SPAN("/messages")))
    return ROUTE_MESSAGES;
  return span_equal(rest, SPAN("/subscriptions")) ? ROUTE_SUBSCRIPTIONS : ROUTE_UNKNOWN;
}
