/* Opening a link's connection to the broker.
 *
 * The broker's name is looked up for every connection, without the loop waiting for it, and
 * all its addresses are tried. A Unix-domain socket takes only so many connections that the
 * broker has not accepted yet: where TCP would let them wait, they wait here, in a line, and
 * the first of them is tried now and then.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_UPSTREAM_H
#define SIDECAR_UPSTREAM_H

#include <sys/queue.h>
#include <uv.h>

struct link;
struct sidecar;
struct upstream;

/* Those who wait for a place in the broker's socket. */
struct upstream_line {
  TAILQ_HEAD(, upstream) waiting;
  uv_timer_t timer;
};

void upstream_line_open(struct sidecar *sidecar);

/* Nobody waits any more. */
void upstream_line_close(struct sidecar *sidecar);

/* Begins to connect. What is on its way to the broker waits until that is done. On failure
 * the link ends. */
void upstream_open(struct link *link);

/* The link is closing. */
void upstream_forget(struct link *link);

#endif
