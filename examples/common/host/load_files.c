/* Reading what the settings name.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/load_files.h"

static bool load_credentials(const settings *given, tls_credentials **out, problem *p) {
  bool wanted = settings_want_tls(given);
  *out = wanted ? tls_credentials_load(&given->tls.options, p) : NULL;
  return *out != NULL || !wanted;
}

bool load_files(const settings *given, access_rules *access, tls_credentials **credentials,
                problem *p) {
  if (!access_load(access, given, p))
    return false;
  if (load_credentials(given, credentials, p))
    return true;
  access_free(access);
  *access = (access_rules){0};
  return false;
}
