/* A growable run of bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_BASE_BYTES_H
#define COMMON_BASE_BYTES_H

#include <stdbool.h>

#include "dm/types.h"

/* All zero is empty and owns nothing. */
typedef struct bytes {
  char *data;
  size_t len;
  size_t capacity;
} bytes;

/* Makes room for `more` bytes behind the ones there are; false when out of memory, and
 * then nothing has changed. */
bool bytes_reserve(bytes *b, size_t more);

/* Appends bytes; false when out of memory, and then nothing has changed. */
bool bytes_append(bytes *b, dm_span more);

/* Takes the first `len` bytes out; len is at most b->len. */
void bytes_consume(bytes *b, size_t len);

/* Empties it; keeps its memory for the next use unless that is more than `keep`. */
void bytes_reset(bytes *b, size_t keep);

/* Overwrites all of its memory, what it held before too, and releases it. Copies that were left
 * behind where it grew stay. */
void bytes_wipe(bytes *b);

/* Releases the memory; empty afterwards. */
void bytes_free(bytes *b);

/* What it holds; borrowed until the next change. */
static inline dm_span bytes_span(const bytes *b) {
  return dm_bytes(b->data, b->len);
}

#endif
