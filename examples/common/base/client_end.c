/* The line about a client whose connection has ended.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/base/client_end.h"

void client_end_text(problem *line, dm_span client_id, const char *ip, uint16_t port,
                     const char *why) {
  int len = client_id.len < 128 ? (int)client_id.len : 128;
  problem_set(line, "client '%.*s' at %s port %u: %s", len, client_id.ptr, ip, port, why);
}
