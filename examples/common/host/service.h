/* What every example program is built around: an event loop with a dm_context in it.
 *
 * The service owns the loop, the context, its clock and its policies, and the log on standard
 * output. The callbacks of the context are the program's own. A program opens a service, opens
 * its servers on the service's loop, runs, and closes everything in the opposite order (see
 * program.h):
 *
 *   service_open(&service, &settings, &callbacks, &problem, &status)
 *     http_server_open(...)
 *     mqtt_server_open(...)
 *       service_say(&service, "mqtt %s, http %s", ...)
 *       loop_run(&service.loop)
 *     mqtt_server_close(...)                what is still open is closed hard
 *   http_server_close(...)
 *   service_close(&service)                 runs the loop until every handle has closed
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HOST_SERVICE_H
#define COMMON_HOST_SERVICE_H

#include "common/access/access.h"
#include "common/access/known_values.h"
#include "common/base/problem.h"
#include "common/config/settings.h"
#include "common/host/event_log.h"
#include "common/host/say.h"
#include "common/loop/clock.h"
#include "common/loop/loop.h"
#include "common/net/tls_acceptor.h"
#include "common/tls/tls_credentials.h"
#include "dm/dm.h"

/* How long an orderly stop may take. */
#define SERVICE_GRACE (5 * DM_SECOND)

typedef struct service {
  struct loop loop;
  dm_context *context;
  settings *settings;
  bool stopping;       /* a stop has begun */
  access_rules access; /* who may do what, now */
  tls_acceptor tls;    /* for the listeners that speak TLS */

  /* Private to host/. */
  tls_credentials *credentials; /* for new connections; NULL: no port speaks TLS */
  known_values values;          /* of the party being asked about */
  event_log log;
  lazy_timer tick;
  lazy_timer grace;
} service;

/* Opens a service: loads the policies, creates loop and context. Of `callbacks` count the
 * functions and their user, the rest is the settings'. These and the service itself stay where
 * they are until service_close(). On failure *p holds the line to print, *exit_status the status
 * to exit with (2: configuration, 1: anything else), and there is nothing to close. */
bool service_open(service *s, settings *settings, const dm_config *callbacks, problem *p,
                  int *exit_status);

/* Begins to stop: the loop ends as soon as nothing is left that keeps it alive, at the latest
 * after SERVICE_GRACE. Harmless when it stops already. */
void service_stop(service *s);

/* Then, when servers have been told to stop: every caller that waits is answered 503
 * SHUTTING_DOWN. Not from inside a dm_ call. */
void service_end_calls(service *s);

/* Ends the service; every handle on its loop must be closing already. */
void service_close(service *s);

/* Puts the limits of the settings into force. */
void service_set_limits(service *s);

/* Has new connections use the credentials and the time limit that are there now. */
void service_offer_tls(service *s);

/* For dm_config.event: writes the log's entry. */
void service_log(service *s, const dm_event *event);

/* For dm_config.deliver, first of all: notes that a message is on its way. */
static inline void service_note_message(service *s) {
  loop_note_message(&s->loop);
}

/* The time for every dm_ call: microseconds, monotonic, read from the clock. */
static inline dm_time service_now(const service *s) {
  (void)s;
  return clock_now();
}

/* One line on standard error, after the program's name. */
#define service_say(s, ...) say((s)->settings->program->name, __VA_ARGS__)

#endif
