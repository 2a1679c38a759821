/* What the configuration says about TLS.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/config/tls_settings.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/settings_table.h"

#define FILE_NAME(word, long_option, member)                                                       \
  {                                                                                                \
    .key = (word), .option = (long_option), .type = SETTINGS_FILE,                                 \
    .offset = offsetof(tls_settings, options.member)                                               \
  }
#define WORD(word, member)                                                                         \
  {                                                                                                \
    .key = (word), .type = SETTINGS_TEXT, .offset = offsetof(tls_settings, member), .min = 1,      \
    .max = 64                                                                                      \
  }

const settings_field tls_settings_fields[] = {
    FILE_NAME("certificate", "--tls-certificate", own.certificate),
    FILE_NAME("key", "--tls-key", own.key),
    {.key = "otherCertificates", .type = SETTINGS_LIST, .offset = offsetof(tls_settings, others)},
    FILE_NAME("clientAuthority", "--tls-client-authority", client_authority),
    FILE_NAME("revocationList", "--tls-revocation-list", revocation_list),
    WORD("mqttsClientCertificates", clients[TLS_MQTT]),
    WORD("httpsClientCertificates", clients[TLS_HTTP]),
    {.key = "handshakeTimeoutSeconds",
     .type = SETTINGS_NUMBER,
     .offset = offsetof(tls_settings, handshake_timeout_seconds),
     .min = 1,
     .max = 3600},
    {.key = NULL}};

/* ---- Certificates for other names --------------------------------------------------------- */

static const settings_field pair_fields[] = {
    {.key = "certificate", .type = SETTINGS_FILE, .offset = offsetof(tls_pair, certificate)},
    {.key = "key", .type = SETTINGS_FILE, .offset = offsetof(tls_pair, key)},
    {.key = NULL}};

static bool read_pair(const json_file *file, size_t i, json_t *object, tls_pair *out, problem *p) {
  char pointer[64];
  const settings_table tables[] = {{pair_fields, out}, {NULL, NULL}};
  snprintf(pointer, sizeof pointer, "/tls/otherCertificates/%zu", i);
  if (!settings_read_object(file, pointer, object, tables, p))
    return false;
  if (out->certificate.name == NULL || out->key.name == NULL)
    return json_file_wrong(file, pointer, "must have a certificate and a key", p);
  return true;
}

static bool read_others(tls_settings *s, const json_file *file, problem *p) {
  size_t count = json_array_size(s->others);
  bool good = true;
  if (count == 0)
    return true;
  s->pairs = calloc(count, sizeof *s->pairs);
  if (s->pairs == NULL)
    return problem_set(p, "TLS: out of memory");
  for (size_t i = 0; good && i < count; i++)
    good = read_pair(file, i, json_array_get(s->others, i), &s->pairs[i], p);
  s->options.others = s->pairs;
  s->options.other_count = count;
  return good;
}

void tls_settings_free(tls_settings *s) {
  free(s->pairs);
  s->pairs = NULL;
}

/* ---- Certificates of clients ---------------------------------------------------------------- */

static const struct {
  const char *word;
  tls_clients clients;
} words[] = {{"off", TLS_CLIENTS_OFF},
             {"optional", TLS_CLIENTS_OPTIONAL},
             {"required", TLS_CLIENTS_REQUIRED}};

static bool find_word(const char *word, tls_clients *out) {
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (strcmp(word, words[i].word) == 0) {
      *out = words[i].clients;
      return true;
    }
  }
  return false;
}

static bool read_clients(tls_settings *s, tls_protocol protocol, const char *key,
                         const settings_source *source, problem *p) {
  char text[128];
  char pointer[64];
  const bool authority = s->options.client_authority.name != NULL;
  tls_clients *clients = &s->options.clients[protocol];
  *clients = authority ? TLS_CLIENTS_REQUIRED : TLS_CLIENTS_OFF;
  if (s->clients[protocol] == NULL)
    return true;
  snprintf(pointer, sizeof pointer, "/tls/%s", key);
  if (!find_word(s->clients[protocol], clients)) {
    snprintf(text, sizeof text, "%s must be \"required\", \"optional\" or \"off\"", key);
    return settings_wrong(source, pointer, text, p);
  }
  if (*clients == TLS_CLIENTS_OFF || authority)
    return true;
  snprintf(text, sizeof text, "%s needs a clientAuthority", key);
  return settings_wrong(source, pointer, text, p);
}

/* ---- All together --------------------------------------------------------------------------- */

static bool check_files(const tls_options *o, bool wanted, const settings_source *source,
                        problem *p) {
  if (wanted && o->own.certificate.name == NULL)
    return settings_wrong(source, "/tls", "mqtts and https need a tls.certificate", p);
  if (wanted && o->own.key.name == NULL)
    return settings_wrong(source, "/tls", "mqtts and https need a tls.key", p);
  if (o->revocation_list.name != NULL && o->client_authority.name == NULL)
    return settings_wrong(source, "/tls/revocationList", "revocationList needs a clientAuthority",
                          p);
  return true;
}

bool tls_settings_complete(tls_settings *s, bool wanted, const settings_source *source,
                           problem *p) {
  return check_files(&s->options, wanted, source, p) && read_others(s, source->file, p) &&
         read_clients(s, TLS_MQTT, "mqttsClientCertificates", source, p) &&
         read_clients(s, TLS_HTTP, "httpsClientCertificates", source, p);
}
