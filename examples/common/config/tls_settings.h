/* What the configuration says about TLS: the object "tls".
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TLS_SETTINGS_H
#define COMMON_TLS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct settings;
struct problem;

/* Who speaks on a port with TLS. */
typedef enum tls_protocol {
  TLS_MQTT,
  TLS_HTTP,
  TLS_PROTOCOLS
} tls_protocol;

/* Whether those who connect show a certificate of their own. */
typedef enum tls_clients {
  TLS_CLIENTS_OFF,      /* they are not asked for one */
  TLS_CLIENTS_OPTIONAL, /* as they like; one that is shown has to be good */
  TLS_CLIENTS_REQUIRED
} tls_clients;

/* The name of a file; NULL where nothing is said. */
typedef struct settings_file {
  const char *name;
  bool beside_config; /* as seen from the folder of the configuration file */
} settings_file;

/* A certificate of ours. */
typedef struct tls_pair {
  settings_file certificate; /* and those that lead to a root; PEM */
  settings_file key;
} tls_pair;

typedef struct tls_settings {
  tls_pair own;                   /* for whoever asks for no name of the others */
  const struct json_t *others;    /* a list of objects; NULL: none */
  settings_file client_authority; /* whose certificates clients may have */
  settings_file revocation_list;  /* which of those count no more */
  const char *mqtts_clients;      /* NULL: nothing is said */
  const char *https_clients;
  uint32_t handshake_timeout_seconds;
} tls_settings;

/* Whether any port speaks TLS. */
bool tls_settings_wanted(const struct settings *s);

/* Whether what is said fits together; false with *p filled. */
bool tls_settings_check(const struct settings *s, struct problem *p);

/* How many certificates of ours there are, and the files of each, the first being `own`; false
 * with *p filled when what is said of it is wrong. */
size_t tls_settings_pairs(const tls_settings *s);
bool tls_settings_pair(const struct settings *s, size_t i, tls_pair *out, struct problem *p);

/* What is asked of those who connect to a port. */
tls_clients tls_settings_clients(const tls_settings *s, tls_protocol protocol);

#endif
