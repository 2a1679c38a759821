/* How far one side of a link is: connected or not yet, and which of the two directions of its
 * connection have come to their end.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_SIDE_STATE_H
#define SIDECAR_SIDE_STATE_H

#include <stdbool.h>

enum side_state {
  SIDE_IDLE,          /* nobody has begun to connect */
  SIDE_CONNECTING,    /* what it is sent waits */
  SIDE_OPEN,          /* bytes come and go */
  SIDE_END_OF_STREAM, /* it has sent its last byte, and takes what it is sent */
  SIDE_HALF_CLOSED,   /* it takes nothing any more; what it has sent may still come */
  SIDE_CLOSED         /* nothing comes or goes */
};

enum side_event {
  SIDE_CONNECT,       /* somebody begins to connect */
  SIDE_CONNECTED,     /* there is a connection */
  SIDE_INPUT_ENDED,   /* its last byte was read */
  SIDE_OUTPUT_FAILED, /* it could not be written to */
  SIDE_LOST           /* there is no connection, or no longer */
};

/* The state after an event; the same where that is not due. */
enum side_state side_state_after(enum side_state state, enum side_event event);

/* Whether there is something to read from. */
static inline bool side_state_sends(enum side_state state) {
  return state == SIDE_OPEN || state == SIDE_HALF_CLOSED;
}

/* Whether there is something to write to. */
static inline bool side_state_takes(enum side_state state) {
  return state == SIDE_OPEN || state == SIDE_END_OF_STREAM;
}

#endif
