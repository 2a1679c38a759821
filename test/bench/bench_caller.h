/* An HTTP/1.1 client of the load generator: one connection, kept alive, with several calls
 * waiting at once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_BENCH_BENCH_CALLER_H
#define TEST_BENCH_BENCH_CALLER_H

#include "bench_loop.h"

enum {
  HTTP_CALLER_WAITING_MAX = 64
};

typedef struct http_caller http_caller;

/* Zero it, fill in the first, open it. */
struct http_caller {
  void (*answered)(http_caller *caller, uint64_t ticket); /* with 200, in order */

  channel channel;
  uint64_t tickets[HTTP_CALLER_WAITING_MAX];
  unsigned first, waiting;
};

/* Connects to a port of 127.0.0.1. */
void http_caller_open(http_caller *caller, loop *l, uint16_t port);

/* Sends a POST; answered() will be called with the ticket. */
void http_caller_post(http_caller *caller, const char *target, dm_span body, uint64_t ticket);

#endif
