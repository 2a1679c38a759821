/* Structures that begin with their own size, and grow at their end.
 *
 * A host was compiled against this library's header, an older or a newer one. What it hands
 * in is at least as large as the first version of the structure; what lies beyond this
 * library's version, where the host's is larger, must be zero, for it cannot be honoured.
 * `first` and `latest` are those two sizes; `first` is a constant X_FIRST_SIZE beside the
 * code that reads dm_x.
 *
 * To make dm_x grow: add the member at its end, with no padding before or behind it, and turn
 * X_FIRST_SIZE from sizeof(dm_x) into the offset of the first member that was ever added.
 * `make check-abi` proves both, `make check-growth` that hosts of old are served.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_STRUCTURE_H
#define DM_BASE_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The size that a structure says it has. */
static inline size_t dmi_structure_size(const void *structure) {
  return *(const size_t *)structure;
}

/* The two below for a structure that has not this library's size. */
bool dmi_structure_acceptable(const void *given, size_t first, size_t latest);
const void *dmi_structure_complete(const void *given, size_t first, void *room, size_t latest);

/* Whether a host's structure can be read, or written to. */
static inline bool dmi_structure_sound(const void *given, size_t first, size_t latest) {
  return given != NULL &&
         (dmi_structure_size(given) == latest || dmi_structure_acceptable(given, first, latest));
}

/* A host's structure as this library knows it: in its place where that is possible, else
 * completed with zeroes in `room`, which has `latest` bytes. NULL where it cannot be read. */
static inline const void *dmi_structure_read(const void *given, size_t first, void *room,
                                             size_t latest) {
  if (given == NULL || dmi_structure_size(given) == latest)
    return given;
  return dmi_structure_complete(given, first, room, latest);
}

/* Writes a structure of this library's version to a host's sound one, which may be smaller
 * or larger and keeps its size. */
static inline void dmi_structure_write(void *out, const void *from, size_t latest) {
  size_t size = dmi_structure_size(out);
  char *to = (char *)out + sizeof size;
  const char *content = (const char *)from + sizeof size;
  if (size >= latest) /* the compiler knows how much that is */
    memcpy(to, content, latest - sizeof size);
  else
    memcpy(to, content, size - sizeof size);
}

#endif
