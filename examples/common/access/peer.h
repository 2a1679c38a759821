/* How a device or a caller is connected, as far as policies may ask.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_PEER_H
#define COMMON_ACCESS_PEER_H

#include "common/access/certificate.h"

/* All zero: without TLS, or not at all. */
typedef struct access_peer {
  bool secure;             /* it is TLS that ends here */
  const char *server_name; /* which it has asked for by TLS, in lower case; NULL or "": none */
  const certificate *certificate; /* which it has shown; NULL: none */
} access_peer;

#endif
