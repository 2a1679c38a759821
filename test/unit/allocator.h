/* An allocator for tests: counts the blocks in use, and runs out when told to.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_ALLOCATOR_H
#define TEST_UNIT_ALLOCATOR_H

#include "dm/types.h"

typedef struct allocator {
  size_t blocks;  /* in use */
  size_t allowed; /* allocations and growths that still succeed; SIZE_MAX: all */
  int once;       /* only one is refused after those */
  size_t refused; /* how many were refused */
} allocator;

/* The allocator behind the library's interface. */
dm_memory allocator_memory(allocator *a);

#endif
