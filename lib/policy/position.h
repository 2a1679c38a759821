/* Where in JSON text a value stands.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_POSITION_H
#define DM_POLICY_POSITION_H

#include "dm/types.h"

/* One step from a value to one inside it; a chain of them leads back to the root. */
typedef struct dmi_position_path {
  const struct dmi_position_path *parent; /* NULL: the root */
  dm_span key;                            /* the member's name, or absent */
  size_t index;                           /* the array element, where there is no key */
} dmi_position_path;

/* The offset of the key, or in an array of the value, that a path names; NULL names
 * the root; json.len where the path leads nowhere. */
size_t dmi_position_locate(dm_span json, const dmi_position_path *path);

/* The text of the value that a path names, as it stands there; empty where the path leads
 * nowhere. */
dm_span dmi_position_text(dm_span json, const dmi_position_path *path);

/* Turns an offset into a line and a column, both from 1; an offset past the end means
 * the last byte. */
void dmi_position_line_column(dm_span json, size_t offset, unsigned *line, unsigned *column);

#endif
