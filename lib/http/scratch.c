/* Memory for the length of one call: the stack's as far as it goes, then the host's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/scratch.h"

#include "base/memory.h"

#define ALIGNMENT _Alignof(max_align_t)

struct scratch_block {
  struct scratch_block *next;
  _Alignas(max_align_t) char bytes[];
};

void dmi_scratch_init(dmi_scratch *s, const dm_memory *memory) {
  s->memory = *memory;
  s->blocks = NULL;
  s->used = 0;
}

void *dmi_scratch_take(dmi_scratch *s, size_t size) {
  if (size <= sizeof s->stack - s->used) {
    char *taken = s->stack + s->used;
    /* The stack's size is a multiple of the alignment: rounding up stays inside. */
    s->used += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return taken;
  }
  if (size > SIZE_MAX - sizeof(struct scratch_block))
    return NULL;
  struct scratch_block *block =
      dmi_memory_resize(&s->memory, NULL, 1, sizeof(struct scratch_block) + size);
  if (block == NULL)
    return NULL;
  block->next = s->blocks;
  s->blocks = block;
  return block->bytes;
}

void dmi_scratch_release(dmi_scratch *s) {
  while (s->blocks != NULL) {
    struct scratch_block *next = s->blocks->next;
    dmi_memory_release(&s->memory, s->blocks);
    s->blocks = next;
  }
  s->used = 0;
}
