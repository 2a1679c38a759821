/* Memory for the length of one call: the stack's as far as it goes, then the host's.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_SCRATCH_H
#define DM_HTTP_SCRATCH_H

#include "dm/types.h"

/* Enough for all that is decoded from a usual request. */
#define SCRATCH_STACK 2048

typedef struct scratch {
  dm_memory memory;
  struct scratch_block *blocks;
  size_t used; /* of stack */
  _Alignas(max_align_t) char stack[SCRATCH_STACK];
} scratch;

/* Begins with nothing taken; what exceeds the stack comes from `memory`, which is copied. */
void scratch_init(scratch *s, const dm_memory *memory);

/* Takes `size` bytes, aligned for any object; NULL only when out of memory. */
void *scratch_take(scratch *s, size_t size);

/* Releases everything taken. */
void scratch_release(scratch *s);

#endif
