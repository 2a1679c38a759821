/* Request targets: taking them apart.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/target.h"

#include "base/request_target.h"
#include "base/span.h"

bool dmi_target_valid(dm_span target) {
  for (size_t i = 0; i < target.len; i++)
    if (target.ptr[i] <= 0x20 || target.ptr[i] > 0x7E || target.ptr[i] == '#')
      return false;
  return true;
}

void dmi_target_split(dm_span target, dm_span *path, dm_span *query) {
  *path = dmi_span_cut(dmi_target_origin(target), '?', query);
}

bool dmi_target_has_dots(dm_span path) {
  bool found = false;
  while (path.len > 0 && !found) {
    dm_span segment = dmi_span_cut(path, '/', &path);
    found = dmi_span_equal(segment, SPAN(".")) || dmi_span_equal(segment, SPAN(".."));
  }
  return found;
}

bool dmi_target_client(dm_span path, dm_span *client_id, dm_span *rest) {
  const dm_span connections = SPAN("/connections/");
  if (!dmi_span_starts_with(path, connections))
    return false;
  dm_span behind = dmi_span_tail(path, connections.len);
  size_t slash = dmi_span_find(behind, '/');
  *client_id = dmi_span_head(behind, slash);
  *rest = dmi_span_tail(behind, slash);
  return behind.len > 0;
}
