/* Structures that begin with their own size, of other versions than this library's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/structure.h"

bool dmi_structure_acceptable(const void *given, size_t first, size_t latest) {
  const unsigned char *bytes = (const unsigned char *)given;
  size_t size = dmi_structure_size(given);
  if (size < first)
    return false;
  for (size_t i = latest; i < size; i++)
    if (bytes[i] != 0)
      return false;
  return true;
}

const void *dmi_structure_complete(const void *given, size_t first, void *room, size_t latest) {
  size_t size = dmi_structure_size(given);
  if (!dmi_structure_acceptable(given, first, latest))
    return NULL;
  if (size >= latest)
    return given;
  memcpy(room, given, size);
  memset((char *)room + size, 0, latest - size);
  memcpy(room, &latest, sizeof latest);
  return room;
}
