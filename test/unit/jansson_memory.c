/* jansson's memory in tests: counted, and refused when told to.
 *
 * SPDX-License-Identifier: MIT
 */
#include "jansson_memory.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

jansson_memory jansson;

static void *counting_malloc(size_t size) {
  jansson.calls++;
  if (jansson.calls >= jansson.first_failing && jansson.calls <= jansson.last_failing)
    return NULL;
  jansson.blocks++;
  return malloc(size);
}

static void counting_free(void *block) {
  jansson.blocks -= block != NULL;
  free(block);
}

void jansson_memory_begin(void) {
  jansson_memory_refuse(SIZE_MAX, SIZE_MAX);
  json_set_alloc_funcs(counting_malloc, counting_free);
}

void jansson_memory_end(void) {
  json_set_alloc_funcs(malloc, free);
}

void jansson_memory_refuse(size_t first, size_t last) {
  jansson.calls = 0;
  jansson.first_failing = first;
  jansson.last_failing = last;
}
