/* Where in a policy document a statement begins.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_POLICY_POSITION_H
#define COMMON_ACCESS_POLICY_POSITION_H

#include "dm/types.h"

void policy_statement_position(dm_span json, size_t statement, unsigned *line, unsigned *column);

#endif
