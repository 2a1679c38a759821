/* What the main() of every example host does.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/program.h"

#include <stdio.h>

#include "common/access/hash_password.h"
#include "common/server/http_server.h"

/* All of it, for the service's callbacks. */
struct program {
  const program_server *server;
  service service;
  http_server http;
};

static void stop(void *user) {
  struct program *program = user;
  http_server_stop(&program->http);
  program->server->stop();
}

static int deliver(void *user, const dm_delivery *delivery) {
  struct program *program = user;
  return program->server->deliver(NULL, delivery);
}

static int has_session(void *user, dm_span client_id) {
  struct program *program = user;
  return program->server->has_session == NULL ? 0 : program->server->has_session(client_id);
}

static int subscriptions(void *user, const dm_target *target,
                         void (*visit)(void *visitor, dm_span topic_filter, int qos),
                         void *visitor) {
  struct program *program = user;
  return program->server->subscriptions(target, visit, visitor);
}

static int end_connection(void *user, const dm_target *target, int clean_session,
                          int prevent_will) {
  struct program *program = user;
  return program->server->end_connection(target, clean_session, prevent_will);
}

static void reload(void *user) {
  struct program *program = user;
  http_server_reload(&program->http);
}

size_t program_describe_port(const char *name, const address *bound, char *out, size_t size) {
  char text[ADDRESS_TEXT_SIZE];
  out[0] = '\0';
  if (address_given(bound))
    snprintf(out, size, "%s %s", name, address_text(bound, text));
  return strlen(out);
}

static void say_addresses(struct program *program) {
  char own[5 * ADDRESS_TEXT_SIZE];
  size_t len;
  program->server->describe(own, sizeof own);
  len = strlen(own);
  len +=
      program_describe_port(", http", &program->http.listener.bound, own + len, sizeof own - len);
  program_describe_port(", https", &program->http.secure_listener.bound, own + len,
                        sizeof own - len);
  service_say(&program->service, "%s", own[0] == ',' ? own + 2 : own);
}

static int serve(struct program *program) {
  problem p;
  int status = 1;
  if (!http_server_open(&program->http, &program->service, &p)) {
    service_say(&program->service, "%s", p.text);
    return status;
  }
  if (program->server->open(&program->service, &p)) {
    say_addresses(program);
    status = service_run(&program->service);
    program->server->close();
  } else {
    service_say(&program->service, "%s", p.text);
  }
  http_server_close(&program->http);
  return status;
}

int program_run(const program_server *server, int argc, char **argv) {
  static struct program program;
  const service_hooks hooks = {
      .user = &program,
      .deliver = deliver,
      .has_session = has_session,
      .subscriptions = server->subscriptions == NULL ? NULL : subscriptions,
      .end_connection = server->end_connection == NULL ? NULL : end_connection,
      .peer = server->peer,
      .stop = stop,
      .reload = reload,
  };
  settings chosen;
  problem p;
  int status;
  program.server = server;
  if (argc == 2 && strcmp(argv[1], "--hash-password") == 0)
    return hash_password(server->settings.name);
  if (!settings_start(&chosen, &server->settings, argc, argv, &status))
    return status;
  if (service_open(&program.service, &chosen, argc, argv, &hooks, &p, &status)) {
    status = serve(&program);
    service_close(&program.service);
  } else {
    fprintf(stderr, "%s\n", p.text);
  }
  settings_free(&chosen);
  return status;
}
