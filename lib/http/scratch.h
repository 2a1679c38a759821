/* Memory for the length of one call: the stack's as far as it goes, then the host's.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_SCRATCH_H
#define DM_HTTP_SCRATCH_H

#include "dm/types.h"

/* Enough for all that is decoded from a usual request. */
#define SCRATCH_STACK 2048

typedef struct dmi_scratch {
  dm_memory memory;
  struct scratch_block *blocks;
  size_t used; /* of stack */
  _Alignas(max_align_t) char stack[SCRATCH_STACK];
} dmi_scratch;

/* Begins with nothing taken; what exceeds the stack comes from `memory`, which is copied. */
void dmi_scratch_init(dmi_scratch *s, const dm_memory *memory);

/* Takes `size` bytes, aligned for any object; NULL only when out of memory. */
void *dmi_scratch_take(dmi_scratch *s, size_t size);

/* Releases everything taken. */
void dmi_scratch_release(dmi_scratch *s);

#endif
