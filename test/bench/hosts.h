/* Debian's mosquitto, and dm-sidecar in front of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_HOSTS_H
#define BENCH_HOSTS_H

#include <stdbool.h>

#include "programs.h"

typedef struct hosts {
  program mosquitto, sidecar;
  uint16_t mosquitto_port, sidecar_port, http_port;
} hosts;

/* What mosquitto says it is; false where there is none. */
bool hosts_find_mosquitto(char *version, size_t size);

/* The path of dm-sidecar. */
const char *hosts_sidecar_path(void);

/* Starts both, set up for speed: no limits, no persistence, nothing logged, TCP_NODELAY. */
void hosts_start(hosts *h);
void hosts_stop(hosts *h);

#endif
