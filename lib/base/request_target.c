/* Request targets: where they begin.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/request_target.h"

#include "base/span.h"

static bool skip_scheme(dm_span *target, dm_span scheme) {
  if (target->len < scheme.len ||
      !dmi_span_equal_ignoring_case(dmi_span_head(*target, scheme.len), scheme))
    return false;
  *target = dmi_span_tail(*target, scheme.len);
  return true;
}

dm_span dmi_target_origin(dm_span target) {
  if (!skip_scheme(&target, SPAN("http://")) && !skip_scheme(&target, SPAN("https://")))
    return target;
  size_t slash = dmi_span_find(target, '/');
  size_t question = dmi_span_find(target, '?');
  return dmi_span_tail(target, slash < question ? slash : question);
}
