/* An allocator for tests: counts the blocks in use, and runs out when told to.
 *
 * SPDX-License-Identifier: MIT
 */
#include "allocator.h"

#include <stdlib.h>

static void *resize(void *user, void *old, size_t size) {
  allocator *a = user;
  if (size == 0) {
    a->blocks -= old != NULL;
    free(old);
    return NULL;
  }
  if (a->allowed == 0) {
    a->refused++;
    a->allowed = a->once ? SIZE_MAX : 0;
    return NULL;
  }
  a->allowed -= a->allowed != SIZE_MAX;
  a->blocks += old == NULL;
  return realloc(old, size);
}

dm_memory allocator_memory(allocator *a) {
  return (dm_memory){a, resize};
}
