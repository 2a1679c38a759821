/* Fuzzes the relay. The input is a script: four bytes that set up the connection, then steps,
 * in which device and broker send packets and rubbish, cut anywhere, and messages are injected,
 * from inside of callbacks too. A model follows every byte, and every callback must come when
 * it may.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct fuzz {
  const uint8_t *data;
  size_t size;

  dm_relay *relay;
  dm_relay_config config;
  dm_memory memory;
  bool refuse; /* the next allocation */
  bool freed;
  dm_time now;

  relay_model model;
  unsigned connected, disconnected;
  uint64_t messages; /* injected so far */

  dm_time sent_at;
  bool quiet;    /* a PUBACK was taken out since */
  bool answered; /* and its PINGREQ came first */

  uint8_t hook; /* what the next callback does */
} fuzz;

static uint8_t next(fuzz *f) {
  if (f->size == 0)
    return 0;
  f->size--;
  return *f->data++;
}

/* ---- The host ------------------------------------------------------------------------------ */

static void *resize(void *user, void *old, size_t size) {
  fuzz *f = user;
  if (size == 0) {
    free(old);
    return NULL;
  }
  if (f->refuse) {
    f->refuse = false;
    return NULL;
  }
  return realloc(old, size);
}

static void give(fuzz *f, int from) {
  side *s = &f->model.sides[from];
  if (s->busy || f->model.ended) {
    s->again = true;
    return;
  }
  do {
    s->again = false;
    size_t len = model_given(s);
    char *copy = malloc(len == 0 ? 1 : len);
    check(copy != NULL);
    if (len > 0)
      memcpy(copy, s->bytes, len);
    s->seen = 0;
    s->busy = true;
    s->input = dm_bytes(copy, len);
    size_t used = SIZE_MAX;
    int result = (from == DEVICE ? dm_relay_from_device : dm_relay_from_broker)(f->relay, s->input,
                                                                                f->now, &used);
    s->input = dm_bytes(NULL, 0);
    s->busy = false;
    free(copy);
    check(used <= len);
    model_skip(&f->model, from, used);
    check(s->seen == used);
    if (used > 0)
      memmove(s->bytes, s->bytes + used, s->len - used);
    s->len -= used;
    s->seen = 0;
    if (result == DM_RELAY_NOT_A_CONNECT || result == DM_RELAY_CONNECT_TOO_LARGE) {
      check(from == DEVICE && f->model.state == NEW && used == 0);
      f->model.ended = true;
      dm_relay_end(f->relay);
    }
    check(result == DM_OK || from == DEVICE);
    s->again = s->again || result == DM_ERROR_NO_MEMORY;
  } while (s->again && !f->model.ended);
  model_check_kept(&f->model, from);
}

static size_t put_two(char *at, unsigned value) {
  at[0] = (char)(value >> 8);
  at[1] = (char)value;
  return 2;
}

/* The next of what was sent arrives. */
static void arrive(fuzz *f, int from, size_t count) {
  side *s = &f->model.sides[from];
  s->fresh -= count < s->fresh ? count : s->fresh;
  give(f, from);
}

static void send(fuzz *f, int from, dm_span bytes, bool cut) {
  side *s = &f->model.sides[from];
  s->bytes = realloc(s->bytes, s->len + bytes.len + 1);
  check(s->bytes != NULL);
  if (bytes.len > 0)
    memcpy(s->bytes + s->len, bytes.ptr, bytes.len);
  s->len += bytes.len;
  s->fresh += bytes.len;
  while (s->fresh > 0 && !s->corked && !f->model.ended)
    arrive(f, from, cut ? 1U + next(f) : s->fresh);
}

static int expected_refusal(const fuzz *f, const dm_mqtt_packet *publish) {
  dm_mqtt_packet sized = *publish;
  size_t size;
  sized.packet_id = 1;
  if (f->model.state != OPEN)
    return DM_RELAY_NOT_CONNECTED;
  check(dm_mqtt_encoded_size(f->model.level, &sized, &size) == DM_OK);
  if (f->model.maximum_packet_size != 0 && size > f->model.maximum_packet_size)
    return DM_RELAY_PACKET_TOO_LARGE;
  if (publish->publish.qos == 1 && (f->model.count >= f->config.max_unacknowledged ||
                                    f->model.sent + f->model.count >= f->model.receive_maximum))
    return DM_RELAY_WINDOW_FULL;
  return DM_OK;
}

