/* What TLS needs on one loop: listeners that speak it point here.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_TLS_ACCEPTOR_H
#define COMMON_NET_TLS_ACCEPTOR_H

#include "common/loop/loop.h"
#include "common/net/endpoint.h"
#include "common/net/handshakes.h"
#include "common/tls/tls_credentials.h"

/* A connection that TLS has refused, or whose handshake was not over in time. */
typedef struct tls_refusal {
  tls_protocol protocol;
  const char *reason;  /* one word, for the log */
  const char *details; /* for people */
  endpoint remote;
  endpoint local;
} tls_refusal;

typedef struct tls_acceptor {
  struct loop *loop;

  /* The rest is its owner's to set, and to change at any time. */
  tls_credentials *credentials; /* for new connections; not held */
  dm_duration time_limit;       /* of a handshake */
  bool stopping;                /* who is closed now has not been refused */
  void (*refused)(void *user, const tls_refusal *refusal);
  void *user;

  /* Private. */
  handshakes handshakes;
  char wire[LOOP_READ_SIZE]; /* what all its streams read, encrypted */
} tls_acceptor;

void tls_acceptor_open(tls_acceptor *acceptor, struct loop *loop);

/* Its streams must have been closed. */
void tls_acceptor_close(tls_acceptor *acceptor);

#endif
