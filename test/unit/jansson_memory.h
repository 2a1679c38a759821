/* jansson's memory in tests: counted, and refused when told to.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_JANSSON_MEMORY_H
#define TEST_UNIT_JANSSON_MEMORY_H

#include <stddef.h>

typedef struct jansson_memory {
  size_t blocks;        /* in use */
  size_t calls;         /* since jansson_memory_refuse() */
  size_t first_failing; /* counted from 1; SIZE_MAX: none */
  size_t last_failing;
} jansson_memory;

/* jansson has one allocator for all, so there is one of these. */
extern jansson_memory jansson;

/* Makes jansson use it, and again malloc() and free(). */
void jansson_memory_begin(void);
void jansson_memory_end(void);

/* Refuses the allocations from `first` to `last`, and counts anew. */
void jansson_memory_refuse(size_t first, size_t last);

#endif
