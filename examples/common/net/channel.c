/* Accepting a connection, plain or with TLS.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/channel.h"

bool channel_accept(tcp_listener *listener, channel *c) {
  c->secure = NULL;
  return tcp_accept(listener, &c->socket) &&
         (!listener->secure || secure_open(c, listener->protocol));
}
