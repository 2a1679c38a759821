/* One side of a link.
 *
 * SPDX-License-Identifier: MIT
 */
#include "side.h"

#include "common/net/socket_options.h"

/* ---- What happens to it --------------------------------------------------------------- */

static void happened(struct side *side, enum side_event event) {
  side->state = side_state_after(side->state, event);
}

void side_connecting(struct side *side) {
  happened(side, SIDE_CONNECT);
}

void side_connected(struct side *side, stream *s, const stream_events *events, void *user) {
  happened(side, SIDE_CONNECTED);
  side->writer.stream = s;
  stream_own(s, events, user);
  stream_keep_alive(s);
}

void side_input_ended(struct side *side, int status) {
  side->reading = false;
  if (status == STREAM_END)
    happened(side, SIDE_INPUT_ENDED);
  else
    side_lost(side);
}

void side_output_failed(struct side *side) {
  happened(side, SIDE_OUTPUT_FAILED);
  writer_discard(&side->writer);
}

void side_lost(struct side *side) {
  happened(side, SIDE_LOST);
  writer_discard(&side->writer);
}

/* ---- Writing ---------------------------------------------------------------------------- */

/* Before there is a connection. */
static int add_all(struct side *side, const dm_span *parts, size_t count) {
  int result = 0;
  for (size_t i = 0; result == 0 && i < count; i++)
    result = writer_add(&side->writer, parts[i]);
  return result;
}

int side_put(struct side *side, dm_span head, dm_span payload) {
  const dm_span parts[] = {head, payload};
  if (side_state_takes(side->state))
    return writer_put(&side->writer, head, payload);
  return side->state == SIDE_CONNECTING ? add_all(side, parts, 2) : 0;
}

int side_write(struct side *side, const dm_span *parts, size_t count) {
  if (side_state_takes(side->state))
    return writer_write(&side->writer, parts, count);
  return side->state == SIDE_CONNECTING ? add_all(side, parts, count) : 0;
}

int side_flush(struct side *side) {
  int result = side_state_takes(side->state) ? writer_flush(&side->writer) : 0;
  return result < 0 ? result : 0;
}

int side_written(struct side *side, int status) {
  writer_written(&side->writer);
  return status;
}

bool side_measure(struct side *side, size_t max) {
  size_t waiting = side_waiting(side);
  if (waiting > max)
    side->above_high_water = true;
  else if (waiting < max / 2)
    side->above_high_water = false;
  return side->above_high_water;
}

/* ---- Reading ---------------------------------------------------------------------------- */

int side_set_reading(struct side *side, bool wanted) {
  wanted = wanted && side_state_sends(side->state);
  if (wanted == side->reading)
    return 0;
  side->reading = wanted;
  if (wanted)
    return stream_read(side->writer.stream);
  stream_pause(side->writer.stream);
  return 0;
}

bool side_hung_up(const struct side *side) {
  return side->writer.stream != NULL && stream_hung_up(side->writer.stream);
}

/* ---- Closing ---------------------------------------------------------------------------- */

void side_close_in_order(struct side *side, closing_streams *closing, dm_duration time) {
  const orderly_limits limits = {.time = time, .pause = DM_NEVER, .bytes = UINT64_MAX};
  if (side_state_takes(side->state))
    orderly_close(closing, &side->writer, side->state == SIDE_END_OF_STREAM, &limits);
  side_close(side);
}

void side_close(struct side *side) {
  stream_close(side->writer.stream);
  writer_discard(&side->writer);
  bytes_free(&side->kept);
  *side = (struct side){.state = SIDE_CLOSED};
}
