/* The load generator's event loop: one thread, epoll, as few system calls as can be, so that
 * the programs under test are the bottleneck and not this.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_BENCH_BENCH_LOOP_H
#define TEST_BENCH_BENCH_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "dm/types.h"

typedef struct channel channel;

typedef struct loop {
  int epoll;
  int timer;
  channel *dirty; /* have something to write */
  void (*tick)(void *user, uint64_t times);
  void *tick_user;
  char *input;
} loop;

/* One TCP connection. Zero it, open it, leave it where it is. */
struct channel {
  loop *loop;
  int fd;
  size_t (*take)(channel *c, dm_span bytes); /* what has come; returns how much it used up */

  char *held; /* what take() did not use up yet */
  size_t held_len;
  char *out;
  size_t out_len, out_size;
  bool is_dirty;
  channel *next_dirty;
};

/* Nanoseconds of the monotonic clock. */
uint64_t loop_now(void);

void loop_open(loop *l);

/* After all its channels. */
void loop_close(loop *l);

/* Connects to a port of 127.0.0.1, with Nagle's algorithm off. */
void channel_open(channel *c, loop *l, uint16_t port, size_t (*take)(channel *c, dm_span bytes));

/* Whatever is not written yet is lost. */
void channel_close(channel *c);

/* Has bytes written with all that is written to this channel in the same turn. */
void channel_write(channel *c, dm_span bytes);

/* Calls tick() every so many nanoseconds, with how often it should have been called since;
 * 0 ends that. */
void loop_every(loop *l, uint64_t nanoseconds, void (*tick)(void *user, uint64_t times),
                void *user);

/* Writes what is to be written, waits for something to happen, until `until` at most, and
 * hands on what came. */
void loop_turn(loop *l, uint64_t until);

#endif
