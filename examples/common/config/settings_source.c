/* Where settings come from, for messages about them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/config/settings_source.h"

bool settings_wrong(const settings_source *source, const char *pointer, const char *text,
                    problem *p) {
  if (source->file == NULL)
    return problem_set(p, "%s: %s", source->program, text);
  return json_file_wrong(source->file, pointer, text, p);
}
