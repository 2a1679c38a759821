/* The line about a client whose connection has ended.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/client_end.h"

void client_end_say(const service *s, dm_span client_id, const tcp_end *remote, const char *why) {
  int len = client_id.len < 128 ? (int)client_id.len : 128;
  problem line; /* which keeps control characters out */
  problem_set(&line, "client '%.*s' at %s port %u: %s", len, client_id.ptr, remote->ip,
              remote->port, why);
  service_say(s, "%s", line.text);
}
