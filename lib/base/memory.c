/* The host's allocator behind checked calls.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static void *libc_resize(void *user, void *old, size_t size) {
  (void)user;
  if (size == 0) {
    free(old);
    return NULL;
  }
  return realloc(old, size);
}

dm_memory dmi_memory_or_default(const dm_memory *given) {
  if (given != NULL && given->resize != NULL)
    return *given;
  return (dm_memory){NULL, libc_resize};
}

void *dmi_memory_resize(const dm_memory *memory, void *old, size_t count, size_t size) {
  if (count == 0 || size == 0 || count > SIZE_MAX / size)
    return NULL;
  return memory->resize(memory->user, old, count * size);
}

void *dmi_memory_zeroed(const dm_memory *memory, size_t count, size_t size) {
  void *fresh = dmi_memory_resize(memory, NULL, count, size);
  if (fresh != NULL)
    memset(fresh, 0, count * size);
  return fresh;
}

void dmi_memory_release(const dm_memory *memory, void *old) {
  if (old != NULL)
    memory->resize(memory->user, old, 0);
}
