/* Opening a link's connection to the broker.
 *
 * The broker's name is looked up for every connection, without the loop waiting for it, and
 * all its addresses are tried.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_UPSTREAM_H
#define SIDECAR_UPSTREAM_H

struct link;

/* Begins to connect. What is on its way to the broker waits until that is done. On failure
 * the link ends. */
void upstream_open(struct link *link);

/* The link is closing. */
void upstream_forget(struct link *link);

#endif
