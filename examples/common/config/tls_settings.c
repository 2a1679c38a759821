/* What the configuration says about TLS.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/config/tls_settings.h"

#include <jansson.h>
#include <stdio.h>

#include "common/config/settings_table.h"

#define FILE_NAME(word, long_option, member)                                                       \
  {                                                                                                \
    .key = (word), .option = (long_option), .type = SETTINGS_FILE,                                 \
    .offset = offsetof(settings, tls.member)                                                       \
  }
#define WORD(word, member)                                                                         \
  {                                                                                                \
    .key = (word), .type = SETTINGS_TEXT, .offset = offsetof(settings, tls.member), .min = 1,      \
    .max = 64                                                                                      \
  }

const settings_field tls_settings_fields[] = {
    FILE_NAME("certificate", "--tls-certificate", own.certificate),
    FILE_NAME("key", "--tls-key", own.key),
    {.key = "otherCertificates", .type = SETTINGS_LIST, .offset = offsetof(settings, tls.others)},
    FILE_NAME("clientAuthority", "--tls-client-authority", client_authority),
    FILE_NAME("revocationList", "--tls-revocation-list", revocation_list),
    WORD("mqttsClientCertificates", mqtts_clients),
    WORD("httpsClientCertificates", https_clients),
    {.key = "handshakeTimeoutSeconds",
     .type = SETTINGS_NUMBER,
     .offset = offsetof(settings, tls.handshake_timeout_seconds),
     .min = 1,
     .max = 3600},
    {.key = NULL}};

static const settings_field pair_fields[] = {
    {.key = "certificate", .type = SETTINGS_FILE, .offset = offsetof(tls_pair, certificate)},
    {.key = "key", .type = SETTINGS_FILE, .offset = offsetof(tls_pair, key)},
    {.key = NULL}};

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

bool tls_settings_wanted(const settings *s) {
  return address_given(&s->mqtts) || address_given(&s->https);
}

/* ---- Certificates of ours ------------------------------------------------------------ */

size_t tls_settings_pairs(const tls_settings *s) {
  return 1 + json_array_size(s->others);
}

bool tls_settings_pair(const settings *s, size_t i, tls_pair *out, problem *p) {
  if (i == 0) {
    *out = s->tls.own;
    return true;
  }
  char pointer[64];
  *out = (tls_pair){.key = {.name = NULL}};
  const settings_table tables[] = {{pair_fields, out}, {NULL, NULL}};
  snprintf(pointer, sizeof pointer, "/tls/otherCertificates/%zu", i - 1);
  if (!settings_read_object(&s->file, pointer, json_array_get(s->tls.others, i - 1), tables, p))
    return false;
  if (out->certificate.name == NULL || out->key.name == NULL)
    return settings_wrong(s, pointer, "must have a certificate and a key", p);
  return true;
}

static bool check_pairs(const settings *s, problem *p) {
  tls_pair pair;
  bool good = true;
  for (size_t i = 1; good && i < tls_settings_pairs(&s->tls); i++)
    good = tls_settings_pair(s, i, &pair, p);
  return good;
}

/* ---- All together --------------------------------------------------------------------- */

static bool check_clients(const settings *s, const char *key, const char *word, problem *p) {
  char text[128];
  char pointer[64];
  tls_clients clients = TLS_CLIENTS_OFF;
  snprintf(pointer, sizeof pointer, "/tls/%s", key);
  if (word != NULL && !find_word(word, &clients)) {
    snprintf(text, sizeof text, "%s must be \"required\", \"optional\" or \"off\"", key);
    return settings_wrong(s, pointer, text, p);
  }
  if (clients != TLS_CLIENTS_OFF && s->tls.client_authority.name == NULL) {
    snprintf(text, sizeof text, "%s needs a clientAuthority", key);
    return settings_wrong(s, pointer, text, p);
  }
  return true;
}

bool tls_settings_check(const settings *s, problem *p) {
  const tls_settings *tls = &s->tls;
  if (tls_settings_wanted(s) && tls->own.certificate.name == NULL)
    return settings_wrong(s, "/tls", "mqtts and https need a tls.certificate", p);
  if (tls_settings_wanted(s) && tls->own.key.name == NULL)
    return settings_wrong(s, "/tls", "mqtts and https need a tls.key", p);
  if (tls->revocation_list.name != NULL && tls->client_authority.name == NULL)
    return settings_wrong(s, "/tls/revocationList", "revocationList needs a clientAuthority", p);
  return check_pairs(s, p) && check_clients(s, "mqttsClientCertificates", tls->mqtts_clients, p) &&
         check_clients(s, "httpsClientCertificates", tls->https_clients, p);
}

tls_clients tls_settings_clients(const tls_settings *s, tls_protocol protocol) {
  const char *word = protocol == TLS_MQTT ? s->mqtts_clients : s->https_clients;
  tls_clients clients = s->client_authority.name == NULL ? TLS_CLIENTS_OFF : TLS_CLIENTS_REQUIRED;
  if (word != NULL)
    find_word(word, &clients);
  return clients;
}
