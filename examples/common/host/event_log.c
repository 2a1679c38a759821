/* The log on standard output.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/event_log.h"

#include <unistd.h>

#include "common/host/say.h"
#include "common/loop/clock.h"

/* A log line of dm_event_log_line() and its line feed. */
#define LINE_SIZE (DM_LOG_LINE_MAX + 1)

/* How soon to try again when standard output does not take more, and how long to wait
 * for it at the end. */
#define RETRY (5 * DM_MILLISECOND)
#define LAST  1000 /* milliseconds */

static void on_retry(lazy_timer *timer) {
  (void)timer; /* Waking the loop is enough. */
}

void event_log_open(event_log *log, struct loop *loop, const char *program, const char *account) {
  log->program = program;
  line_log_open(&log->lines, STDOUT_FILENO);
  log->refusals = (refusals){.log = &log->lines, .account = account};
  lazy_timer_open(&log->retry, &loop->timers, on_retry);
  log->retry.background = true;
}

void event_log_add(event_log *log, const dm_event *event) {
  char *line = line_log_reserve(&log->lines, LINE_SIZE);
  if (line != NULL)
    line_log_commit(&log->lines, dm_event_log_line(event, loop_wall(), line, DM_LOG_LINE_MAX));
}

void event_log_refusal(event_log *log, const refused_connection *r) {
  refusals_log(&log->refusals, r, clock_now(), loop_wall());
}

void event_log_tls_refusal(event_log *log, const tls_refusal *refusal) {
  const refused_connection r = {.listener = refusal->protocol == TLS_MQTT ? "mqtts" : "https",
                                .reason = refusal->reason,
                                .details = refusal->details,
                                .source_ip = refusal->remote.ip,
                                .source_port = refusal->remote.port,
                                .target_ip = refusal->local.ip,
                                .target_port = refusal->local.port};
  event_log_refusal(log, &r);
}

static void say_dropped(event_log *log) {
  if (log->lines.dropped > 0)
    say(log->program, "%llu log lines were dropped: standard output was too slow",
        (unsigned long long)log->lines.dropped);
  log->lines.dropped = 0;
}

static void say_omitted(const event_log *log) {
  if (log->refusals.omitted > 0)
    say(log->program, "%llu more refused connections were not logged",
        (unsigned long long)log->refusals.omitted);
}

void event_log_flush(event_log *log) {
  bool broken = log->lines.broken;
  if (line_log_flush(&log->lines))
    lazy_timer_set(&log->retry, clock_now() + RETRY);
  else
    say_dropped(log);
  if (log->lines.broken && !broken)
    say(log->program, "standard output is closed: nothing more is logged");
}

void event_log_close(event_log *log) {
  line_log_close(&log->lines, LAST);
  say_dropped(log);
  say_omitted(log);
}