/* Something of the broker's is kept back, or was when it was looked at last. */
static bool broker_waits(const fuzz *f) {
  return model_given(&f->model.sides[BROKER]) > f->model.sides[BROKER].seen;
}

/* The relay may have seen the beginning of the broker's DISCONNECT. */
static bool broker_may_leave(const fuzz *f) {
  const side *s = &f->model.sides[BROKER];
  packet p;
  return s->len > 0 && s->left == 0 && s->skip == 0 && !s->raw &&
         model_see(&f->model, BROKER, &p) == PARTLY && p.header.type == DM_MQTT_DISCONNECT;
}

static void inject(fuzz *f, uint8_t how) {
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
  int expected = expected_refusal(f, &publish);
  int result = dm_relay_inject(f->relay, &publish, f->messages + 1, head, sizeof head, &len);
  if (result < 0) {
    bool own_reason = result == DM_RELAY_WINDOW_FULL && publish.publish.qos == 1 &&
                      (broker_waits(f) || f->model.approximate);
    bool leaves = result == DM_RELAY_NOT_CONNECTED && broker_may_leave(f);
    check(result == expected || own_reason || leaves);
    return;
  }
  check(expected == DM_OK || (f->model.approximate && expected == DM_RELAY_WINDOW_FULL));
  bool inside = f->model.sides[BROKER].left > 0 || f->model.waiting > 0;
  check(result == (inside ? DM_RELAY_WAIT : DM_OK));
  check(!f->model.sides[BROKER].raw);
  f->model.waiting += result == DM_RELAY_WAIT;
  dm_mqtt_header header;
  check(dm_mqtt_read_header(dm_bytes(head, len), &header) == 0);
  check(header.flags == publish.publish.qos << 1);
  check(dm_mqtt_packet_size(&header) == len + publish.publish.payload.len);
  if (publish.publish.qos == 0)
    return;
  const uint8_t *at = (const uint8_t *)head + header.length + 2 + 6;
  unsigned id = (unsigned)at[0] << 8 | at[1];
  check(id != 0 && !model_injected(&f->model, id));
  check(f->model.approximate || f->model.brokers[id] == 0);
  f->model.injected[f->model.count].id = (uint16_t)id;
  f->model.injected[f->model.count].message = ++f->messages;
  f->model.count++;
}

static void puback(fuzz *f, unsigned id, uint8_t how) {
  char bytes[64] = {0x40, 2};
  size_t len = 2 + put_two(bytes + 2, id);
  if (f->model.level == 5 && (how & 3) != 0) {
    bytes[len++] = (char)(how & 4 ? 0x80 : 0);
    if ((how & 3) > 1) { /* a Reason String */
      unsigned text = how >> 3;
      bytes[len++] = (char)(3 + text);
      bytes[len++] = 0x1F;
      len += put_two(bytes + len, text);
      memset(bytes + len, 'x', text);
      len += text;
    }
    bytes[1] = (char)(len - 2);
  }
  send(f, DEVICE, dm_bytes(bytes, len), (how & 0x80) != 0);
}

static void end(fuzz *f) {
  f->model.ended = true;
  dm_relay_end(f->relay);
  check(f->disconnected == f->connected && !model_connected(&f->model));
}

/* The host should have ended it. */
static void free_early(fuzz *f) {
  f->model.ended = f->freed = true;
  f->model.state = OVER;
  dm_relay_free(f->relay);
}

/* What a callback does, once. */
static void act(fuzz *f) {
  uint8_t hook = f->hook;
  f->hook = 0;
  switch (hook & 7) {
  case 1:
  case 2:
    inject(f, hook >> 3);
    break;
  case 3:
    inject(f, 1);
    inject(f, 0);
    inject(f, 1);
    break;
  case 4:
    if (f->model.count > 0)
      puback(f, f->model.injected[hook % f->model.count].id, 0);
    break;
  case 5:
    send(f, DEVICE, dm_bytes("\xC0", 2), false);
    break;
  case 6:
    send(f, BROKER, dm_bytes("\xD0", 2), false);
    break;
  case 7:
    if (hook > 0xE0)
      free_early(f);
    else if (hook > 0xC0)
      end(f);
    else if (hook > 0x80)
      send(f, DEVICE, dm_bytes("\xE0", 2), false);
    else
      f->hook = hook >> 3; /* the next one */
    break;
  default:
    break;
  }
}

