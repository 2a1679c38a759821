/* An event loop with a dm_context in it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/service.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "common/access/http_caller.h"
#include "common/base/random.h"
#include "common/host/service_private.h"

/* A log line of dm_event_log_line() and its line feed. */
#define LOG_LINE_SIZE (DM_LOG_LINE_MAX + 1)

/* How soon to try again when standard output does not take more, and how long to wait
 * for it at the end. */
#define LOG_RETRY (5 * DM_MILLISECOND)
#define LOG_LAST  1000 /* milliseconds */

/* ---- Time and messages ------------------------------------------------------------ */

void service_say(const service *s, const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(stderr, "%s: %s\n", s->settings->program->name, text);
}

access_peer service_peer(const stream *s, const certificate *shown) {
  stream_tls tls;
  return (access_peer){
      .secure = stream_describe_tls(s, &tls), .server_name = tls.server_name, .certificate = shown};
}

/* ---- The end of a turn --------------------------------------------------------------- */

static void on_tick(lazy_timer *timer) {
  service *s = (service *)((char *)timer - offsetof(service, tick));
  dm_tick(s->context, service_now(s));
}

static void on_log_retry(lazy_timer *timer) {
  (void)timer; /* Waking the loop is enough. */
}

static void say_dropped(service *s) {
  if (s->log.dropped > 0) {
    service_say(s, "%llu log lines were dropped: standard output was too slow",
                (unsigned long long)s->log.dropped);
    s->log.dropped = 0;
  }
}

static void say_omitted(const service *s) {
  if (s->refusals.omitted > 0)
    service_say(s, "%llu more refused connections were not logged",
                (unsigned long long)s->refusals.omitted);
}

static void flush_log(service *s) {
  bool broken = s->log.broken;
  if (line_log_flush(&s->log))
    lazy_timer_set(&s->log_retry, service_now(s) + LOG_RETRY);
  else
    say_dropped(s);
  if (s->log.broken && !broken)
    service_say(s, "standard output is closed: nothing more is logged");
}

static void on_turn_end(void *user) {
  service *s = user;
  lazy_timer_set(&s->tick, dm_next_deadline(s->context));
  flush_log(s);
}

/* ---- Callbacks of the context ---------------------------------------------------------- */

static int on_deliver(void *user, const dm_delivery *delivery) {
  service *s = user;
  loop_note_message(&s->loop);
  return s->hooks.deliver(s->hooks.user, delivery);
}

static int on_has_session(void *user, dm_span client_id) {
  service *s = user;
  return s->hooks.has_session == NULL ? 0 : s->hooks.has_session(s->hooks.user, client_id);
}

static int on_subscriptions(void *user, const dm_target *target,
                            void (*visit)(void *visitor, dm_span topic_filter, int qos),
                            void *visitor) {
  service *s = user;
  return s->hooks.subscriptions(s->hooks.user, target, visit, visitor);
}

static int on_end_connection(void *user, const dm_target *target, int clean_session,
                             int prevent_will) {
  service *s = user;
  return s->hooks.end_connection(s->hooks.user, target, clean_session, prevent_will);
}

/* Who asks, or is asked about. */
static access_peer peer_of(const service *s, const dm_party *party) {
  if (party->connection != 0)
    return s->hooks.peer(party->connection_user);
  const http_caller *caller = party->caller->user;
  return caller == NULL ? (access_peer){.secure = false} : caller->peer;
}

static int on_policies(void *user, const dm_party *party, dm_policy_list *out) {
  const service *s = user;
  const certificate *shown = peer_of(s, party).certificate;
  *out = (dm_policy_list){NULL, 0};
  if (shown == NULL || certificate_usable(shown))
    *out = access_policies(&s->access, party->principal, party->connection != 0);
  return DM_OK;
}

/* AWS IoT knows things of devices only, never of an HTTP caller. */
static int on_values(void *user, const dm_party *party, const dm_policy_value **out,
                     size_t *count) {
  service *s = user;
  known_values *known = &s->values;
  const access_peer who = peer_of(s, party);
  const dm_policy_value *values;
  size_t some;
  known_values_clear(known);
  known_values_add_time(known, loop_wall());
  known_values_add_connection(known, &who);
  known_values_add_one(known, "aws:username", access_user_name(&s->access, party->principal));
  if (party->connection != 0) {
    values = access_thing(&s->access, party->principal, &some);
    known_values_add(known, values, some);
  }
  if (who.certificate != NULL) {
    values = certificate_values(who.certificate, &some);
    known_values_add(known, values, some);
  }
  *out = known->list;
  *count = known->count;
  return known->too_many ? DM_ERROR_LIMIT : DM_OK;
}

static void on_event(void *user, const dm_event *event) {
  service *s = user;
  char *line = line_log_reserve(&s->log, LOG_LINE_SIZE);
  loop_note_message(&s->loop);
  if (line != NULL) {
    line_log_commit(&s->log, dm_event_log_line(event, loop_wall(), line, DM_LOG_LINE_MAX));
  }
}

void service_set_limits(service *s, const settings *given) {
  dm_set_limits(s->context, &given->limits);
  loop_set_busy_poll(&s->loop, given->busy_poll_microseconds);
}

