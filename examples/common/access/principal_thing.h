/* What policies may ask about the thing of a device: the object "thing".
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_PRINCIPAL_THING_H
#define COMMON_ACCESS_PRINCIPAL_THING_H

#include "common/access/principal_reading.h"

/* Makes who->thing of what the file says; false with *p filled. */
bool principal_read_thing(const principal_reading *r);

#endif
