/* With which certificate a session serves: the one whose name the client asks for.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TLS_TLS_CHOICE_H
#define COMMON_TLS_TLS_CHOICE_H

#include "common/tls/tls_credentials.h"
#include "dm/types.h"

struct mbedtls_ssl_context;
struct mbedtls_ssl_session;

/* Part of a session. */
typedef struct tls_choice {
  tls_credentials *credentials;
  tls_protocol protocol;
  struct tls_identity *identity; /* the first, until the client asks for another by its name */
  bool resumed;                  /* a ticket of that one was taken */
  char server_name[256];         /* that it asks for, in lower case; "": none, or none that DNS
                                    could know */
} tls_choice;

/* The rest is called by mbedtls, with a tls_choice as `user`. */

/* The client asks for a name. One that fits nowhere is served by the first certificate, which
 * the client may refuse. */
int tls_choose_by_name(void *user, struct mbedtls_ssl_context *ssl, const unsigned char *text,
                       size_t len);

/* Gives the client a ticket, and takes one from it: by the keys of the certificate chosen. */
int tls_ticket_write(void *user, const struct mbedtls_ssl_session *session, unsigned char *begin,
                     const unsigned char *end, size_t *len, uint32_t *lifetime);
int tls_ticket_read(void *user, struct mbedtls_ssl_session *session, unsigned char *ticket,
                    size_t len);

#endif