static void to_device(void *user, dm_span bytes) {
  fuzz *f = user;
  model_pass(&f->model, BROKER, bytes);
  act(f);
}

static bool lies_in(dm_span run, dm_span input) {
  return input.ptr != NULL && (uintptr_t)run.ptr >= (uintptr_t)input.ptr &&
         (uintptr_t)run.ptr < (uintptr_t)input.ptr + input.len;
}

static bool ping_due(const fuzz *f) {
  return model_connected(&f->model) && f->quiet && f->model.keep_alive != 0 &&
         f->now - f->sent_at >= (dm_time)f->model.keep_alive * 500;
}

static void check_ping(fuzz *f) {
  const side *s = &f->model.sides[DEVICE];
  if (s->busy)
    model_skip(&f->model, DEVICE, model_given(s));
  check(!f->model.ended && s->left == 0 && s->skip == 0 && !s->raw);
  if (!f->quiet && s->busy && model_leave(&f->model))
    f->quiet = f->answered = true;
  check(ping_due(f) && f->model.ping_last < PINGS);
  f->model.pings[f->model.ping_last++] = true;
}

static void to_broker(void *user, dm_span bytes) {
  fuzz *f = user;
  if (lies_in(bytes, f->model.sides[DEVICE].input)) {
    model_pass(&f->model, DEVICE, bytes);
    if (f->model.sides[DEVICE].left == 0 && !f->model.sides[DEVICE].raw && f->model.state != NEW)
      model_leave(&f->model);
  } else {
    check(bytes.len == 2 && memcmp(bytes.ptr, "\xC0", 2) == 0);
    check_ping(f);
  }
  f->sent_at = f->now;
  f->quiet = false;
  act(f);
}

static void between_packets(void *user) {
  fuzz *f = user;
  check(!f->model.ended && f->model.waiting > 0 && f->model.sides[BROKER].left == 0);
  f->model.waiting = 0;
  act(f);
}

static void resume(void *user) {
  fuzz *f = user;
  check(!f->model.ended && !f->model.sides[BROKER].busy);
  act(f);
  give(f, BROKER);
}

static void connected(void *user, const dm_relay_connection *connection) {
  fuzz *f = user;
  check(f->model.state == CONNECTING && f->connected == 0);
  check(connection->protocol_level == f->model.level &&
        connection->keep_alive == f->model.keep_alive);
  check(connection->receive_maximum == f->model.receive_maximum);
  check(connection->maximum_packet_size == f->model.maximum_packet_size);
  check(connection->connack->type == DM_MQTT_CONNACK && connection->connack->reason_code == 0);
  for (size_t i = 0; i < connection->connect->connect.password.len; i++)
    check(connection->connect->connect.password.ptr[i] == 0);
  f->connected++;
  f->model.state = OPEN;
  act(f);
}

static void acknowledged(void *user, uint64_t message, uint8_t reason_code) {
  fuzz *f = user;
  side *s = &f->model.sides[DEVICE];
  packet p;
  model_skip(&f->model, DEVICE, model_given(s));
  check(model_connected(&f->model) && !f->model.ended && s->left == 0 && s->skip == 0 && !s->raw);
  check(model_see(&f->model, DEVICE, &p) == VISIBLE && p.header.type == DM_MQTT_PUBACK);
  check(model_leave(&f->model) && f->model.leaving.id == p.id &&
        f->model.leaving.message == message);
  check(p.reason == reason_code);
  f->model.leaving.id = 0;
  s->skip = p.size;
  f->quiet = !f->answered;
  f->answered = false;
  act(f);
}

static void disconnected(void *user, const dm_mqtt_packet *disconnect) {
  fuzz *f = user;
  check(model_connected(&f->model) && f->disconnected == 0);
  check(disconnect == NULL || disconnect->type == DM_MQTT_DISCONNECT);
  f->disconnected++;
  f->model.state = OVER;
  f->model.waiting = 0;
  f->quiet = false;
  act(f);
}

