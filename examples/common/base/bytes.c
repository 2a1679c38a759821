/* A growable run of bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/base/bytes.h"

#include <stdlib.h>

#include "dm/auth.h"

bool bytes_reserve(bytes *b, size_t more) {
  if (more <= b->capacity - b->len)
    return true;
  if (more > SIZE_MAX / 2 - b->len)
    return false;
  size_t capacity = b->capacity < 128 ? 128 : b->capacity;
  while (capacity < b->len + more)
    capacity *= 2;
  char *data = realloc(b->data, capacity);
  if (data == NULL)
    return false;
  b->data = data;
  b->capacity = capacity;
  return true;
}

bool bytes_append(bytes *b, dm_span more) {
  if (!bytes_reserve(b, more.len))
    return false;
  if (more.len > 0) {
    memcpy(b->data + b->len, more.ptr, more.len);
    b->len += more.len;
  }
  return true;
}

void bytes_consume(bytes *b, size_t len) {
  b->len -= len;
  if (len > 0 && b->len > 0)
    memmove(b->data, b->data + len, b->len);
}

void bytes_reset(bytes *b, size_t keep) {
  b->len = 0;
  if (b->capacity > keep)
    bytes_free(b);
}

void bytes_wipe(bytes *b) {
  dm_auth_wipe(b->data, b->capacity);
  bytes_free(b);
}

void bytes_free(bytes *b) {
  free(b->data);
  *b = (bytes){0};
}
