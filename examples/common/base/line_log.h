/* Lines for standard output that never make the event loop wait.
 *
 * Lines are collected in memory and written together when the loop is about to sleep.
 * When the reader is slow the lines wait; when too many wait, whole lines are dropped
 * and counted. When the reader is gone they all are.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_BASE_LINE_LOG_H
#define COMMON_BASE_LINE_LOG_H

#include <stdbool.h>

#include "common/base/bytes.h"

typedef struct line_log {
  int fd;
  bool regular; /* a file on a disk: a write never waits for a reader */
  bool broken;  /* writing failed for good */
  bytes waiting;
  size_t first; /* bytes of `waiting` that have been written */
  uint64_t dropped;
} line_log;

/* Starts a log on an open file descriptor, which stays the caller's. */
void line_log_open(line_log *log, int fd);

/* Room for one line of at most `size` bytes, its line feed included, to be followed by
 * line_log_commit(); NULL when the line has to be dropped, which is then counted. */
char *line_log_reserve(line_log *log, size_t size);

/* Ends the line whose `len` bytes were written to that room; adds the line feed. */
void line_log_commit(line_log *log, size_t len);

/* Writes as much as goes without waiting. Returns whether something is left. */
bool line_log_flush(line_log *log);

/* Writes what is left, waiting at most `milliseconds`, and releases the memory. */
void line_log_close(line_log *log, int milliseconds);

#endif
