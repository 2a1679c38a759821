/* How a link ends.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_LINK_END_H
#define SIDECAR_LINK_END_H

#include "link.h"

/* Ends a link in order, so that both sides get their last bytes; it may be gone afterwards.
 * `why` is for people. Only at the end of a turn. */
void link_end_in_order(struct link *link, const char *why);

/* The broker of a link that is ending is connected, or there is none: gives it its last bytes.
 * The link is gone afterwards. */
void link_end_complete(struct link *link);

/* Ends a link at once: nobody shall wait for it. It is gone afterwards. */
void link_end_at_once(struct link *link);

#endif
