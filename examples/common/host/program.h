/* What the main() of every example host does: settings, service, HTTP API, and a server of
 * the program's own beside it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_PROGRAM_H
#define COMMON_PROGRAM_H

#include "common/host/service.h"
#include "common/base/address.h"

/* The program's own part. All is required but has_session(), subscriptions() and
 * end_connection(). */
typedef struct program_server {
  settings_program settings;

  /* Opens it on the service's loop, and closes hard what is still open of it. On failure *p
   * says why and there is nothing to close. */
  bool (*open)(service *s, problem *p);
  void (*close)(void);

  /* Begins to stop in order, see service_hooks. */
  void (*stop)(void);

  /* Where it listens, for the line that says so: "mqtt 127.0.0.1:1883". */
  void (*describe)(char *out, size_t size);

  /* Those of dm_config. */
  int (*deliver)(void *unused, const dm_delivery *delivery);
  int (*has_session)(dm_span client_id);
  int (*subscriptions)(const dm_target *target,
                       void (*visit)(void *visitor, dm_span topic_filter, int qos), void *visitor);
  int (*end_connection)(const dm_target *target, int clean_session, int prevent_will);

  /* That of service_hooks. */
  access_peer (*peer)(void *connection_user);
} program_server;

/* Writes ", https 127.0.0.1:8443" for a port that is open, and nothing for another; returns
 * its length. */
size_t program_describe_port(const char *name, const address *bound, char *out, size_t size);

/* Runs the program; returns its exit status. */
int program_run(const program_server *server, int argc, char **argv);

#endif