/* What was passed on is reported. */
static void report(fuzz *f, int from) {
  const side *s = &f->model.sides[from];
  check(s->busy && s->left == 0 && !s->raw && !f->model.ended && f->model.state != OVER);
  act(f);
}

static void subscription(void *user, const dm_mqtt_packet *packet) {
  bool asks = packet->type == DM_MQTT_SUBSCRIBE || packet->type == DM_MQTT_UNSUBSCRIBE;
  check(asks || packet->type == DM_MQTT_SUBACK || packet->type == DM_MQTT_UNSUBACK);
  check(packet->packet_id != 0);
  report(user, asks ? DEVICE : BROKER);
}

static void dismissed(void *user, const dm_mqtt_packet *disconnect) {
  fuzz *f = user;
  check(disconnect->type == DM_MQTT_DISCONNECT && f->model.state != OPEN);
  report(f, BROKER);
}

/* ---- The script --------------------------------------------------------------------------------
 */

static void send_connect(fuzz *f, const uint8_t how[4]) {
  static const unsigned windows[] = {0, 1, 2, 3, 10, 120, 300, 65535};
  static const unsigned sizes[] = {0, 0, 20, 60};
  char bytes[64] = {0x10, 0, 0, 4, 'M', 'Q', 'T', 'T'};
  unsigned level = how[0] % 4 < 2 ? 5 : 4;
  unsigned window = windows[how[1] % 8];
  unsigned largest = sizes[how[1] / 8 % 4];
  size_t len = 8;
  bytes[len++] = (char)level;
  bytes[len++] = (char)(how[0] & 0x10 ? 0xC2 : 0x02);
  len += put_two(bytes + len, how[2] % 4 * 3U);
  if (level == 5) {
    size_t properties = len++;
    if (window != 0) {
      bytes[len++] = 0x21;
      len += put_two(bytes + len, window);
    }
    if (largest != 0) {
      bytes[len++] = 0x27;
      len += put_two(bytes + len, 0);
      len += put_two(bytes + len, largest);
    }
    bytes[properties] = (char)(len - properties - 1);
  }
  memcpy(bytes + len, "\0\2c1", 4);
  len += 4;
  if ((how[0] & 0x10) != 0) {
    memcpy(bytes + len, "\0\1u\0\3pwd", 8);
    len += 8;
  }
  bytes[1] = (char)(len - 2);
  send(f, DEVICE, dm_bytes(bytes, len), (how[0] & 0x20) != 0);
}

static void send_connack(fuzz *f, uint8_t how) {
  char bytes[16] = {0x20, 2};
  size_t len = 4;
  bytes[3] = (char)((how & 7) == 7 ? 0x05 : 0);
  if (f->model.level == 5) {
    bytes[3] = (char)((how & 7) == 7 ? 0x87 : 0);
    bytes[len++] = 0;
    if ((how & 8) != 0) { /* Server Keep Alive */
      bytes[4] = 3;
      bytes[len++] = 0x13;
      len += put_two(bytes + len, how >> 4);
    }
  }
  bytes[1] = (char)(len - 2);
  send(f, BROKER, dm_bytes(bytes, len), (how & 0x80) != 0);
}

/* An identifier that somebody uses, or any. */
static unsigned pick_id(fuzz *f) {
  uint8_t how = next(f);
  if (how >= 0xC0 && f->model.count > 0)
    return f->model.injected[how % f->model.count].id;
  if (how >= 0xB8)
    return (unsigned)next(f) << 8 | next(f);
  return how % 16U;
}

static void send_publish(fuzz *f, int from, uint8_t how) {
  char bytes[600] = {0};
  unsigned qos = how % 3;
  unsigned payload = (how & 0x40) != 0 ? 2U * next(f) : 3;
  size_t body = 3 + (qos > 0 ? 2U : 0U) + (f->model.level == 5 ? 1U : 0U) + payload;
  size_t len = 0;
  bytes[len++] = (char)(0x30 | qos << 1 | (qos > 0 && (how & 0x20) != 0 ? 8 : 0));
  if (body >= 128)
    bytes[len++] = (char)(body % 128 | 128);
  bytes[len++] = (char)(body >= 128 ? body / 128 : body);
  memcpy(bytes + len, "\0\1t", 3);
  len += 3;
  if (qos > 0)
    len += put_two(bytes + len, pick_id(f));
  len += (f->model.level == 5 ? 1U : 0U) + payload;
  send(f, from, dm_bytes(bytes, len), (how & 0x80) != 0);
}

