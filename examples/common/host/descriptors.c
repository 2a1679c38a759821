/* File descriptors: how many the system allows, and whether they are enough.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/descriptors.h"

#include <sys/resource.h>

/* For callers of the HTTP API, listeners, the loop's own, logs and the files of a reload. */
#define OTHERS 1024

void descriptors_raise(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void descriptors_check(const service *s, uint32_t max_connections, unsigned each) {
  struct rlimit limit;
  uint64_t needed = (uint64_t)max_connections * each + OTHERS;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      limit.rlim_cur < needed)
    service_say(s,
                "maxConnections %lu needs %llu file descriptors, and the system allows %llu: raise "
                "the limit (ulimit -n), or lower maxConnections",
                (unsigned long)max_connections, (unsigned long long)needed,
                (unsigned long long)limit.rlim_cur);
}
