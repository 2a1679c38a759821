/* What the configuration says about TLS: the object "tls".
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CONFIG_TLS_SETTINGS_H
#define COMMON_CONFIG_TLS_SETTINGS_H

#include "common/config/settings_field.h"
#include "common/config/settings_source.h"
#include "common/tls/tls_options.h"

typedef struct tls_settings {
  tls_options options;
  uint32_t handshake_timeout_seconds;

  /* As they stand in the file, until tls_settings_complete(). */
  const struct json_t *others;        /* a list of objects; NULL: none */
  const char *clients[TLS_PROTOCOLS]; /* words; NULL: nothing is said */

  tls_pair *pairs; /* private: those of the options */
} tls_settings;

/* The rows of the object. */
extern const settings_field tls_settings_fields[];

/* Completes the options once all rows are filled. `wanted`: some port speaks TLS. False with *p
 * filled where what is said does not fit together. */
bool tls_settings_complete(tls_settings *s, bool wanted, const settings_source *source, problem *p);

void tls_settings_free(tls_settings *s);

#endif
