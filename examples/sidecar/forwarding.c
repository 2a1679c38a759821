/* Bytes from one side of a link to the other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "forwarding.h"

/* How long the last bytes of a connection that takes nothing any more may take to come. */
#define LAST_BYTES DM_SECOND

static const char connection_lost[] = "connection lost";

static struct side *other_side(struct link *link, const struct side *side) {
  return side == &link->device ? &link->broker : &link->device;
}

/* ---- Writing --------------------------------------------------------------------- */

/* A side that cannot be written to may have sent bytes that are still to be read: a reason,
 * above all. */
static void output_failed(struct link *link, struct side *side) {
  side_output_failed(side);
  if (link->state == LINK_OPEN)
    link_set_deadline(link, LAST_BYTES, connection_lost);
  link_mark(link);
}

/* What cannot be written now waits for the end of the turn. */
static void after_writing(struct link *link, struct side *side, int result) {
  if (result < 0)
    output_failed(link, side);
  else if (side_waiting(side) != 0)
    link_mark(link);
}

/* Writes the parts that were put off. */
static void write_parts(struct link *link, struct forward_buffer *buffer) {
  struct side *to = buffer->to;
  size_t count = buffer->count;
  if (count == 0)
    return;
  buffer->count = 0;
  if (to == &link->broker)
    link->acknowledgement_due = false;
  after_writing(link, to, side_write(to, buffer->parts, count));
}

void forwarding_put(struct link *link, struct side *to, dm_span head, dm_span payload) {
  struct forward_buffer *buffer = &link->sidecar->buffer;
  if (buffer->to == to)
    write_parts(link, buffer);
  after_writing(link, to, side_put(to, head, payload));
}

static void pass_on(struct link *link, struct side *to, dm_span run) {
  struct forward_buffer *buffer = &link->sidecar->buffer;
  if (!forward_buffer_holds(buffer, to, run)) {
    forwarding_put(link, to, run, dm_text(""));
    return;
  }
  if (buffer->count == WRITER_PARTS_MAX)
    write_parts(link, buffer);
  buffer->parts[buffer->count++] = run;
}

static void on_written(struct link *link, struct side *side, int status) {
  if (side_written(side, status) < 0)
    output_failed(link, side);
  else
    link_mark(link);
}

static void flush_side(struct link *link, struct side *side) {
  if (side_flush(side) < 0)
    output_failed(link, side);
}

void forwarding_flush(struct link *link) {
  flush_side(link, &link->device);
  flush_side(link, &link->broker);
}

/* ---- The relay's callbacks --------------------------------------------------------- */

void forwarding_to_device(void *user, dm_span run) {
  struct link *link = user;
  pass_on(link, &link->device, run);
}

void forwarding_to_broker(void *user, dm_span run) {
  struct link *link = user;
  pass_on(link, &link->broker, run);
}

void forwarding_between_packets(void *user) {
  struct link *link = user;
  forwarding_put(link, &link->device, bytes_span(&link->waiting), dm_text(""));
  bytes_free(&link->waiting);
}

void forwarding_may_resume(void *user) {
  struct link *link = user;
  link->resume = true;
  link_mark(link);
}

/* ---- Reading ------------------------------------------------------------------------- */

/* Keeps what the relay did not use of `input`. */
static void keep_rest(struct link *link, struct side *from, dm_span input, size_t used) {
  if (input.ptr == from->kept.data) {
    bytes_consume(&from->kept, used);
  } else {
    from->kept.len = 0;
    if (!bytes_append(&from->kept, dm_bytes(input.ptr + used, input.len - used)))
      link_fail(link, "out of memory");
  }
  if (from->kept.len == 0)
    bytes_free(&from->kept);
}

