/* The host's allocator behind checked calls.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_MEMORY_H
#define DM_BASE_MEMORY_H

#include "dm/types.h"

/* Returns the host's allocator, or realloc() and free() where it gave none. */
dm_memory dmi_memory_or_default(const dm_memory *given);

/* Allocates `count` zeroed objects of `size` bytes; NULL when out of memory or on overflow. */
void *dmi_memory_zeroed(const dm_memory *memory, size_t count, size_t size);

/* Resizes an array to `count` objects of `size` bytes; NULL when out of memory or on
 * overflow, and then `old` is untouched. */
void *dmi_memory_resize(const dm_memory *memory, void *old, size_t count, size_t size);

/* Releases what the calls above gave; NULL is fine. */
void dmi_memory_release(const dm_memory *memory, void *old);

#endif
