/* An event loop with a dm_context in it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/service.h"

#include "common/base/random.h"
#include "common/host/load_files.h"

/* ---- The end of a turn --------------------------------------------------------------- */

static void on_tick(lazy_timer *timer) {
  service *s = (service *)((char *)timer - offsetof(service, tick));
  dm_tick(s->context, service_now(s));
}

static void on_turn_end(void *user) {
  service *s = user;
  lazy_timer_set(&s->tick, dm_next_deadline(s->context));
  event_log_flush(&s->log);
}

void service_log(service *s, const dm_event *event) {
  loop_note_message(&s->loop);
  event_log_add(&s->log, event);
}

/* ---- What is in force ---------------------------------------------------------------------- */

void service_set_limits(service *s) {
  dm_set_limits(s->context, &s->settings->limits);
  loop_set_busy_poll(&s->loop, s->settings->busy_poll_microseconds);
}

void service_offer_tls(service *s) {
  s->tls.credentials = s->credentials;
  s->tls.time_limit = s->settings->tls.handshake_timeout_seconds * DM_SECOND;
}

/* ---- Stopping ------------------------------------------------------------------------------ */

static void on_grace_over(lazy_timer *timer) {
  service *s = (service *)((char *)timer - offsetof(service, grace));
  loop_stop(&s->loop);
}

void service_stop(service *s) {
  if (s->stopping)
    return;
  s->stopping = true;
  s->tls.stopping = true;
  lazy_timer_set(&s->grace, service_now(s) + SERVICE_GRACE);
}

void service_end_calls(service *s) {
  dm_stop(s->context, service_now(s));
}

/* ---- Life --------------------------------------------------------------- */

static bool open_context(service *s, const dm_config *callbacks, problem *p) {
  const settings *given = s->settings;
  dm_config config = *callbacks;
  config.size = sizeof config;
  config.partition = dm_text(given->partition);
  config.region = dm_text(given->region);
  config.account = dm_text(given->account);
  config.limits = &given->limits;
  if (!random_fill(config.seed, sizeof config.seed))
    return problem_set(p, "%s: no random bytes", given->program->name);
  int rc = dm_new(&s->context, &config);
  return rc == DM_OK ||
         problem_set(p, "%s: cannot start: %s", given->program->name, dm_strerror(rc));
}

/* The service's own timers never keep the loop alive: the program's do. */
static void open_timer(service *s, lazy_timer *timer, void (*fire)(lazy_timer *timer)) {
  lazy_timer_open(timer, &s->loop.timers, fire);
  timer->background = true;
}

static void on_tls_refused(void *user, const tls_refusal *refusal) {
  service *s = user;
  event_log_tls_refusal(&s->log, refusal);
}

static void open_parts(service *s) {
  s->loop.turn_end = on_turn_end;
  s->loop.user = s;
  open_timer(s, &s->tick, on_tick);
  open_timer(s, &s->grace, on_grace_over);
  event_log_open(&s->log, &s->loop, s->settings->program->name, s->settings->account);
  tls_acceptor_open(&s->tls, &s->loop);
  s->tls.refused = on_tls_refused;
  s->tls.user = s;
  loop_set_busy_poll(&s->loop, s->settings->busy_poll_microseconds);
}

bool service_open(service *s, settings *given, const dm_config *callbacks, problem *p,
                  int *exit_status) {
  memset(s, 0, sizeof *s);
  s->settings = given;
  *exit_status = 1;
  int rc = loop_open(&s->loop);
  if (rc != 0)
    return problem_set(p, "%s: no event loop: %s", given->program->name, loop_error_text(rc));
  open_parts(s);
  if (!load_files(given, &s->access, &s->credentials, p)) {
    *exit_status = 2;
  } else if (open_context(s, callbacks, p)) {
    *exit_status = 0;
    service_offer_tls(s);
    if (given->path == NULL)
      service_say(s, "no --config: EVERYBODY may send ANYTHING to EVERY client");
    return true;
  }
  service_close(s);
  return false;
}

void service_close(service *s) {
  tls_acceptor_close(&s->tls);
  loop_close(&s->loop);
  dm_free(s->context);
  event_log_close(&s->log);
  access_free(&s->access);
  tls_credentials_release(s->credentials);
}
