/* The log on standard output: the entries of libdm, and of connections that are refused. It never
 * makes the loop wait; what it has to tell people goes to standard error.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HOST_EVENT_LOG_H
#define COMMON_HOST_EVENT_LOG_H

#include "common/base/line_log.h"
#include "common/base/refusals.h"
#include "common/loop/loop.h"
#include "common/net/tls_acceptor.h"
#include "dm/dm.h"

typedef struct event_log {
  const char *program; /* its name, before what people are told */
  line_log lines;
  refusals refusals;
  lazy_timer retry; /* when standard output has not taken everything */
} event_log;

/* `program` and `account` last as long as the log; so does the loop. */
void event_log_open(event_log *log, struct loop *loop, const char *program, const char *account);

/* Adds the entry of a call. */
void event_log_add(event_log *log, const dm_event *event);

/* Adds the entry of a connection that was refused; of one that TLS has refused. */
void event_log_refusal(event_log *log, const refused_connection *r);
void event_log_tls_refusal(event_log *log, const tls_refusal *refusal);

/* Writes what goes without waiting; at the end of each turn of the loop. */
void event_log_flush(event_log *log);

/* Writes the rest, waiting for its reader a little while, after the loop has closed. */
void event_log_close(event_log *log);

#endif
