/* The host of the relay.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_peer.h"

#include "relay_inject.h"
#include "relay_packets.h"

/* What a callback does, once. */
static void act(dmi_relay_run *r) {
  uint8_t hook = r->hook;
  r->hook = 0;
  switch (hook & 7) {
  case 1:
  case 2:
    run_inject(r, hook >> 3);
    break;
  case 3:
    run_inject(r, 1);
    run_inject(r, 0);
    run_inject(r, 1);
    break;
  case 4:
    if (r->model.count > 0)
      packets_puback(r, r->model.injected[hook % r->model.count].id, 0);
    break;
  case 5:
    run_send(r, DEVICE, dm_bytes("\xC0", 2), false);
    break;
  case 6:
    run_send(r, BROKER, dm_bytes("\xD0", 2), false);
    break;
  case 7:
    if (hook > 0xE0)
      run_free(r);
    else if (hook > 0xC0)
      run_end(r);
    else if (hook > 0x80)
      run_send(r, DEVICE, dm_bytes("\xE0", 2), false);
    else
      r->hook = hook >> 3; /* the next one */
    break;
  default:
    break;
  }
}

static bool lies_in(dm_span run, dm_span input) {
  return input.ptr != NULL && (uintptr_t)run.ptr >= (uintptr_t)input.ptr &&
         (uintptr_t)run.ptr < (uintptr_t)input.ptr + input.len;
}

static void to_device(void *user, dm_span bytes) {
  dmi_relay_run *r = user;
  if (!lies_in(bytes, r->model.sides[BROKER].input)) { /* because of a PUBREC */
    check(r->model.level == 5 && bytes.len == 3 && memcmp(bytes.ptr, "\xE0\1\x82", 3) == 0);
    act(r);
    return;
  }
  model_pass(&r->model, BROKER, bytes);
  act(r);
}

bool host_ping_due(const dmi_relay_run *r) {
  return model_follows(&r->model) && r->quiet && r->model.keep_alive != 0 &&
         r->now - r->sent_at >= r->model.keep_alive * DM_SECOND / 2;
}

static void check_ping(dmi_relay_run *r) {
  const side *s = &r->model.sides[DEVICE];
  if (s->busy)
    model_skip(&r->model, DEVICE, model_given(s));
  check(!r->model.ended && s->left == 0 && s->skip == 0 && !s->raw);
  check(model_follows(&r->model));
  if (!r->quiet && s->busy && model_leave(&r->model))
    r->quiet = r->answered = true;
  check(host_ping_due(r) && r->model.ping_last < PINGS);
  r->model.pings[r->model.ping_last++] = true;
}

static void to_broker(void *user, dm_span bytes) {
  dmi_relay_run *r = user;
  if (lies_in(bytes, r->model.sides[DEVICE].input)) {
    model_pass(&r->model, DEVICE, bytes);
    if (r->model.sides[DEVICE].left == 0 && !r->model.sides[DEVICE].raw && r->model.state != NEW)
      model_leave(&r->model);
  } else {
    check(bytes.len == 2 && memcmp(bytes.ptr, "\xC0", 2) == 0);
    check_ping(r);
  }
  r->sent_at = r->now;
  r->quiet = false;
  act(r);
}

static void between_packets(void *user) {
  dmi_relay_run *r = user;
  check(!r->model.ended && r->model.waiting > 0 && r->model.sides[BROKER].left == 0);
  r->model.waiting = 0;
  act(r);
}

static void resume(void *user) {
  dmi_relay_run *r = user;
  check(!r->model.ended && !r->model.sides[BROKER].busy);
  act(r);
  run_give(r, BROKER);
}

static void connected(void *user, const dm_relay_connection *connection) {
  dmi_relay_run *r = user;
  check(r->model.state == CONNECTING && r->connected == 0);
  check(connection->protocol_level == r->model.level &&
        connection->keep_alive == r->model.keep_alive);
  check(connection->receive_maximum == r->model.receive_maximum);
  check(connection->maximum_packet_size == r->model.maximum_packet_size);
  check(connection->connack->type == DM_MQTT_CONNACK && connection->connack->reason_code == 0);
  for (size_t i = 0; i < connection->connect->connect.password.len; i++)
    check(connection->connect->connect.password.ptr[i] == 0);
  r->connected++;
  r->model.state = OPEN;
  act(r);
}

static void acknowledged(void *user, uint64_t message, uint8_t reason_code) {
  dmi_relay_run *r = user;
  side *s = &r->model.sides[DEVICE];
  packet p;
  model_skip(&r->model, DEVICE, model_given(s));
  check(model_connected(&r->model) && !r->model.ended && s->left == 0 && s->skip == 0 && !s->raw);
  check(model_see(&r->model, DEVICE, &p) == VISIBLE);
  if (p.header.type == DM_MQTT_PUBREC) {
    check(reason_code == DM_MQTT_PROTOCOL_ERROR);
    model_reject(&r->model, &p, message);
    act(r);
    return;
  }
  check(p.header.type == DM_MQTT_PUBACK);
  check(model_leave(&r->model) && r->model.leaving.id == p.id &&
        r->model.leaving.message == message);
  check(p.reason == reason_code);
  r->model.leaving.id = 0;
  s->skip = p.size;
  r->quiet = !r->answered && model_follows(&r->model);
  r->answered = false;
  act(r);
}

/* What was not read of a device that was accepted, or can no longer be followed. */
static void unfollowed(void *user, dm_span client_id, const char *why) {
  dmi_relay_run *r = user;
  check(why != NULL && (r->model.state == CONNECTING || model_follows(&r->model)));
  check(r->model.state == CONNECTING || client_id.len == 0);
  r->connected += r->model.state == CONNECTING;
  r->model.state = UNFOLLOWED;
  r->quiet = false;
  act(r);
}

static void disconnected(void *user, const dm_mqtt_packet *disconnect) {
  dmi_relay_run *r = user;
  check(model_connected(&r->model) && r->disconnected == 0);
  check(disconnect == NULL || disconnect->type == DM_MQTT_DISCONNECT);
  r->disconnected++;
  r->model.state = OVER;
  r->model.waiting = 0;
  r->quiet = false;
  act(r);
}

/* What was passed on is reported. */
static void report(dmi_relay_run *r, int from) {
  const side *s = &r->model.sides[from];
  check(s->busy && s->left == 0 && !s->raw && !r->model.ended && r->model.state != OVER);
  act(r);
}

static void subscription(void *user, const dm_mqtt_packet *told) {
  bool asks = told->type == DM_MQTT_SUBSCRIBE || told->type == DM_MQTT_UNSUBSCRIBE;
  check(asks || told->type == DM_MQTT_SUBACK || told->type == DM_MQTT_UNSUBACK);
  check(told->packet_id != 0);
  report(user, asks ? DEVICE : BROKER);
}

static void dismissed(void *user, const dm_mqtt_packet *disconnect) {
  dmi_relay_run *r = user;
  check(disconnect->type == DM_MQTT_DISCONNECT && r->model.state != OPEN);
  report(r, BROKER);
}

void host_callbacks(dm_relay_config *config) {
  config->to_device = to_device;
  config->to_broker = to_broker;
  config->between_packets = between_packets;
  config->resume = resume;
  config->connected = connected;
  config->acknowledged = acknowledged;
  config->disconnected = disconnected;
  config->subscription = subscription;
  config->dismissed = dismissed;
  config->unfollowed = unfollowed;
}
