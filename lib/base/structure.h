/* Structures that begin with their own size.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_STRUCTURE_H
#define DM_BASE_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a structure of `given` bytes holds nothing beyond the `known` ones: a host that
 * was compiled against a newer header may fill what this library cannot honour. */
static inline bool dmi_structure_known(const void *structure, size_t given, size_t known) {
  const unsigned char *bytes = (const unsigned char *)structure;
  if (given < known)
    return false;
  for (size_t i = known; i < given; i++)
    if (bytes[i] != 0)
      return false;
  return true;
}

#endif
