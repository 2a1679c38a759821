/* Names that are almost right.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_SPELLING_H
#define DM_HTTP_SPELLING_H

#include <stdbool.h>

#include "dm/types.h"

/* Whether whoever wrote a name may have meant another one: it differs in letter case, by at most
 * two letters that are missing, too many or wrong, or ends before the other, but not in its first
 * half. */
bool dmi_spelling_near(dm_span written, dm_span meant);

#endif
