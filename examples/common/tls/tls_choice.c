/* With which certificate a session serves.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/tls/tls_choice.h"

#include <mbedtls/ssl.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/tls/tls_material.h"
#include "common/tls/tls_names.h"

/* Shows the certificates that fit so well: when there are several, of other kinds of keys,
 * mbedtls takes one that the client can use. The first one's tickets are given and taken. */
static int show_fitting(tls_choice *choice, mbedtls_ssl_context *ssl, dm_span name, tls_fit fit,
                        tls_identity **first) {
  tls_credentials *c = choice->credentials;
  int result = 0;
  for (size_t i = 0; result == 0 && i < c->count; i++) {
    tls_identity *identity = &c->identities[i];
    if (tls_certificate_fits(&identity->certificate, name) == fit) {
      result = mbedtls_ssl_set_hs_own_cert(ssl, &identity->certificate, &identity->key);
      if (*first == NULL)
        *first = identity;
    }
  }
  return result;
}

/* Names of DNS know no letter case; policies do. */
static void keep_name(tls_choice *choice, dm_span name) {
  static const char others[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
  char *out = choice->server_name;
  out[0] = '\0';
  if (name.len >= sizeof choice->server_name)
    return;
  for (size_t i = 0; i < name.len; i++) {
    out[i] = ascii_lower(name.ptr[i]);
    if (memchr(others, out[i], sizeof others - 1) == NULL) {
      out[0] = '\0';
      return;
    }
  }
  out[name.len] = '\0';
}

/* It might come after a ticket has been taken for another. */
int tls_choose_by_name(void *user, mbedtls_ssl_context *ssl, const unsigned char *text,
                       size_t len) {
  tls_choice *choice = user;
  dm_span name = dm_bytes(text, len);
  tls_identity *found = NULL;
  keep_name(choice, name);
  int result = show_fitting(choice, ssl, name, TLS_FIT_EXACT, &found);
  if (result == 0 && found == NULL)
    result = show_fitting(choice, ssl, name, TLS_FIT_WILDCARD, &found);
  if (found == NULL || found == choice->identity)
    return result;
  choice->identity = found;
  return choice->resumed ? MBEDTLS_ERR_SSL_BAD_INPUT_DATA : result;
}

int tls_ticket_write(void *user, const mbedtls_ssl_session *session, unsigned char *begin,
                     const unsigned char *end, size_t *len, uint32_t *lifetime) {
  const tls_choice *choice = user;
  return mbedtls_ssl_ticket_write(&choice->identity->tickets[choice->protocol], session, begin, end,
                                  len, lifetime);
}

int tls_ticket_read(void *user, mbedtls_ssl_session *session, unsigned char *ticket, size_t len) {
  tls_choice *choice = user;
  int result =
      mbedtls_ssl_ticket_parse(&choice->identity->tickets[choice->protocol], session, ticket, len);
  choice->resumed = result == 0;
  return result;
}
