/* mosquitto, and in front of it dm-sidecar and a blind pipe.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_BENCH_HOSTS_H
#define TEST_BENCH_HOSTS_H

#include <stdbool.h>

#include "programs.h"

/* The ways to mosquitto. */
typedef enum hosts_way {
  HOSTS_STRAIGHT,
  HOSTS_PIPE,
  HOSTS_SIDECAR,
  HOSTS_LOCAL, /* another sidecar, which reaches mosquitto by a Unix-domain socket */
  HOSTS_WAYS
} hosts_way;

typedef struct hosts {
  program programs[HOSTS_WAYS]; /* mosquitto, the pipe, the sidecars */
  uint16_t ports[HOSTS_WAYS];
  uint16_t http_port; /* of HOSTS_SIDECAR */
  const char *local;  /* the path of mosquitto's socket */
} hosts;

/* What mosquitto says it is; false where there is none. */
bool hosts_find_mosquitto(char *version, size_t size);

/* The path of dm-sidecar. */
const char *hosts_sidecar_path(void);

/* Starts all, set up for speed: no limits, no persistence, nothing logged, TCP_NODELAY. */
void hosts_start(hosts *h);
void hosts_stop(hosts *h);

#endif
