/* A place where connections come in.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_LISTENER_H
#define COMMON_NET_LISTENER_H

#include <uv.h>

#include "common/base/address.h"
#include "common/base/problem.h"
#include "common/net/stream.h"
#include "common/net/tls_acceptor.h"

typedef struct listener {
  /* The owner's to set. */
  void *owner;
  tls_acceptor *tls; /* who connects speaks TLS, and then `protocol`; NULL: plain */
  tls_protocol protocol;

  /* Takes the connection that waits, by listener_accept(); false when there is no memory for
   * it: then it is called again soon. */
  bool (*take)(struct listener *listener);

  /* To be read only. */
  address bound; /* where it listens, with the port that it got */
  bool open;

  /* Private. */
  struct loop *loop;
  uv_tcp_t socket;
  lazy_timer again;
} listener;

/* Listens on `wanted`, or nowhere where that is no address. On failure *p says "cannot listen on
 * 127.0.0.1:1883: address already in use", and there is nothing to close. The listener's memory
 * must last until the loop has run once more (loop_close() does). */
bool listener_open(listener *l, struct loop *loop, const address *wanted, problem *p);

/* Stops listening; harmless where nobody listens. */
void listener_close(listener *l);

/* Takes the connection that waits, for take(): *out is its stream, with Nagle's algorithm off,
 * or NULL when it is gone already. Returns false when out of memory; it still waits then. */
bool listener_accept(listener *l, stream **out);

#endif
