/* Messages are injected: whether the relay takes them, and what it makes of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_inject.h"

static int expected_refusal(const dmi_relay_run *r, const dm_mqtt_packet *publish) {
  dm_mqtt_packet sized = *publish;
  size_t size;
  sized.packet_id = 1;
  if (r->model.state == UNFOLLOWED)
    return DM_RELAY_UNFOLLOWED;
  if (r->model.state != OPEN)
    return DM_RELAY_NOT_CONNECTED;
  check(dm_mqtt_encoded_size(r->model.level, &sized, &size) == DM_OK);
  if (r->model.maximum_packet_size != 0 && size > r->model.maximum_packet_size)
    return DM_RELAY_PACKET_TOO_LARGE;
  if (publish->publish.qos == 1 && (r->model.count >= r->config.max_unacknowledged ||
                                    r->model.sent + r->model.count >= r->model.receive_maximum))
    return DM_RELAY_WINDOW_FULL;
  return DM_OK;
}

/* Something of the broker's is kept back, or was when it was looked at last. */
static bool broker_waits(const dmi_relay_run *r) {
  return model_given(&r->model.sides[BROKER]) > r->model.sides[BROKER].seen;
}

/* The relay may have seen the beginning of the broker's DISCONNECT. */
static bool broker_may_leave(const dmi_relay_run *r) {
  const side *s = &r->model.sides[BROKER];
  packet p;
  return s->len > 0 && s->left == 0 && s->skip == 0 && !s->raw &&
         model_see(&r->model, BROKER, &p) == PARTLY && p.header.type == DM_MQTT_DISCONNECT;
}

void run_inject(dmi_relay_run *r, uint8_t how) {
  dm_mqtt_packet publish = {.type = DM_MQTT_PUBLISH};
  char head[64];
  size_t len = 0;
  publish.publish.qos = how & 1;
  publish.publish.topic = dm_text("direct");
  publish.publish.payload = dm_bytes(head, (how >> 1) % 64);
  if ((how & 0x80) != 0) {
    publish.properties.content_type = dm_text("text");
    dm_mqtt_set(&publish.properties, DM_MQTT_CONTENT_TYPE);
  }
  int expected = expected_refusal(r, &publish);
  int result = dm_relay_inject(r->relay, &publish, r->messages + 1, head, sizeof head, &len);
  if (result < 0) {
    bool own_reason = result == DM_RELAY_WINDOW_FULL && publish.publish.qos == 1 &&
                      (broker_waits(r) || r->model.approximate);
    bool leaves = result == DM_RELAY_NOT_CONNECTED && broker_may_leave(r);
    check(result == expected || own_reason || leaves);
    return;
  }
  check(expected == DM_OK || (r->model.approximate && expected == DM_RELAY_WINDOW_FULL));
  bool inside = r->model.sides[BROKER].left > 0 || r->model.waiting > 0;
  check(result == (inside ? DM_RELAY_WAIT : DM_OK));
  check(!r->model.sides[BROKER].raw);
  r->model.waiting += result == DM_RELAY_WAIT;
  dm_mqtt_header header;
  check(dm_mqtt_read_header(0, dm_bytes(head, len), &header) == 0);
  check(header.flags == publish.publish.qos << 1);
  check(dm_mqtt_packet_size(&header) == len + publish.publish.payload.len);
  if (publish.publish.qos == 0)
    return;
  const uint8_t *at = (const uint8_t *)head + header.length + 2 + 6;
  unsigned id = (unsigned)at[0] << 8 | at[1];
  check(id != 0 && !model_injected(&r->model, id));
  check(r->model.approximate || r->model.brokers[id] == 0);
  r->model.injected[r->model.count].id = (uint16_t)id;
  r->model.injected[r->model.count].message = ++r->messages;
  r->model.count++;
}
