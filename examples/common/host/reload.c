/* Reading configuration, policies and certificates again while running.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/reload.h"

#include <stdio.h>

#include "common/config/settings_value.h"
#include "common/host/load_files.h"

/* Appends a name to a list of what a restart would change. */
static void note(char *list, size_t size, bool changed, const char *name) {
  size_t len = strlen(list);
  if (changed)
    snprintf(list + len, size - len, "%s%s", len == 0 ? "" : ", ", name);
}

static void say_result(const service *s, const settings *fresh) {
  const settings *old = s->settings;
  char list[128] = "";
  note(list, sizeof list, !address_equal(&old->http, &fresh->http), "http");
  note(list, sizeof list, !address_equal(&old->https, &fresh->https), "https");
  note(list, sizeof list, !address_equal(&old->mqtts, &fresh->mqtts), "mqtts");
  note(list, sizeof list, strcmp(old->account, fresh->account) != 0, "account");
  note(list, sizeof list, strcmp(old->region, fresh->region) != 0, "region");
  note(list, sizeof list, strcmp(old->partition, fresh->partition) != 0, "partition");
  const settings_field *field = old->program->fields;
  for (; field != NULL && field->key != NULL; field++)
    if (field->type != SETTINGS_OBJECT)
      note(list, sizeof list, !settings_same(field, old->own, fresh->own), field->key);
  if (list[0] == '\0')
    service_say(s, "policies and limits read again");
  else
    service_say(s, "policies and limits read again; only a restart changes: %s", list);
}

/* What is in objects of the program's own takes effect at the next start. */
static void say_objects(const service *s, const settings *fresh) {
  const settings *old = s->settings;
  const settings_field *field = old->program->fields;
  for (; field != NULL && field->key != NULL; field++)
    if (field->type == SETTINGS_OBJECT && !settings_same(field, old->own, fresh->own))
      service_say(s, "changes of \"%s\" take effect at the next start", field->key);
}

/* Connections that are there keep what they have. Ports with TLS come and go only with the
 * program. */
static void take_credentials(service *s, tls_credentials *credentials, const settings *fresh) {
  if (s->credentials == NULL || credentials == NULL) {
    tls_credentials_release(credentials);
    return;
  }
  tls_credentials_release(s->credentials);
  s->credentials = credentials;
  s->settings->tls.handshake_timeout_seconds = fresh->tls.handshake_timeout_seconds;
  service_offer_tls(s);
  service_say(s, "certificates read again");
}

static bool take(service *s, const settings *fresh, problem *p) {
  access_rules access;
  tls_credentials *credentials;
  if (!load_files(fresh, &access, &credentials, p))
    return false;
  access_free(&s->access);
  s->access = access;
  take_credentials(s, credentials, fresh);
  s->settings->limits = fresh->limits;
  s->settings->http_limits = fresh->http_limits;
  s->settings->busy_poll_microseconds = fresh->busy_poll_microseconds;
  service_set_limits(s);
  say_result(s, fresh);
  say_objects(s, fresh);
  return true;
}

bool reload(service *s, int argc, char **argv) {
  settings fresh;
  problem p;
  if (s->settings->path == NULL && s->credentials == NULL) {
    service_say(s, "no configuration file to read again");
    return false;
  }
  bool good = settings_load(&fresh, s->settings->program, argc, argv, &p);
  if (good) {
    good = take(s, &fresh, &p);
    settings_free(&fresh);
  }
  if (!good) {
    fprintf(stderr, "%s\n", p.text);
    service_say(s, "nothing has changed: what was read before stays in force");
  }
  return good;
}