/* Two bytes of header, an identifier, maybe a reason. */
static void send_receipt(fuzz *f, int from, unsigned first, uint8_t how) {
  char bytes[8] = {(char)first, 2};
  put_two(bytes + 2, pick_id(f));
  bytes[4] = (char)0x80;
  bytes[1] = (char)((how & 1) != 0 && f->model.level == 5 ? 3 : 2);
  send(f, from, dm_bytes(bytes, 2U + (unsigned)bytes[1]), (how & 0x80) != 0);
}

/* One of a subscription's four, or a DISCONNECT with a reason. */
static void send_reported(fuzz *f, int from, uint8_t how) {
  static const char *const of_device[] = {"\x82\6\0\7\0\1a\1", "\xA2\5\0\7\0\1a"};
  static const char *const of_device_5[] = {"\x82\7\0\7\0\0\1a\1", "\xA2\6\0\7\0\0\1a"};
  static const char *const of_broker[] = {"\x90\3\0\7\1", "\xB0\2\0\7", "\xE0\0"};
  static const char *const of_broker_5[] = {"\x90\4\0\7\0\1", "\xB0\4\0\7\0\0", "\xE0\1\x8E"};
  bool level_5 = f->model.level == 5;
  const char *bytes = from == DEVICE ? (level_5 ? of_device_5 : of_device)[how % 2]
                                     : (level_5 ? of_broker_5 : of_broker)[how % 3];
  send(f, from, dm_bytes(bytes, 2U + (unsigned)bytes[1]), (how & 0x80) != 0);
}

static void send_rubbish(fuzz *f, int from, uint8_t how) {
  size_t len = how % 32U;
  len = len < f->size ? len : f->size;
  const uint8_t *bytes = f->data;
  f->data += len;
  f->size -= len;
  send(f, from, dm_bytes(bytes, len), (how & 0x80) != 0);
}

/* Many of the broker's at once, answered or not. */
static void burst(fuzz *f, uint8_t how) {
  unsigned count = how % 128U;
  unsigned id = next(f) * 100U + 1;
  for (unsigned i = 0; i < count && !f->model.ended; i++) {
    char bytes[10] = {0x32, (char)(f->model.level == 5 ? 6 : 5), 0, 1, 't'};
    put_two(bytes + 5, (id + i) % 65535 + 1);
    send(f, BROKER, dm_bytes(bytes, f->model.level == 5 ? 8 : 7), false);
    if ((how & 0x80) != 0)
      puback(f, (id + i) % 65535 + 1, 0);
  }
}

static void tick(fuzz *f, uint8_t how) {
  f->now += (how & 0x80) != 0 ? 0 : how * 50U;
  unsigned asked = f->model.ping_last;
  bool due = ping_due(f) && f->model.ping_last - f->model.ping_first < 64 && f->hook == 0;
  check(!due || dm_relay_next_deadline(f->relay) <= f->now);
  dm_relay_tick(f->relay, f->now);
  check(!due || f->model.ping_last == asked + 1);
  check(f->model.ended || !ping_due(f) || dm_relay_next_deadline(f->relay) != DM_NEVER ||
        f->model.ping_last - f->model.ping_first >= 64);
}

static void open_relay(fuzz *f) {
  for (int from = 0; from < SIDES; from++)
    free(f->model.sides[from].bytes);
  memset(&f->model, 0, sizeof f->model);
  f->connected = f->disconnected = 0;
  f->freed = f->refuse = f->quiet = f->answered = false;
  f->hook = 0;
  check(dm_relay_new(&f->relay, &f->config, f) == DM_OK);
}

static void close_relay(fuzz *f) {
  if (!f->freed)
    end(f);
  if (!f->freed)
    dm_relay_free(f->relay);
  for (int from = 0; from < SIDES; from++) {
    free(f->model.sides[from].bytes);
    f->model.sides[from].bytes = NULL;
  }
}