bool service_load_credentials(const settings *given, tls_credentials **out, problem *p) {
  *out = settings_want_tls(given) ? tls_credentials_load(&given->tls.options, p) : NULL;
  return *out != NULL || !settings_want_tls(given);
}

void service_offer_tls(service *s) {
  s->tls.credentials = s->credentials;
  s->tls.time_limit = s->settings->tls.handshake_timeout_seconds * DM_SECOND;
}

static bool open_context(service *s, problem *p) {
  const settings *given = s->settings;
  dm_config config = {.size = sizeof config,
                      .user = s,
                      .partition = dm_text(given->partition),
                      .region = dm_text(given->region),
                      .account = dm_text(given->account),
                      .deliver = on_deliver,
                      .policies = on_policies,
                      .values = on_values,
                      .has_session = on_has_session,
                      .subscriptions = s->hooks.subscriptions == NULL ? NULL : on_subscriptions,
                      .end_connection = s->hooks.end_connection == NULL ? NULL : on_end_connection,
                      .event = on_event,
                      .limits = &given->limits};
  if (!random_fill(config.seed, sizeof config.seed))
    return problem_set(p, "%s: no random bytes", given->program->name);
  int rc = dm_new(&s->context, &config);
  return rc == DM_OK ||
         problem_set(p, "%s: cannot start: %s", given->program->name, dm_strerror(rc));
}

/* ---- Stopping ------------------------------------------------------------------------------ */

static void on_grace_over(lazy_timer *timer) {
  service *s = (service *)((char *)timer - offsetof(service, grace));
  loop_stop(&s->loop);
}

void service_stop(service *s) {
  if (!s->stopping) {
    s->stopping = true;
    dm_stop(s->context, service_now(s));
    s->tls.stopping = true;
    lazy_timer_set(&s->grace, service_now(s) + SERVICE_GRACE);
    s->hooks.stop(s->hooks.user);
  }
}

static void on_signal(void *user, int number) {
  service *s = user;
  if (number == SIGHUP) {
    service_reload(s);
  } else if (s->stopping) {
    s->exit_status = 128 + number;
    loop_stop(&s->loop);
  } else {
    service_stop(s);
  }
}

/* ---- Life --------------------------------------------------------------- */

/* The service's own timers never keep the loop alive: the program's do. */
static void open_timer(service *s, lazy_timer *timer, void (*fire)(lazy_timer *timer)) {
  lazy_timer_open(timer, &s->loop.timers, fire);
  timer->background = true;
}

static bool open_signals(service *s, problem *p) {
  static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
  s->signals.caught = on_signal;
  s->signals.user = s;
  int rc = signals_open(&s->signals, &s->loop, numbers, sizeof numbers / sizeof numbers[0]);
  return rc == 0 || problem_set(p, "%s: cannot catch signals: %s", s->settings->program->name,
                                loop_error_text(rc));
}

static void on_tls_refused(void *user, const tls_refusal *refusal) {
  service *s = user;
  const refused_connection r = {.listener = refusal->protocol == TLS_MQTT ? "mqtts" : "https",
                                .reason = refusal->reason,
                                .details = refusal->details,
                                .source_ip = refusal->remote.ip,
                                .source_port = refusal->remote.port,
                                .target_ip = refusal->local.ip,
                                .target_port = refusal->local.port};
  refusals_log(&s->refusals, &r, service_now(s), loop_wall());
}

static void open_handles(service *s) {
  s->loop.turn_end = on_turn_end;
  s->loop.user = s;
  open_timer(s, &s->tick, on_tick);
  open_timer(s, &s->log_retry, on_log_retry);
  open_timer(s, &s->grace, on_grace_over);
  tls_acceptor_open(&s->tls, &s->loop);
  s->tls.refused = on_tls_refused;
  s->tls.user = s;
  loop_set_busy_poll(&s->loop, s->settings->busy_poll_microseconds);
}

bool service_open(service *s, settings *given, int argc, char **argv, const service_hooks *hooks,
                  problem *p, int *exit_status) {
  memset(s, 0, sizeof *s);
  s->settings = given;
  s->hooks = *hooks;
  s->argc = argc;
  s->argv = argv;
  line_log_open(&s->log, STDOUT_FILENO);
  s->refusals = (refusals){.log = &s->log, .account = given->account};
  int rc = loop_open(&s->loop);
  if (rc != 0) {
    *exit_status = 1;
    return problem_set(p, "%s: no event loop: %s", given->program->name, loop_error_text(rc));
  }
  open_handles(s);
  *exit_status = 2;
  if (access_load(&s->access, given, p) && service_load_credentials(given, &s->credentials, p)) {
    service_offer_tls(s);
    *exit_status = 1;
    if (open_context(s, p) && open_signals(s, p)) {
      *exit_status = 0;
      if (given->path == NULL)
        service_say(s, "no --config: EVERYBODY may send ANYTHING to EVERY client");
      return true;
    }
  }
  service_close(s);
  return false;
}

int service_run(service *s) {
  loop_run(&s->loop);
  return s->exit_status;
}

void service_close(service *s) {
  tls_acceptor_close(&s->tls);
  loop_close(&s->loop);
  dm_free(s->context);
  line_log_close(&s->log, LOG_LAST);
  say_dropped(s);
  say_omitted(s);
  access_free(&s->access);
  tls_credentials_release(s->credentials);
}