/* Sends bytes through the relay. */
static void pass(struct link *link, struct side *from, dm_span input) {
  struct forward_buffer *buffer = &link->sidecar->buffer;
  dm_time now = sidecar_now(link->sidecar);
  size_t used;
  buffer->to = other_side(link, from);
  buffer->input = input;
  int result = from == &link->device ? dm_relay_from_device(link->relay, input, now, &used)
                                     : dm_relay_from_broker(link->relay, input, now, &used);
  write_parts(link, buffer);
  buffer->to = NULL;
  keep_rest(link, from, input, used);
  if (result < 0)
    link_fail(link, dm_relay_strerror(result));
  forwarding_regulate(link);
  link_schedule(link);
}

void forwarding_resume(struct link *link) {
  bool due = link->resume;
  link->resume = false;
  if (due && link->broker.kept.len != 0)
    pass(link, &link->broker, bytes_span(&link->broker.kept));
}

/* What was kept lies in front of what was read. */
static void on_read(struct link *link, struct side *side, const char *data, size_t len) {
  size_t kept = side->kept.len;
  if (link_alive(link))
    pass(link, side, dm_bytes(data - kept, kept + len));
}

/* ---- What the streams tell ------------------------------------------------------------- */

static stream_room device_room(void *user) {
  struct link *link = user;
  return forward_buffer_room(&link->sidecar->buffer, bytes_span(&link->device.kept));
}

static stream_room broker_room(void *user) {
  struct link *link = user;
  return forward_buffer_room(&link->sidecar->buffer, bytes_span(&link->broker.kept));
}

static void on_device_read(void *user, char *data, size_t len) {
  struct link *link = user;
  on_read(link, &link->device, data, len);
}

static void on_broker_read(void *user, char *data, size_t len) {
  struct link *link = user;
  on_read(link, &link->broker, data, len);
  link->acknowledgement_due = true;
}

static const char *why_device_left(const struct link *link) {
  stream_tls tls;
  if (link->disconnected)
    return "disconnected";
  stream_describe_tls(link->device.writer.stream, &tls);
  return tls.problem == NULL ? connection_lost : tls.problem;
}

static void on_device_ended(void *user, int status) {
  struct link *link = user;
  side_input_ended(&link->device, status);
  link_fail(link, why_device_left(link));
}

static void on_broker_ended(void *user, int status) {
  struct link *link = user;
  side_input_ended(&link->broker, status);
  link_fail(link, "the broker closed the connection");
}

static void on_device_written(void *user, int status) {
  struct link *link = user;
  on_written(link, &link->device, status);
}

static void on_broker_written(void *user, int status) {
  struct link *link = user;
  on_written(link, &link->broker, status);
}

const stream_events forwarding_device_events = {.room = device_room,
                                                .read = on_device_read,
                                                .ended = on_device_ended,
                                                .written = on_device_written};
const stream_events forwarding_broker_events = {.room = broker_room,
                                                .read = on_broker_read,
                                                .ended = on_broker_ended,
                                                .written = on_broker_written};

/* ---- Stopping and going on --------------------------------------------------------------- */

/* What the relay holds back is not added to. */
static void regulate_reading(struct link *link, struct side *from, const struct side *to) {
  bool wanted = !to->above_high_water && from->kept.len < link->sidecar->buffer.kept_max;
  if (side_set_reading(from, wanted) != 0)
    link_fail(link, connection_lost);
}

void forwarding_regulate(struct link *link) {
  size_t max = link->sidecar->settings->max_output_bytes;
  bool device = side_measure(&link->device, max);
  bool broker = side_measure(&link->broker, max);
  if (device || broker)
    link_watch(link);
  regulate_reading(link, &link->device, &link->broker);
  regulate_reading(link, &link->broker, &link->device);
}

bool forwarding_is_abandoned(const struct link *link) {
  return (link->device.above_high_water && side_hung_up(&link->broker)) ||
         (link->broker.above_high_water && side_hung_up(&link->device));
}

bool forwarding_takes_message(const struct link *link) {
  size_t waiting = side_waiting(&link->device) + link->waiting.len;
  return !link->device.above_high_water && waiting < link->sidecar->settings->max_output_bytes;
}