/* The next connection of the session. The relay is told what it knew, or something else. */
static void reconnect(fuzz *f, uint8_t how) {
  static uint8_t before[65536];
  char saved[DM_RELAY_SAVED_MAX];
  bool approximate = f->model.approximate;
  size_t len = dm_relay_save(f->relay, saved);
  check(len <= sizeof saved);
  memcpy(before, f->model.brokers, sizeof before);
  close_relay(f);
  open_relay(f);
  uint8_t set_up[4] = {next(f), next(f), 0, 0};
  if ((how & 3) == 0)
    saved[next(f) % sizeof saved] ^= (char)(how | 1);
  int result = dm_relay_restore(f->relay, dm_bytes(saved, len));
  check(result == DM_OK || (how & 3) == 0);
  f->model.approximate = approximate || (how & 3) == 0;
  for (unsigned id = 1; id < 65536 && !f->model.approximate; id++)
    if (before[id] != 0)
      model_note(&f->model, id, 0);
  send_connect(f, set_up);
  send_connack(f, how & 0x78);
}

/* Says goodbye, corks a side, lets some of it arrive, ends, or runs out of memory. */
static void control(fuzz *f, int from, uint8_t how) {
  if (how < 32)
    send(f, from, dm_bytes("\xE0", 2), false);
  else if (how < 64)
    f->model.sides[from].corked = !f->model.sides[from].corked;
  else if (how < 240)
    arrive(f, from, how - 64U);
  else if (how > 250)
    end(f);
  else
    f->refuse = true;
}

static void step(fuzz *f) {
  uint8_t what = next(f);
  uint8_t how = next(f);
  static const uint8_t from_device[] = {0x40, 0x50, 0x70, 0x62, 0x40};
  static const uint8_t from_broker[] = {0x62, 0x40, 0x50, 0x70, 0x62};
  switch (what % 20) {
  case 0:
  case 1:
  case 2:
    inject(f, how);
    break;
  case 3:
  case 4:
    puback(f, f->model.count > 0 ? f->model.injected[what / 20U % f->model.count].id : 1, how);
    break;
  case 5:
  case 6:
    send_publish(f, BROKER, how);
    break;
  case 7:
    send_publish(f, DEVICE, how);
    break;
  case 8:
  case 9:
    send_receipt(f, DEVICE, from_device[what / 20 % 5], how);
    break;
  case 10:
    send_receipt(f, BROKER, from_broker[what / 20 % 5], how);
    break;
  case 11:
    send(f, DEVICE, dm_bytes("\xC0", 2), (how & 1) != 0);
    break;
  case 12:
    if (what >= 120)
      send_reported(f, what / 20 % SIDES, how);
    else
      send(f, BROKER, dm_bytes("\xD0", 2), (how & 1) != 0);
    break;
  case 13:
    tick(f, how);
    break;
  case 14:
    f->hook = how;
    break;
  case 15:
    burst(f, how);
    break;
  case 16:
    send_rubbish(f, what / 20 % SIDES, how);
    break;
  case 17:
    reconnect(f, how);
    break;
  case 18:
    send_connack(f, how);
    break;
  default:
    control(f, what / 20 % SIDES, how);
    break;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static fuzz f;
  memset(&f, 0, sizeof f);
  f.data = data;
  f.size = size;
  f.now = 1000;
  f.memory = (dm_memory){&f, resize};
  const uint8_t set_up[4] = {next(&f), next(&f), next(&f), next(&f)};
  f.config = (dm_relay_config){
      .size = sizeof f.config,
      .memory = &f.memory,
      .max_connect_size = CONNECT_MAX,
      .max_unacknowledged = set_up[3] % DM_RELAY_UNACKNOWLEDGED_MAX + 1U,
      .to_device = to_device,
      .to_broker = to_broker,
      .between_packets = between_packets,
      .resume = resume,
      .connected = connected,
      .acknowledged = acknowledged,
      .disconnected = disconnected,
      .subscription = subscription,
      .dismissed = dismissed,
  };
  open_relay(&f);
  if ((set_up[0] & 0xC0) != 0xC0) { /* else the script begins with nothing */
    send_connect(&f, set_up);
    send_connack(&f, set_up[2] & 0x78);
  }
  for (unsigned steps = 0; f.size > 0 && steps < 1000; steps++) {
    if (f.freed)
      open_relay(&f);
    step(&f);
    if (!f.model.sides[BROKER].partly)
      model_check_kept(&f.model, BROKER);
  }
  close_relay(&f);
  return 0;
}
