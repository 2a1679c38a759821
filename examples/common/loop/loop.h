/* The event loop: libuv's, and what turns around it.
 *
 * A turn of it: what has come in is looked at, then tasks run (task.h), then the owner's end
 * of a turn, and the loop waits. Everything on a loop happens in the one thread that runs it;
 * several loops in one process know nothing of each other.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_LOOP_LOOP_H
#define COMMON_LOOP_LOOP_H

#include <uv.h>

#include "common/loop/busy_poll.h"
#include "common/loop/clock.h"
#include "common/loop/lazy_timer.h"
#include "common/loop/task.h"
#include "dm/types.h"

/* The size of the buffer that everybody reads into. */
#define LOOP_READ_SIZE 65536

struct loop {
  void (*turn_end)(void *user); /* after the tasks; NULL: nothing */
  void *user;

  /* Private to loop/ and net/. */
  uv_loop_t uv;
  uv_prepare_t prepare;
  loop_tasks tasks;
  loop_timers timers;
  uint64_t turn; /* counts them */
  busy_poll busy_poll;
  char read_buffer[LOOP_READ_SIZE];
};

/* Opens a loop; the two of its fields that are the owner's are set afterwards. Returns 0 or a
 * negative error, and then there is nothing to close. */
int loop_open(struct loop *loop);

/* A few words for an error. */
const char *loop_error_text(int error);

/* Runs until nothing is left that keeps the loop alive, or loop_stop(). */
void loop_run(struct loop *loop);

/* loop_run() returns after this turn. */
void loop_stop(struct loop *loop);

/* Closes what is still open on the loop, without another word, and the loop. */
void loop_close(struct loop *loop);

/* Microseconds, monotonic, exact. */
static inline dm_time loop_now(const struct loop *loop) {
  (void)loop;
  return clock_now();
}

/* The time of day in milliseconds since 1970, for log lines and HTTP's Date. */
dm_wall_time loop_wall(void);

/* Has a task run once at the end of this turn, however often it is asked for. A task may ask
 * for itself or others again while it runs. */
static inline void loop_later(struct loop *loop, loop_task *task) {
  tasks_add(&loop->tasks, task);
}

/* Notes that a direct message came or was answered: see busy_poll.h. */
static inline void loop_note_message(struct loop *loop) {
  busy_poll_note(&loop->busy_poll);
}

/* How long, in microseconds, to wait awake for the next message; 0: the loop always sleeps. */
static inline void loop_set_busy_poll(struct loop *loop, uint32_t microseconds) {
  busy_poll_set_limit(&loop->busy_poll, microseconds);
}

#endif
