/* File descriptors: how many the system allows, and whether they are enough.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HOST_DESCRIPTORS_H
#define COMMON_HOST_DESCRIPTORS_H

#include "common/host/service.h"

/* Raises the soft limit of the process to the hard one. */
void descriptors_raise(void);

/* Warns where the limit cannot hold this many connections of the program's own, which take so many
 * descriptors each, beside some for everything else. */
void descriptors_check(const service *s, uint32_t max_connections, unsigned each);

#endif
