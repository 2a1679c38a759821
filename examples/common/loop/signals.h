/* Signals, as something that happens on a loop.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_LOOP_SIGNALS_H
#define COMMON_LOOP_SIGNALS_H

#include "common/loop/loop.h"

#define SIGNALS_MAX 4

typedef struct loop_signals {
  void (*caught)(void *user, int number);
  void *user;
  uv_signal_t handles[SIGNALS_MAX]; /* private */
} loop_signals;

/* Catches `count` signals; that keeps no loop alive. SIGPIPE is ignored from now on. Returns 0
 * or a negative error; loop_close() ends it, after an error too. */
int signals_open(loop_signals *signals, struct loop *loop, const int *numbers, size_t count);

#endif
