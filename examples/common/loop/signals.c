/* Signals, as something that happens on a loop.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/loop/signals.h"

#include <signal.h>

static void on_signal(uv_signal_t *handle, int number) {
  loop_signals *signals = handle->data;
  signals->caught(signals->user, number);
}

static int open_one(loop_signals *signals, struct loop *loop, uv_signal_t *handle, int number) {
  int result = uv_signal_init(&loop->uv, handle);
  if (result != 0)
    return result;
  handle->data = signals;
  uv_unref((uv_handle_t *)handle);
  return uv_signal_start(handle, on_signal, number);
}

int signals_open(loop_signals *signals, struct loop *loop, const int *numbers, size_t count) {
  int result = 0;
  for (size_t i = 0; result == 0 && i < count; i++)
    result = open_one(signals, loop, &signals->handles[i], numbers[i]);
  signal(SIGPIPE, SIG_IGN);
  return result;
}
