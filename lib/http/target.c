/* Request targets: taking them apart.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/target.h"

#include "base/span.h"

bool dmi_target_valid(dm_span target) {
  for (size_t i = 0; i < target.len; i++)
    if (target.ptr[i] <= 0x20 || target.ptr[i] > 0x7E || target.ptr[i] == '#')
      return false;
  return true;
}

static bool skip_scheme(dm_span *target, dm_span scheme) {
  if (target->len < scheme.len ||
      !dmi_span_equal_ignoring_case(dmi_span_head(*target, scheme.len), scheme))
    return false;
  *target = dmi_span_tail(*target, scheme.len);
  return true;
}

/* What follows the authority of a target in absolute-form; one in origin-form as it is. */
static dm_span without_authority(dm_span target) {
  if (!skip_scheme(&target, SPAN("http://")) && !skip_scheme(&target, SPAN("https://")))
    return target;
  size_t slash = dmi_span_find(target, '/');
  size_t question = dmi_span_find(target, '?');
  return dmi_span_tail(target, slash < question ? slash : question);
}

void dmi_target_split(dm_span target, dm_span *path, dm_span *query) {
  *path = dmi_span_cut(without_authority(target), '?', query);
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
