/* Lines for standard output that never make the event loop wait.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/base/line_log.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What may wait for a slow reader. */
#define WAITING_MAX ((size_t)4 << 20)

/* What poll() promises to fit when a pipe is writable: PIPE_BUF, 4096 on Linux and at
 * least 512 anywhere. More could make write() wait, since the descriptor is shared with
 * other processes and therefore not ours to set non-blocking. */
#if defined(__linux__)
#define PIPE_ROOM ((size_t)4096)
#else
#define PIPE_ROOM ((size_t)512)
#endif

void line_log_open(line_log *log, int fd) {
  struct stat status;
  *log = (line_log){.fd = fd};
  log->broken = fstat(fd, &status) != 0;
  log->regular = !log->broken && S_ISREG(status.st_mode);
}

static void forget_written(line_log *log) {
  bytes_consume(&log->waiting, log->first);
  log->first = 0;
}

char *line_log_reserve(line_log *log, size_t size) {
  if (log->broken)
    return NULL;
  if (log->first > WAITING_MAX / 2)
    forget_written(log);
  if (log->waiting.len + size > WAITING_MAX || !bytes_reserve(&log->waiting, size)) {
    log->dropped++;
    return NULL;
  }
  return log->waiting.data + log->waiting.len;
}

void line_log_commit(line_log *log, size_t len) {
  log->waiting.len += len;
  log->waiting.data[log->waiting.len++] = '\n';
}

/* Whether a write can be made now, or within `milliseconds`. */
static bool writable(line_log *log, int milliseconds) {
  struct pollfd poll_fd = {.fd = log->fd, .events = POLLOUT};
  return log->regular || poll(&poll_fd, 1, milliseconds) > 0;
}

/* Writes once; false when nothing went out. */
static bool write_some(line_log *log) {
  size_t len = log->waiting.len - log->first;
  if (!log->regular && len > PIPE_ROOM)
    len = PIPE_ROOM;
  ssize_t written = write(log->fd, log->waiting.data + log->first, len);
  if (written < 0) {
    log->broken = errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
    return errno == EINTR;
  }
  log->first += (size_t)written;
  return true;
}

/* Milliseconds of a clock that does not jump. */
static uint64_t now_of_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool flush_within(line_log *log, int milliseconds) {
  uint64_t end = now_of_clock() + (uint64_t)milliseconds;
  while (!log->broken && log->first < log->waiting.len && writable(log, milliseconds) &&
         write_some(log)) {
    uint64_t now = now_of_clock();
    milliseconds = now < end ? (int)(end - now) : 0;
  }
  if (log->broken || log->first == log->waiting.len) {
    log->first = 0;
    bytes_reset(&log->waiting, (size_t)64 << 10);
  }
  return log->waiting.len > 0;
}

/* In most turns of a loop there is nothing to write. */
bool line_log_flush(line_log *log) {
  return log->waiting.len != 0 && flush_within(log, 0);
}

void line_log_close(line_log *log, int milliseconds) {
  flush_within(log, milliseconds);
  bytes_free(&log->waiting);
}
