/* The names of what may be sent to, or received, in policies.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_ARN_H
#define DM_CORE_ARN_H

#include <string.h>

#include "core/context.h"

enum {
  RESOURCE_MAX = DM_TOPIC_MAX > DM_CLIENT_ID_MAX ? DM_TOPIC_MAX : DM_CLIENT_ID_MAX
};

/* A resource name, put together on the stack. */
typedef struct dmi_arn {
  char bytes[ARN_PREFIX_MAX + RESOURCE_MAX];
  size_t len;
} dmi_arn;

/* `resource` has at most RESOURCE_MAX bytes. */
static inline void dmi_arn_build(dmi_arn *arn, const dmi_kept_name *prefix, dm_span resource) {
  memcpy(arn->bytes, prefix->bytes, prefix->len);
  memcpy(arn->bytes + prefix->len, resource.ptr, resource.len);
  arn->len = prefix->len + resource.len;
}

static inline dm_span dmi_arn_span(const dmi_arn *arn) {
  return (dm_span){arn->bytes, arn->len};
}

#endif
