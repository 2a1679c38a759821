/* Bytes on their way through the relay: packet by packet, in runs as long as possible.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay/byte_stream.h"

/* What differs between the directions. */
struct dmi_relay_direction {
  dmi_relay_verdict (*judge)(dmi_relay_run *run, const dmi_relay_packet *packet);
  void (*write)(dmi_relay_run *run);
};

static const dmi_relay_direction towards_broker = {dmi_relay_judge_device,
                                                   dmi_relay_write_to_broker};
static const dmi_relay_direction towards_device = {dmi_relay_judge_broker,
                                                   dmi_relay_write_to_device};

/* ---- Writing --------------------------------------------------------------------- */

static dm_span gathered(dmi_relay_run *run) {
  dm_span bytes = dm_bytes(run->bytes.ptr + run->begin, run->at - run->begin);
  run->begin = run->at;
  return bytes;
}

void dmi_relay_write_to_device(dmi_relay_run *run) {
  dm_relay *relay = run->relay;
  if (run->at == run->begin || relay->ended)
    return;
  relay->host->config.to_device(relay->user, gathered(run));
}

void dmi_relay_write_to_broker(dmi_relay_run *run) {
  dm_relay *relay = run->relay;
  if (run->at == run->begin || relay->ended)
    return;
  relay->sent_at = relay->now;
  relay->quiet = false;
  relay->host->config.to_broker(relay->user, gathered(run));
}

void dmi_relay_write(dmi_relay_run *run) {
  run->direction->write(run);
}

/* ---- One packet ------------------------------------------------------------------ */

dmi_relay_verdict dmi_relay_refuse(dmi_relay_run *run, int why) {
  run->result = why;
  return RELAY_REFUSE;
}

static dmi_relay_verdict judge_next(dmi_relay_run *run, size_t *size) {
  dmi_relay_packet packet;
  packet.bytes = dm_bytes(run->bytes.ptr + run->at, run->bytes.len - run->at);
  int result = dm_mqtt_read_header(packet.bytes, &packet.header);
  if (result == DM_MQTT_INCOMPLETE)
    return RELAY_STOP;
  if (result != 0)
    return RELAY_LOST;
  *size = dm_mqtt_packet_size(&packet.header);
  return run->direction->judge(run, &packet);
}

static void lose_track(dmi_relay_run *run) {
  dm_relay *relay = run->relay;
  run->stream->raw = true;
  run->stream->taken_out = false;
  run->at = run->bytes.len;
  if (relay->state != RELAY_NEW)
    dmi_relay_over(relay, NULL);
  dmi_relay_write(run);
}

/* Begins the packet at run->at; false where taking bytes ends. */
static bool begin_packet(dmi_relay_run *run) {
  size_t size = 0;
  dmi_relay_verdict verdict = judge_next(run, &size);
  if (verdict == RELAY_LOST && run->relay->state == RELAY_NEW && run->direction == &towards_broker)
    verdict = dmi_relay_refuse(run, DM_RELAY_NOT_A_CONNECT);
  switch (verdict) {
  case RELAY_PASS:
  case RELAY_TAKE_OUT:
    run->stream->left = (uint32_t)size;
    run->stream->taken_out = verdict == RELAY_TAKE_OUT;
    return true;
  case RELAY_PASSED:
    return true;
  case RELAY_LOST:
    lose_track(run);
    return false;
  case RELAY_STOP:
  case RELAY_REFUSE:
    break;
  }
  return false;
}

/* Goes on with the packet in progress. */
static void continue_packet(dmi_relay_run *run) {
  dmi_relay_stream *stream = run->stream;
  size_t there = run->bytes.len - run->at;
  uint32_t step = there < stream->left ? (uint32_t)there : stream->left;
  stream->left -= step;
  run->at += step;
  if (stream->taken_out)
    run->begin = run->at;
}

/* Injected messages may have waited for this. */
static void end_packet(dmi_relay_run *run) {
  dm_relay *relay = run->relay;
  if (relay->waiting && run->direction == &towards_device) {
    dmi_relay_write_to_device(run);
    if (relay->waiting) {
      relay->waiting = false;
      relay->host->config.between_packets(relay->user);
    }
  }
}

/* ---- All of it ------------------------------------------------------------------- */

static void take_all(dmi_relay_run *run) {
  dmi_relay_stream *stream = run->stream;
  while (run->at < run->bytes.len && !run->relay->ended) {
    if (stream->raw)
      run->at = run->bytes.len;
    else if (stream->left == 0 && !begin_packet(run))
      break;
    continue_packet(run);
    if (stream->left == 0)
      end_packet(run);
  }
  dmi_relay_write(run);
}

/* Room may be made, from inside a callback, for what was just held back. */
static void take_until_held(dmi_relay_run *run) {
  dm_relay *relay = run->relay;
  do {
    relay->resume_due = false;
    relay->held = false;
    take_all(run);
  } while (relay->resume_due);
}

/* What was held back may have been let through, but never from inside the broker's stream. */
static void resume(dm_relay *relay) {
  while (relay->resume_due && !relay->ended && !relay->from_broker.busy) {
    relay->resume_due = false;
    relay->host->config.resume(relay->user);
  }
}

static int take(dm_relay *relay, dmi_relay_stream *stream, const dmi_relay_direction *direction,
                dm_span bytes, dm_time now, size_t *used) {
  *used = 0;
  if (bytes.ptr == NULL && bytes.len != 0)
    return DM_ERROR_INVALID_ARGUMENT;
  if (relay->ended)
    return DM_ERROR_CLOSED;
  if (stream->busy)
    return DM_OK;
  dmi_relay_run run = {.relay = relay, .stream = stream, .direction = direction, .bytes = bytes};
  dmi_relay_enter(relay);
  dmi_relay_set_time(relay, now);
  stream->busy = true;
  if (direction == &towards_device)
    take_until_held(&run);
  else
    take_all(&run);
  *used = run.begin;
  resume(relay);
  stream->busy = false;
  dmi_relay_leave(relay);
  return run.result;
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
