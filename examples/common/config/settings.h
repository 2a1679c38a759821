/* The command line and the configuration file of an example program.
 *
 * Both are read by tables: a row says which key of the file and which option of the
 * command line fills which member of a structure. The command line beats the file, the
 * file beats the defaults. Whatever is not understood in full is refused in one line,
 * with its place: FILE:LINE:COLUMN: what is wrong.
 *
 * A program that is given no file allows everybody everything. A program that is given
 * one allows what its policies allow, and has to be told which they are.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include "common/base/address.h"
#include "common/base/json_file.h"
#include "common/base/problem.h"
#include "common/config/settings_field.h"
#include "common/config/tls_settings.h"
#include "dm/dm.h"

/* What the settings need to know about the program. All static. */
typedef struct settings_program {
  const char *name;             /* "dm-broker" */
  const char *const *help;      /* what --help prints: texts up to a NULL, for C11 lets one be
                                 * of 4095 characters only */
  const settings_field *fields; /* what it adds to the file: its other addresses, an object of
                                 * its own; into a structure of the program's; or NULL */
  const void *defaults;         /* such a structure with the defaults */
  bool anonymous_devices;       /* the default of settings_access.anonymous_devices */
  size_t size;                  /* its size */
} settings_program;

/* ---- What they say ---------------------------------------------------------- */

/* Limits of the HTTP server. */
typedef struct settings_http_limits {
  uint32_t max_header_bytes;       /* request line and header fields of one request */
  uint32_t max_connections;        /* more are closed as they come */
  uint32_t header_timeout_seconds; /* from the first byte of a request to its last field */
  uint32_t body_timeout_seconds;   /* from there to the end of the body */
  uint32_t idle_timeout_seconds;   /* between requests, and for reading an answer */
  uint32_t max_pipelined;          /* requests of one connection that wait at once */
} settings_http_limits;

/* Who may come, where there are principals. */
typedef struct settings_access {
  bool anonymous_callers;      /* without a signature or a certificate */
  bool anonymous_devices;      /* without a certificate or a user name of a principal's */
  const char *region;          /* that signatures are for; "": any */
  bool allow_unsigned_payload; /* a signature need not cover the body */
} settings_access;

typedef struct settings {
  const settings_program *program;
  const char *path; /* the configuration file; NULL: none, everything is allowed */
  address http;
  address https; /* none: no such port */
  address mqtts; /* as well */
  tls_settings tls;
  const char *account;
  const char *region;
  const char *partition;
  settings_files sender_policies;
  settings_files receiver_policies;
  file_name principals; /* none: nobody has to say who he is */
  settings_access access;
  dm_limits limits; /* of the dm_context */
  settings_http_limits http_limits;
  uint32_t busy_poll_microseconds; /* see busy_poll.h */
  void *own;                       /* the program's structure, filled */

  json_file file; /* private */
} settings;

/* ---- Functions -------------------------------------------------------------- */

/* Reads the command line and the file that it names. Returns true when the program is to
 * run. Else everything that there is to say was printed (--help, --version, one line of
 * what is wrong), *exit_status is set, and `s` needs no settings_free(). `argv` must live
 * as long as the settings. */
bool settings_start(settings *s, const settings_program *program, int argc, char **argv,
                    int *exit_status);

/* The same without printing, for reading everything once more while running. On failure
 * *p holds the line and `s` needs no settings_free(). --help and --version count for
 * nothing here. */
bool settings_load(settings *s, const settings_program *program, int argc, char **argv, problem *p);

void settings_free(settings *s);

/* Whether some port speaks TLS. */
bool settings_want_tls(const settings *s);

#endif
