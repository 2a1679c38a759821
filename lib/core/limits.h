/* The limits of a context: their defaults, and whether they are sound.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_LIMITS_H
#define DM_CORE_LIMITS_H

#include <stdbool.h>

#include "dm/dm.h"

/* The limits to keep for those that a host gives, the defaults where it says nothing; NULL: it
 * says nothing at all. False where they cannot be used. */
bool dmi_limits_take(const dm_limits *given, dm_limits *out);

/* Puts limits that were taken into force. */
void dmi_limits_set(dm_context *context, const dm_limits *limits);

#endif
