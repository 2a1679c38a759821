/* What the main() of every example host does.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/program.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/access/hash_password.h"
#include "common/host/descriptors.h"
#include "common/host/api_route.h"
#include "common/host/reload.h"
#include "common/loop/signals.h"
#include "common/server/http_server.h"

typedef struct program {
  const program_part *part;
  int argc;
  char **argv;
  settings settings;
  service service;
  api_route api;
  http_server http;
  loop_signals signals;
  int exit_status;
} program;

/* ---- Signals ----------------------------------------------------------------------- */

static void stop(program *p) {
  service_stop(&p->service);
  http_server_stop(&p->http);
  service_end_calls(&p->service);
  p->part->stop(p->part->user);
}

static void on_signal(void *user, int number) {
  program *p = user;
  if (number == SIGHUP) {
    if (reload(&p->service, p->argc, p->argv))
      http_server_set_limits(&p->http, &p->settings.http_limits);
  } else if (p->service.stopping) {
    p->exit_status = 128 + number;
    loop_stop(&p->service.loop);
  } else {
    stop(p);
  }
}

static bool open_signals(program *p, problem *why) {
  static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
  p->signals.caught = on_signal;
  p->signals.user = p;
  int rc = signals_open(&p->signals, &p->service.loop, numbers, sizeof numbers / sizeof numbers[0]);
  return rc == 0 || problem_set(why, "cannot catch signals: %s", loop_error_text(rc));
}

/* ---- Where it listens ---------------------------------------------------------------- */

size_t program_describe_port(const char *name, const address *bound, char *out, size_t size) {
  char text[ADDRESS_TEXT_SIZE];
  out[0] = '\0';
  if (address_given(bound))
    snprintf(out, size, "%s %s", name, address_text(bound, text));
  return strlen(out);
}

static void say_addresses(const program *p) {
  char own[5 * ADDRESS_TEXT_SIZE];
  p->part->describe(p->part->user, own, sizeof own);
  size_t len = strlen(own);
  len += program_describe_port(", http", &p->http.listener.bound, own + len, sizeof own - len);
  program_describe_port(", https", &p->http.secure_listener.bound, own + len, sizeof own - len);
  service_say(&p->service, "%s", own[0] == ',' ? own + 2 : own);
}

/* ---- The HTTP API --------------------------------------------------------------------- */

static bool open_http(program *p, problem *why) {
  const http_server_options options = {.loop = &p->service.loop,
                                       .limits = &p->settings.http_limits,
                                       .http = &p->settings.http,
                                       .https = &p->settings.https,
                                       .tls = &p->service.tls,
                                       .routes = &p->api.route,
                                       .route_count = 1,
                                       .forget = api_route_forget};
  api_route_open(&p->api, &p->service);
  return http_server_open(&p->http, &options, why);
}

static void close_http(program *p) {
  http_server_close(&p->http);
  api_route_close(&p->api);
}

/* ---- Running --------------------------------------------------------------------------- */

/* With the HTTP server open. */
static bool run_part(program *p, problem *why) {
  if (!p->part->open(p->part->user, &p->service, why))
    return false;
  say_addresses(p);
  loop_run(&p->service.loop);
  p->part->close(p->part->user);
  return true;
}

static void serve(program *p) {
  problem why;
  bool good = open_signals(p, &why) && open_http(p, &why);
  if (good) {
    good = run_part(p, &why);
    close_http(p);
  }
  if (!good) {
    service_say(&p->service, "%s", why.text);
    p->exit_status = 1;
  }
}

static void run(program *p) {
  problem why;
  if (!settings_start(&p->settings, &p->part->settings, p->argc, p->argv, &p->exit_status))
    return;
  descriptors_raise();
  if (service_open(&p->service, &p->settings, &p->part->callbacks, &why, &p->exit_status)) {
    serve(p);
    service_close(&p->service);
  } else {
    fprintf(stderr, "%s\n", why.text);
  }
  settings_free(&p->settings);
}

int program_run(const program_part *part, int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--hash-password") == 0)
    return hash_password(part->settings.name);
  program *p = calloc(1, sizeof *p);
  if (p == NULL) {
    fprintf(stderr, "%s: out of memory\n", part->settings.name);
    return 1;
  }
  *p = (program){.part = part, .argc = argc, .argv = argv};
  run(p);
  int status = p->exit_status;
  free(p);
  return status;
}
