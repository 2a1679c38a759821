/* What TLS needs on one loop.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/tls_acceptor.h"

void tls_acceptor_open(tls_acceptor *acceptor, struct loop *loop) {
  *acceptor = (tls_acceptor){.loop = loop};
  handshakes_open(&acceptor->handshakes, loop);
}

void tls_acceptor_close(tls_acceptor *acceptor) {
  handshakes_close(&acceptor->handshakes);
}
