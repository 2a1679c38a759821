/* Request targets: where they begin.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_REQUEST_TARGET_H
#define DM_BASE_REQUEST_TARGET_H

#include "dm/types.h"

/* The path and the query of a target in absolute-form (RFC 9112 section 3.2.2), which proxies are
 * asked with: what follows http:// or https:// and the authority. One in origin-form as it is. */
dm_span dmi_target_origin(dm_span target);

#endif
