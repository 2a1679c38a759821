/* The keys that conditions may test and that policy variables may stand for.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_VOCABULARY_H
#define DM_POLICY_VOCABULARY_H

#include <stdbool.h>

#include "dm/types.h"

/* Whether a key is one of those, without regard to letter case. */
bool dmi_vocabulary_knows(dm_span key);

#endif
