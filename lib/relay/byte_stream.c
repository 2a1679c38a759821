/* Bytes on their way through the relay: packet by packet, in runs as long as possible.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/from_broker.h"
#include "relay/from_device.h"
#include "relay/unfollowed.h"

typedef struct direction direction;

/* What was given at once. */
typedef struct run {
  dm_relay *relay;
  dmi_relay_stream *stream;
  const direction *direction;
  dm_span bytes;
  size_t begin; /* everything before was passed on or taken out */
  size_t at;    /* everything from `begin` to here is to be passed on */
  int result;
} run;

/* What differs between the directions. */
struct direction {
  const char *garbage; /* what is said where it cannot be followed */
  dmi_relay_verdict (*judge)(dm_relay *relay, const dmi_relay_packet *packet);
  void (*tell)(dm_relay *relay, const dmi_relay_packet *packet);
  void (*write)(run *r);
};

static void write_to_broker(run *r);
static void write_to_device(run *r);

static const direction towards_broker = {"The device has sent what is not MQTT",
                                         dmi_relay_judge_device, dmi_relay_tell_device,
                                         write_to_broker};
static const direction towards_device = {"The broker has sent what is not MQTT",
                                         dmi_relay_judge_broker, dmi_relay_tell_broker,
                                         write_to_device};

/* ---- Writing --------------------------------------------------------------------- */

/* What is to be passed on, which from now on was. */
static dm_span take_unwritten(run *r) {
  dm_span bytes = dm_bytes(r->bytes.ptr + r->begin, r->at - r->begin);
  r->begin = r->at;
  return bytes;
}

static void write_to_device(run *r) {
  dm_relay *relay = r->relay;
  if (r->at == r->begin || relay->ended)
    return;
  relay->host->config.to_device(relay->user, take_unwritten(r));
}

static void write_to_broker(run *r) {
  dm_relay *relay = r->relay;
  if (r->at == r->begin || relay->ended)
    return;
  relay->sent_at = relay->now;
  relay->quiet = false;
  relay->host->config.to_broker(relay->user, take_unwritten(r));
}

/* ---- One packet ------------------------------------------------------------------ */

/* What becomes of the packet at r->at. */
static dmi_relay_verdict judge_next(const run *r, dmi_relay_packet *packet) {
  packet->bytes = dm_bytes(r->bytes.ptr + r->at, r->bytes.len - r->at);
  int result = dm_mqtt_read_header(0, packet->bytes, &packet->header);
  if (result == 0)
    return r->direction->judge(r->relay, packet);
  if (result == DM_MQTT_INCOMPLETE)
    return RELAY_STOP;
  if (r->relay->state == RELAY_NEW && r->direction == &towards_broker)
    return RELAY_NOT_A_CONNECT;
  return RELAY_LOST;
}

static void lose_track(run *r) {
  r->stream->raw = true;
  r->stream->taken_out = false;
  r->at = r->bytes.len;
  dmi_relay_lose_track(r->relay, r->direction->garbage);
  r->direction->write(r);
}

/* Passes on a packet that is whole, then tells of it. */
static void pass_and_tell(run *r, const dmi_relay_packet *packet) {
  r->at += dm_mqtt_packet_size(&packet->header);
  r->direction->write(r);
  r->direction->tell(r->relay, packet);
}

static void follow_packet(run *r, const dmi_relay_packet *packet, bool taken_out) {
  r->stream->left = (uint32_t)dm_mqtt_packet_size(&packet->header);
  r->stream->taken_out = taken_out;
}

static void take_out(run *r, const dmi_relay_packet *packet) {
  r->direction->write(r);
  r->direction->tell(r->relay, packet);
  follow_packet(r, packet, true);
}

/* Begins the packet at r->at; false where taking bytes ends. */
static bool begin_packet(run *r) {
  dmi_relay_packet packet;
  dmi_relay_verdict verdict = judge_next(r, &packet);
  switch (verdict) {
  case RELAY_PASS:
    follow_packet(r, &packet, false);
    return true;
  case RELAY_PASS_AND_TELL:
    pass_and_tell(r, &packet);
    return true;
  case RELAY_TAKE_OUT:
    take_out(r, &packet);
    return true;
  case RELAY_STOP:
    break;
  case RELAY_LOST:
    lose_track(r);
    break;
  case RELAY_PROTOCOL_ERROR:
    r->direction->write(r);
    r->direction->tell(r->relay, &packet);
    r->result = (int)verdict;
    break;
  case RELAY_NOT_A_CONNECT:
  case RELAY_CONNECT_TOO_LARGE:
  case RELAY_NO_MEMORY:
    r->result = (int)verdict;
    break;
  }
  return false;
}

/* Goes on with the packet in progress. */
static void continue_packet(run *r) {
  dmi_relay_stream *stream = r->stream;
  size_t there = r->bytes.len - r->at;
  uint32_t step = there < stream->left ? (uint32_t)there : stream->left;
  stream->left -= step;
  r->at += step;
  if (stream->taken_out)
    r->begin = r->at;
}

/* Injected messages may have waited for this. */
static void end_packet(run *r) {
  dm_relay *relay = r->relay;
  if (relay->waiting && r->direction == &towards_device) {
    write_to_device(r);
    if (relay->waiting) {
      relay->waiting = false;
      relay->host->config.between_packets(relay->user);
    }
  }
}

/* ---- All of it ------------------------------------------------------------------- */

static void take_all(run *r) {
  dmi_relay_stream *stream = r->stream;
  while (r->at < r->bytes.len && !r->relay->ended) {
    if (stream->raw)
      r->at = r->bytes.len;
    else if (stream->left == 0 && !begin_packet(r))
      break;
    continue_packet(r);
    if (stream->left == 0)
      end_packet(r);
  }
  r->direction->write(r);
}

/* Room may be made, from inside a callback, for what was just held back. */
static void take_until_held(run *r) {
  dm_relay *relay = r->relay;
  do {
    relay->resume_due = false;
    relay->held = false;
    take_all(r);
  } while (relay->resume_due);
}

/* What was held back may have been let through, but never from inside the broker's stream. */
static void resume(dm_relay *relay) {
  while (relay->resume_due && !relay->ended && !relay->from_broker.busy) {
    relay->resume_due = false;
    relay->host->config.resume(relay->user);
  }
}

static int take(dm_relay *relay, dmi_relay_stream *stream, const direction *way, dm_span bytes,
                dm_time now, size_t *used) {
  *used = 0;
  if (bytes.ptr == NULL && bytes.len != 0)
    return DM_ERROR_INVALID_ARGUMENT;
  if (relay->ended)
    return DM_ERROR_CLOSED;
  if (stream->busy)
    return DM_OK;
  run r = {.relay = relay, .stream = stream, .direction = way, .bytes = bytes};
  dmi_relay_enter(relay);
  dmi_relay_set_time(relay, now);
  stream->busy = true;
  if (way == &towards_device)
    take_until_held(&r);
  else
    take_all(&r);
  *used = r.begin;
  resume(relay);
  stream->busy = false;
  dmi_relay_leave(relay);
  return r.result;
}

int dm_relay_from_device(dm_relay *relay, dm_span bytes, dm_time now, size_t *used) {
  if (relay == NULL || used == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  return take(relay, &relay->from_device, &towards_broker, bytes, now, used);
}

int dm_relay_from_broker(dm_relay *relay, dm_span bytes, dm_time now, size_t *used) {
  if (relay == NULL || used == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  return take(relay, &relay->from_broker, &towards_device, bytes, now, used);
}
