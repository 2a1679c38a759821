/* The event loop.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/loop/loop.h"

#include <time.h>

static void on_turn_end(uv_prepare_t *prepare) {
  struct loop *loop = prepare->data;
  loop->turn++;
  tasks_run(&loop->tasks);
  if (loop->turn_end != NULL)
    loop->turn_end(loop->user);
  if (busy_poll_is_due(&loop->busy_poll))
    busy_poll_turn(&loop->busy_poll, uv_hrtime());
}

int loop_open(struct loop *loop) {
  int result = uv_loop_init(&loop->uv);
  if (result != 0)
    return result;
  loop->turn_end = NULL;
  loop->uv.data = loop;
  loop->prepare.data = loop;
  tasks_open(&loop->tasks);
  timers_open(&loop->timers, &loop->uv);
  loop->turn = 0;
  busy_poll_open(&loop->busy_poll, &loop->uv, 0);
  uv_prepare_init(&loop->uv, &loop->prepare);
  uv_unref((uv_handle_t *)&loop->prepare);
  uv_prepare_start(&loop->prepare, on_turn_end);
  return 0;
}

const char *loop_error_text(int error) {
  return uv_strerror(error);
}

void loop_run(struct loop *loop) {
  uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop) {
  uv_stop(&loop->uv);
}

static void close_if_open(uv_handle_t *handle, void *unused) {
  (void)unused;
  if (!uv_is_closing(handle))
    uv_close(handle, NULL);
}

void loop_close(struct loop *loop) {
  tasks_run(&loop->tasks);
  uv_walk(&loop->uv, close_if_open, NULL);
  uv_run(&loop->uv, UV_RUN_DEFAULT);
  uv_loop_close(&loop->uv);
}

dm_wall_time loop_wall(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (dm_wall_time)now.tv_sec * 1000 + (dm_wall_time)now.tv_nsec / 1000000;
}
