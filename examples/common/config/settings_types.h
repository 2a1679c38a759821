/* What a program was told, by its command line and its configuration file.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CONFIG_SETTINGS_TYPES_H
#define COMMON_CONFIG_SETTINGS_TYPES_H

#include "common/base/address.h"
#include "common/base/json_file.h"
#include "common/config/settings_field.h"
#include "common/config/tls_settings.h"
#include "common/http1/http_limits.h"
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
  http_limits http_limits;
  uint32_t busy_poll_microseconds; /* see busy_poll.h */
  void *own;                       /* the program's structure, filled */

  json_file file; /* private */
} settings;

#endif
