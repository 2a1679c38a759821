/* Bytes from one side of a link to the other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "passing.h"

#include <stdlib.h>

#include "link.h"
#include "upstream.h"

/* What is read at once. */
#define READ_SIZE 131072

/* The most of a PUBLISH that the relay wants in one piece. */
#define PUBLISH_PIECE 65544

/* How long the last bytes of a connection that takes nothing any more may take to come. */
#define LAST_BYTES DM_SECOND

bool stream_buffer_open(struct stream_buffer *buffer, size_t max_connect_size) {
  buffer->kept_max = max_connect_size < PUBLISH_PIECE ? PUBLISH_PIECE : max_connect_size;
  buffer->size = buffer->kept_max + READ_SIZE;
  buffer->data = malloc(buffer->size);
  return buffer->data != NULL;
}

void stream_buffer_close(struct stream_buffer *buffer) {
  free(buffer->data);
  buffer->data = NULL;
}

static struct side *other_side(struct link *link, const struct side *side) {
  return side == &link->device ? &link->broker : &link->device;
}

/* ---- Writing --------------------------------------------------------------------- */

/* A side that cannot be written to may have sent bytes that are still to be read: a reason,
 * above all. */
static void turn_deaf(struct link *link, struct side *side) {
  side->deaf = true;
  outgoing_discard(&side->out);
  if (link->state == LINK_OPEN)
    link_set_deadline(link, LAST_BYTES, "connection lost");
  loop_later(&link->sidecar->service->loop, &link->task);
}

/* What cannot be written now waits for the end of the turn. */
static void after_writing(struct link *link, struct side *side, int result) {
  if (result < 0)
    turn_deaf(link, side);
  else if (side->out.gathered.len != 0)
    loop_later(&link->sidecar->service->loop, &link->task);
}

/* Before the connection is there, everything is gathered. */
static int gather_all(struct side *to, const dm_span *parts, size_t count) {
  int result = 0;
  for (size_t i = 0; result == 0 && i < count; i++)
    result = outgoing_gather(&to->out, parts[i]);
  return result;
}

/* Writes the parts that were put off. */
static void write_parts(struct link *link, struct stream_buffer *buffer) {
  struct side *to = buffer->to;
  size_t count = buffer->count;
  if (count == 0)
    return;
  buffer->count = 0;
  if (to == &link->broker)
    link->acknowledgement_due = false;
  after_writing(link, to,
                to->ready ? outgoing_write(&to->out, buffer->parts, count)
                          : gather_all(to, buffer->parts, count));
}

void stream_add(struct link *link, struct side *to, dm_span head, dm_span payload) {
  struct stream_buffer *buffer = &link->sidecar->buffer;
  const dm_span parts[] = {head, payload};
  if (to->deaf)
    return;
  if (buffer->to == to)
    write_parts(link, buffer);
  after_writing(link, to,
                to->ready ? outgoing_take(&to->out, head, payload) : gather_all(to, parts, 2));
}

/* Whether a run lies in what is just being passed on. */
static bool lies_within(dm_span run, dm_span input) {
  uintptr_t begin = (uintptr_t)run.ptr;
  return begin >= (uintptr_t)input.ptr && begin < (uintptr_t)input.ptr + input.len;
}

static void pass_on(struct link *link, struct side *to, dm_span run) {
  struct stream_buffer *buffer = &link->sidecar->buffer;
  if (to->deaf)
    return;
  if (buffer->to != to || !lies_within(run, buffer->input)) {
    stream_add(link, to, run, dm_text(""));
    return;
  }
  if (buffer->count == OUTGOING_PARTS_MAX)
    write_parts(link, buffer);
  buffer->parts[buffer->count++] = run;
}

static void on_written(outgoing *out, int status) {
  struct link *link = out->channel->socket.data;
  struct side *side = out == &link->device.out ? &link->device : &link->broker;
  if (uv_is_closing((uv_handle_t *)&out->channel->socket))
    return;
  if (status < 0)
    turn_deaf(link, side);
  else
    loop_later(&link->sidecar->service->loop, &link->task);
}

static void flush_side(struct link *link, struct side *side) {
  if (side->ready && !side->deaf && outgoing_flush(&side->out) < 0)
    turn_deaf(link, side);
}

void stream_flush(struct link *link) {
  flush_side(link, &link->device);
  flush_side(link, &link->broker);
}

/* ---- The relay's callbacks --------------------------------------------------------- */

void stream_to_device(void *user, dm_span run) {
  struct link *link = user;
  pass_on(link, &link->device, run);
}

void stream_to_broker(void *user, dm_span run) {
  struct link *link = user;
  if (!link->broker.handle && !link->broker.deaf && link->upstream == NULL)
    upstream_open(link);
  pass_on(link, &link->broker, run);
}

