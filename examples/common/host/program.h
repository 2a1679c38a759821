/* What the main() of every example host does: settings, service, HTTP API, and a server of
 * the program's own beside it.
 *
 * Signals. SIGTERM and SIGINT stop in order: every caller that waits is answered 503
 * SHUTTING_DOWN, listeners are closed, and what is open comes to its end within SERVICE_GRACE.
 * A second signal ends the program at once. SIGHUP reads configuration and policies again, see
 * reload.h. SIGPIPE is ignored.
 *
 * Messages for people go to standard error, one line each, after the program's name.
 * Standard output holds the log.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HOST_PROGRAM_H
#define COMMON_HOST_PROGRAM_H

#include "common/host/service.h"

/* The program's own part. There may be several in one process. */
typedef struct program_part {
  settings_program settings;
  dm_config callbacks; /* of dm_config the functions and their user; the rest is the service's */
  void *user;          /* of the functions below */

  /* Opens it on the service's loop, and closes hard what is still open of it. On failure *p
   * says why and there is nothing to close. */
  bool (*open)(void *user, service *s, problem *p);
  void (*close)(void *user);

  /* Begins to stop: listeners are closed now, a connection as soon as it holds nothing that it
   * owes its other side. Not called from inside any dm_ function. */
  void (*stop)(void *user);

  /* Where it listens, for the line that says so: "mqtt 127.0.0.1:1883". */
  void (*describe)(const void *user, char *out, size_t size);
} program_part;

/* Writes ", https 127.0.0.1:8443" for a port that is open, and nothing for another; returns
 * its length. */
size_t program_describe_port(const char *name, const address *bound, char *out, size_t size);

/* Runs the program; returns its exit status. */
int program_run(const program_part *part, int argc, char **argv);

#endif
