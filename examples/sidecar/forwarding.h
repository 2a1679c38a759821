/* Bytes from one side of a link, through its relay, to the other side.
 *
 * Everything is read into one buffer that all links share. What the relay passes on is
 * written straight from there; only what it did not use and what the socket did not take is
 * copied. What is injected waits, to be written at the end of the turn or together with what
 * is passed on meanwhile.
 *
 * Up to max_output_bytes wait for each side. Above that the other side is not read from, and
 * nothing is injected, until half of it is gone.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_FORWARDING_H
#define SIDECAR_FORWARDING_H

#include "link.h"

/* What the two streams of a link tell, with the link as their user. */
extern const stream_events forwarding_device_events;
extern const stream_events forwarding_broker_events;

/* Reads from both sides, or does not, as the state of the link and what waits want it. */
void forwarding_regulate(struct link *link);

/* Takes a packet for a side; its parts may be anywhere. */
void forwarding_put(struct link *link, struct side *to, dm_span head, dm_span payload);

/* Whether a message may be injected: not too much waits for the device. */
bool forwarding_takes_message(const struct link *link);

/* Whether a side that is not read from, because too much waits for the other, has hung up. */
bool forwarding_is_abandoned(const struct link *link);

/* Goes on with what the relay held back, where that is due. */
void forwarding_resume(struct link *link);

/* Writes what waits for both sides. */
void forwarding_flush(struct link *link);

/* Callbacks of the relay; there must be somebody at the other end or on the way to be. */
void forwarding_to_device(void *user, dm_span run);
void forwarding_to_broker(void *user, dm_span run);
void forwarding_between_packets(void *user);
void forwarding_may_resume(void *user);

#endif