void stream_between_packets(void *user) {
  struct link *link = user;
  stream_add(link, &link->device, bytes_span(&link->waiting), dm_text(""));
  bytes_free(&link->waiting);
}

void stream_may_resume(void *user) {
  struct link *link = user;
  link->resume = true;
  loop_later(&link->sidecar->service->loop, &link->task);
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
  struct stream_buffer *buffer = &link->sidecar->buffer;
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
  stream_regulate(link);
  link_schedule(link);
}

void stream_resume(struct link *link) {
  link->resume = false;
  if (link->state == LINK_OPEN && link->broker.kept.len != 0)
    pass(link, &link->broker, bytes_span(&link->broker.kept));
}

static struct side *side_of(const uv_handle_t *socket) {
  struct link *link = socket->data;
  return socket == (uv_handle_t *)&link->device.channel.socket ? &link->device : &link->broker;
}

/* What was kept goes in front of what will be read. */
static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
  (void)suggested;
  struct link *link = handle->data;
  struct stream_buffer *buffer = &link->sidecar->buffer;
  const struct side *side = side_of(handle);
  if (side->kept.len != 0)
    memcpy(buffer->data, side->kept.data, side->kept.len);
  *out = uv_buf_init(buffer->data + side->kept.len, READ_SIZE);
}

static const char *why_device_left(const struct link *link) {
  const char *refused = channel_problem(&link->device.channel);
  if (link->disconnected)
    return "disconnected";
  return refused == NULL ? "connection lost" : refused;
}

static void read_end(struct link *link, struct side *side, bool in_order) {
  side->ended = true;
  side->reading = false;
  channel_read_stop(&side->channel);
  if (!in_order) {
    side->deaf = true;
    outgoing_discard(&side->out);
  }
  if (side == &link->broker)
    link_end(link, "the broker closed the connection");
  else
    link_end(link, why_device_left(link));
  loop_later(&link->sidecar->service->loop, &link->task);
}

static void on_read(uv_stream_t *from, ssize_t len, const uv_buf_t *read) {
  struct link *link = from->data;
  struct side *side = side_of((uv_handle_t *)from);
  if (len < 0) {
    read_end(link, side, len == UV_EOF);
  } else if (len > 0 && link->state == LINK_OPEN && link->failure == NULL) {
    pass(link, side, dm_bytes(read->base - side->kept.len, side->kept.len + (size_t)len));
    if (side == &link->broker)
      link->acknowledgement_due = true;
  }
}

/* ---- Stopping and going on --------------------------------------------------------------- */

/* Whether `from` is to be read from. What the relay holds back is not added to, and what
 * comes when the link is ending is thrown away, up to the end of it. */
static bool wants_reading(const struct link *link, const struct side *from, const struct side *to) {
  if (!from->ready || from->ended)
    return false;
  return link->state != LINK_OPEN || (!to->full && from->kept.len < link->sidecar->buffer.kept_max);
}

static void regulate_reading(struct link *link, struct side *from, const struct side *to) {
  bool wanted = wants_reading(link, from, to);
  if (wanted == from->reading)
    return;
  from->reading = wanted;
  if (!wanted)
    channel_read_stop(&from->channel);
  else if (channel_read_start(&from->channel, on_buffer, on_read) != 0)
    link_fail(link, "connection lost");
}

static void measure(struct link *link, struct side *to) {
  size_t max = link->sidecar->settings->max_output_bytes;
  size_t waiting = outgoing_waiting(&to->out);
  if (!to->full && waiting > max) {
    to->full = true;
    link_watch(link);
  } else if (to->full && waiting < max / 2) {
    to->full = false;
  }
}

void stream_regulate(struct link *link) {
  if (link->state == LINK_CLOSED)
    return;
  measure(link, &link->device);
  measure(link, &link->broker);
  regulate_reading(link, &link->device, &link->broker);
  regulate_reading(link, &link->broker, &link->device);
}

bool stream_is_full(const struct link *link) {
  return link->device.full || link->broker.full;
}

bool stream_is_abandoned(const struct link *link) {
  return (link->device.full && link->broker.ready && tcp_hung_up(&link->broker.channel.socket)) ||
         (link->broker.full && link->device.ready && tcp_hung_up(&link->device.channel.socket));
}

bool stream_takes_message(const struct link *link) {
  size_t waiting = outgoing_waiting(&link->device.out) + link->waiting.len;
  return !link->device.full && waiting < link->sidecar->settings->max_output_bytes;
}

void stream_start(struct link *link, struct side *side) {
  side->ready = true;
  stream_regulate(link);
  loop_later(&link->sidecar->service->loop, &link->task);
}

void stream_open(struct link *link, struct side *side) {
  side->channel.socket.data = link;
  side->handle = true;
  side->out.channel = &side->channel;
  side->out.written = on_written;
  link->open_handles++;
}
