/* How far one side of a link is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "side_state.h"

static enum side_state after_connected(enum side_state state) {
  return state == SIDE_IDLE || state == SIDE_CONNECTING ? SIDE_OPEN : state;
}

static enum side_state after_input(enum side_state state) {
  if (state == SIDE_OPEN)
    return SIDE_END_OF_STREAM;
  return state == SIDE_HALF_CLOSED ? SIDE_CLOSED : state;
}

/* Without a connection, nothing can be read either. */
static enum side_state after_output(enum side_state state) {
  return state == SIDE_OPEN || state == SIDE_HALF_CLOSED ? SIDE_HALF_CLOSED : SIDE_CLOSED;
}

enum side_state side_state_after(enum side_state state, enum side_event event) {
  switch (event) {
  case SIDE_CONNECT:
    return state == SIDE_IDLE ? SIDE_CONNECTING : state;
  case SIDE_CONNECTED:
    return after_connected(state);
  case SIDE_INPUT_ENDED:
    return after_input(state);
  case SIDE_OUTPUT_FAILED:
    return after_output(state);
  case SIDE_LOST:
    break;
  }
  return SIDE_CLOSED;
}
