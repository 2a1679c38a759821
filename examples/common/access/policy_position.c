/* Where in a policy document a statement begins.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/policy_position.h"

#include <stdio.h>

#include "dm/policy.h"

void policy_statement_position(dm_span json, size_t statement, unsigned *line, unsigned *column) {
  char pointer[40];
  snprintf(pointer, sizeof pointer, "/Statement/%zu", statement);
  dm_json_position(json, pointer, line, column);
  /* Where Statement is one object, there is no such place, and nothing stands at 1:1. */
  if (*line == 1 && *column == 1)
    dm_json_position(json, "/Statement", line, column);
}
