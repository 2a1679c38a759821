/* What every example program is built around: an event loop with a dm_context in it.
 *
 * The service owns the loop, the context, its clock and its policies, the log on
 * standard output, and the signals. A program opens a service, opens its servers on the
 * service's loop, runs, and closes everything in the opposite order (see program.h):
 *
 *   settings_start(&settings, &program, argc, argv, &status)
 *   service_open(&service, &settings, argc, argv, &hooks, &problem)
 *     http_server_open(&http, &service, &problem)
 *     broker_open(...)
 *       service_say(&service, "mqtt %s, http %s", ...)
 *       status = service_run(&service)
 *     broker_close(...)                     what is still open is closed hard
 *   http_server_close(&http)
 *   service_close(&service)                 runs the loop until every handle has closed
 *   settings_free(&settings)
 *
 * Signals. SIGTERM and SIGINT stop in order: every caller that waits is answered 503
 * SHUTTING_DOWN, then hooks.stop() is called; service_run() returns as soon as no handle
 * is left that keeps the loop alive, at the latest after SERVICE_GRACE. A second signal
 * ends it at once. SIGHUP reads configuration and policies again: either all of it is
 * understood, and the new policies and limits take effect, or a line on standard error
 * says what is wrong and nothing changes. SIGPIPE is ignored.
 *
 * Messages for people go to standard error, one line each, after the program's name.
 * Standard output holds the log: the entries of libdm, and of connections that are refused.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SERVICE_H
#define COMMON_SERVICE_H

#include "common/access/access.h"
#include "common/loop/loop.h"
#include "common/loop/signals.h"
#include "common/net/stream.h"
#include "common/net/tls_acceptor.h"
#include "common/access/known_values.h"
#include "common/access/peer.h"
#include "common/base/line_log.h"
#include "common/base/problem.h"
#include "common/base/refusals.h"
#include "common/config/settings.h"
#include "common/tls/tls_credentials.h"
#include "dm/dm.h"

/* How long an orderly stop may take. */
#define SERVICE_GRACE (5 * DM_SECOND)

/* What the program does. */
typedef struct service_hooks {
  void *user;

  /* Required: dm_config.deliver. */
  int (*deliver)(void *user, const dm_delivery *delivery);

  /* Optional: dm_config.has_session. */
  int (*has_session)(void *user, dm_span client_id);

  /* Optional: dm_config.subscriptions and dm_config.end_connection. */
  int (*subscriptions)(void *user, const dm_target *target,
                       void (*visit)(void *visitor, dm_span topic_filter, int qos), void *visitor);
  int (*end_connection)(void *user, const dm_target *target, int clean_session, int prevent_will);

  /* Required: how a connected client is connected. */
  access_peer (*peer)(void *connection_user);

  /* Required: begin to stop. Listeners are closed now; a connection is closed as soon as
   * it holds nothing that it owes its peer. Not called from inside any dm_ function. */
  void (*stop)(void *user);

  /* Optional: new settings were read and are in order, and the new limits are in force.
   * The program's own settings stay what they are until a restart, and people are told. */
  void (*reload)(void *user);
} service_hooks;

typedef struct service {
  struct loop loop;
  dm_context *context;
  settings *settings;
  bool stopping;                /* a stop has begun */
  access_rules access;          /* who may do what, now */
  tls_credentials *credentials; /* for new connections; NULL: no port speaks TLS */
  tls_acceptor tls;
  refusals refusals;

  /* Private. */
  service_hooks hooks;
  int argc;
  char **argv;
  known_values values; /* of the party being asked about */
  line_log log;
  lazy_timer tick;
  lazy_timer log_retry;
  lazy_timer grace;
  loop_signals signals;
  int exit_status;
} service;

/* Opens a service: loads the policies, creates loop and context. `settings`, `argv` and
 * the service itself stay where they are until service_close(). On failure *p holds the
 * line to print, *exit_status the status to exit with (2: configuration, 1: anything
 * else), and there is nothing to close. */
bool service_open(service *s, settings *settings, int argc, char **argv, const service_hooks *hooks,
                  problem *p, int *exit_status);

/* Runs until the program has stopped; returns its exit status. */
int service_run(service *s);

/* Begins an orderly stop, as SIGTERM does. Not from inside a dm_ call. */
void service_stop(service *s);

/* Ends the service; every handle on its loop must be closing already. */
void service_close(service *s);

/* The time for every dm_ call: microseconds, monotonic, read from the clock. */
static inline dm_time service_now(const service *s) {
  return loop_now(&s->loop);
}

/* The other side of a connection, which has shown this certificate, NULL: none. */
access_peer service_peer(const stream *s, const certificate *shown);

/* One line on standard error: the program's name, a colon, the text. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void service_say(const service *s, const char *format, ...);

#endif
