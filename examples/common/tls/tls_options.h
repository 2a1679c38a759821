/* What credentials of TLS are made of.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TLS_TLS_OPTIONS_H
#define COMMON_TLS_TLS_OPTIONS_H

#include "common/base/file.h"

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

/* A certificate of ours. */
typedef struct tls_pair {
  file_name certificate; /* and those that lead to a root; PEM */
  file_name key;
} tls_pair;

typedef struct tls_options {
  tls_pair own;           /* for whoever asks for no name of the others */
  const tls_pair *others; /* for other server names */
  size_t other_count;
  file_name client_authority; /* whose certificates clients may have; none: nobody's */
  file_name revocation_list;  /* which of those count no more; may be none */
  tls_clients clients[TLS_PROTOCOLS];
} tls_options;

#endif
