/* A host for tests of the relay.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdio.h>
#include <stdlib.h>

#include "mqtt_bytes.h"

/* ---- Bytes --------------------------------------------------------------- */

static void append(relay_bytes *to, dm_span bytes) {
  if (bytes.len == 0)
    return;
  if (to->capacity < to->len + bytes.len) {
    to->capacity = 2 * (to->len + bytes.len);
    to->bytes = realloc(to->bytes, to->capacity);
    assert_non_null(to->bytes);
  }
  memcpy(to->bytes + to->len, bytes.ptr, bytes.len);
  to->len += bytes.len;
}

static void drop(relay_bytes *from, size_t count) {
  assert_in_range(count, 0, from->len);
  if (count > 0)
    memmove(from->bytes, from->bytes + count, from->len - count);
  from->len -= count;
}

static void clear(relay_bytes *bytes) {
  free(bytes->bytes);
  *bytes = (relay_bytes){0};
}

static void write_to(relay_host *h, int side, dm_span bytes) {
  append(&h->out[side], bytes);
  append(&h->all[side], bytes);
}

static void write_waiting(relay_host *h) {
  relay_bytes waiting = h->waiting;
  h->waiting = (relay_bytes){0};
  write_to(h, RELAY_DEVICE, dm_bytes(waiting.bytes, waiting.len));
  clear(&waiting);
}

/* ---- Callbacks ------------------------------------------------------------ */

static void called(relay_host *h, int callback) {
  assert_false(h->freed);
  h->calls[callback]++;
  relay_hook hook = h->hooks[callback];
  if (hook != NULL && h->skip[callback] > 0) {
    h->skip[callback]--;
    return;
  }
  h->hooks[callback] = NULL;
  if (hook != NULL)
    hook(h);
}

static void log_line(relay_host *h, const char *format, ...) {
  size_t len = strlen(h->log);
  va_list arguments;
  va_start(arguments, format);
  int written = vsnprintf(h->log + len, sizeof h->log - len, format, arguments);
  va_end(arguments);
  assert_in_range(written, 1, sizeof h->log - len - 1);
}

static bool lies_in(dm_span run, dm_span input) {
  uintptr_t at = (uintptr_t)run.ptr;
  uintptr_t begin = (uintptr_t)input.ptr;
  return input.ptr != NULL && at >= begin && at + run.len <= begin + input.len;
}

static void run_given(relay_host *h, int side, dm_span bytes) {
  assert_false(h->ended);
  assert_int_not_equal(bytes.len, 0);
  h->run = bytes;
  h->outside += !lies_in(bytes, h->input[RELAY_DEVICE]) && !lies_in(bytes, h->input[RELAY_BROKER]);
  write_to(h, side, bytes);
}

static void to_device(void *user, dm_span bytes) {
  relay_host *h = user;
  run_given(h, RELAY_DEVICE, bytes);
  called(h, IN_TO_DEVICE);
}

static void to_broker(void *user, dm_span bytes) {
  relay_host *h = user;
  run_given(h, RELAY_BROKER, bytes);
  called(h, IN_TO_BROKER);
}

static void between_packets(void *user) {
  relay_host *h = user;
  assert_false(h->ended);
  assert_int_not_equal(h->waiting.len, 0);
  write_waiting(h);
  called(h, IN_BETWEEN_PACKETS);
}

static int pump(relay_host *h, int side);

static void resume(void *user) {
  relay_host *h = user;
  assert_false(h->ended);
  assert_false(h->pumping[RELAY_BROKER]);
  called(h, IN_RESUME);
  if (!h->freed)
    pump(h, RELAY_BROKER);
}

static void connected(void *user, const dm_relay_connection *connection) {
  relay_host *h = user;
  assert_int_equal(connection->size, sizeof *connection);
  assert_in_range(connection->client_id.len, 0, sizeof h->client_id - 1);
  h->connection = *connection;
  memset(h->client_id, 0, sizeof h->client_id);
  memcpy(h->client_id, connection->client_id.ptr == NULL ? "" : connection->client_id.ptr,
         connection->client_id.len);
  log_line(h, "connected %s; ", h->client_id);
  called(h, IN_CONNECTED);
  h->connection.connect = h->connection.connack = NULL;
  h->connection.client_id = dm_text(h->client_id);
}

static void acknowledged(void *user, uint64_t message, uint8_t reason_code) {
  relay_host *h = user;
  assert_int_equal(h->calls[IN_CONNECTED], 1);
  assert_int_equal(h->calls[IN_DISCONNECTED], 0);
  h->message = message;
  h->reason_code = reason_code;
  log_line(h, "acknowledged %llu %02X; ", (unsigned long long)message, reason_code);
  called(h, IN_ACKNOWLEDGED);
}

static void unfollowed(void *user, dm_span client_id, const char *why) {
  relay_host *h = user;
  assert_int_equal(h->calls[IN_UNFOLLOWED], 0);
  assert_int_equal(h->calls[IN_DISCONNECTED], 0);
  assert_true(client_id.len == 0 || h->calls[IN_CONNECTED] == 0);
  assert_in_range(strlen(why), 1, 100);
  log_line(h, "unfollowed %.*s; ", (int)client_id.len, client_id.len == 0 ? "" : client_id.ptr);
  called(h, IN_UNFOLLOWED);
}

static void disconnected(void *user, const dm_mqtt_packet *disconnect) {
  relay_host *h = user;
  assert_true(h->calls[IN_CONNECTED] == 1 || h->calls[IN_UNFOLLOWED] == 1);
  assert_int_equal(h->calls[IN_DISCONNECTED], 0);
  h->disconnect_packet = disconnect;
  h->disconnect = disconnect == NULL ? NO_PACKET : disconnect->reason_code;
  if (disconnect != NULL)
    assert_int_equal(disconnect->type, DM_MQTT_DISCONNECT);
  log_line(h, "disconnected %d; ", h->disconnect);
  called(h, IN_DISCONNECTED);
  h->disconnect_packet = NULL;
  clear(&h->waiting);
}

/* ---- Life ------------------------------------------------------------------ */

static void prepare(relay_host *h) {
  h->memory.allowed = SIZE_MAX;
  h->interface = allocator_memory(&h->memory);
  h->now = DM_SECOND;
  h->capacity = 1024;
  h->config = (dm_relay_config){
      .size = sizeof h->config,
      .memory = &h->interface,
      .to_device = to_device,
      .to_broker = to_broker,
      .between_packets = between_packets,
      .resume = resume,
      .connected = connected,
      .acknowledged = acknowledged,
      .disconnected = disconnected,
      .unfollowed = unfollowed,
  };
}

int relay_setup(void **state) {
  relay_host *h = calloc(1, sizeof *h);
  assert_non_null(h);
  *state = h;
  prepare(h);
  relay_reopen(h);
  return 0;
}

int relay_teardown(void **state) {
  relay_host *h = *state;
  memset(h->hooks, 0, sizeof h->hooks);
  relay_close(h);
  free(h);
  return 0;
}

static void leave(relay_host *h) {
  h->depth--;
  if (h->depth == 0 && h->freed)
    h->relay = NULL;
}

void relay_end(relay_host *h) {
  h->depth++;
  h->ended = true;
  dm_relay_end(h->relay);
  leave(h);
}

void relay_free(relay_host *h) {
  h->depth++;
  h->freed = true;
  dm_relay_free(h->relay);
  leave(h);
}

void relay_close(relay_host *h) {
  assert_int_equal(h->depth, 0);
  if (h->relay != NULL) {
    relay_end(h);
    assert_int_equal(h->calls[IN_DISCONNECTED],
                     h->calls[IN_CONNECTED] != 0 || h->calls[IN_UNFOLLOWED] != 0);
    relay_free(h);
  }
  dm_relay_host_free(h->host);
  h->host = NULL;
  assert_int_equal(h->memory.blocks, 0);
  for (int side = 0; side < RELAY_SIDES; side++) {
    clear(&h->out[side]);
    clear(&h->all[side]);
    clear(&h->unused[side]);
  }
  clear(&h->waiting);
}

void relay_reopen(relay_host *h) {
  relay_close(h);
  memset(h->hooks, 0, sizeof h->hooks);
  memset(h->skip, 0, sizeof h->skip);
  memset(h->calls, 0, sizeof h->calls);
  memset(&h->connection, 0, sizeof h->connection);
  h->log[0] = '\0';
  h->ended = h->freed = false;
  h->fed = 0;
  h->outside = 0;
  h->id = 0;
  h->now = DM_SECOND;
  assert_int_equal(dm_relay_host_new(&h->host, &h->config), DM_OK);
  assert_int_equal(dm_relay_new(&h->relay, h->host, h), DM_OK);
  assert_non_null(h->relay);
}

/* ---- Bytes that come --------------------------------------------------------- */

/* One call, with bytes in memory of exactly their size. */
static int call(relay_host *h, int side, relay_bytes *unused) {
  dm_span outer = h->input[side];
  size_t len = unused->len;
  char *copy = malloc(len == 0 ? 1 : len);
  assert_non_null(copy);
  if (len > 0)
    memcpy(copy, unused->bytes, len);
  size_t used = SIZE_MAX;
  h->input[side] = dm_bytes(copy, len);
  h->depth++;
  int result = (side == RELAY_DEVICE ? dm_relay_from_device : dm_relay_from_broker)(
      h->relay, h->input[side], h->now, &used);
  leave(h);
  h->input[side] = outer;
  free(copy);
  assert_in_range(used, 0, len);
  drop(unused, used);
  return result;
}

/* What callbacks add or ask for again is given when the call they came from has returned. */
static int pump(relay_host *h, int side) {
  if (h->pumping[side]) {
    h->again[side] = true;
    return DM_OK;
  }
  h->pumping[side] = true;
  int result;
  do {
    h->again[side] = false;
    result = call(h, side, &h->unused[side]);
  } while (h->again[side] && result == DM_OK && !h->freed);
  h->pumping[side] = false;
  return result;
}

static size_t next_cut(const relay_host *h, size_t left) {
  size_t piece = h->bytewise ? 1 : left;
  for (size_t i = 0; i < 2; i++)
    if (h->cuts[i] > h->fed && h->cuts[i] - h->fed < piece)
      piece = h->cuts[i] - h->fed;
  return piece;
}

int relay_feed(relay_host *h, int side, dm_span bytes) {
  int result = DM_OK;
  while (bytes.len > 0 && !h->freed && result == DM_OK) {
    size_t piece = next_cut(h, bytes.len);
    append(&h->unused[side], dm_bytes(bytes.ptr, piece));
    h->fed += piece;
    bytes = dm_bytes(bytes.ptr + piece, bytes.len - piece);
    result = pump(h, side);
  }
  return result;
}

static char *format_bytes(const char *format, va_list arguments, size_t *len) {
  char text[4096];
  int written = vsnprintf(text, sizeof text, format, arguments);
  assert_in_range(written, 0, sizeof text - 1);
  return mqtt_bytes(text, len);
}

static int feed_format(relay_host *h, int side, const char *format, va_list arguments) {
  size_t len;
  char *bytes = format_bytes(format, arguments, &len);
  int result = relay_feed(h, side, dm_bytes(bytes, len));
  free(bytes);
  return result;
}

int relay_device(relay_host *h, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int result = feed_format(h, RELAY_DEVICE, format, arguments);
  va_end(arguments);
  return result;
}

int relay_broker(relay_host *h, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int result = feed_format(h, RELAY_BROKER, format, arguments);
  va_end(arguments);
  return result;
}

/* ---- Doing things -------------------------------------------------------------- */

void relay_connect(relay_host *h, const char *connect, const char *connack) {
  assert_int_equal(relay_device(h, "%s", connect), DM_OK);
  assert_broker(h, "%s", connect);
  assert_int_equal(relay_broker(h, "%s", connack), DM_OK);
  assert_device(h, "%s", connack);
  assert_int_equal(h->calls[IN_CONNECTED], 1);
}

void relay_connect_level(relay_host *h, uint8_t level) {
  static const char *const connects[] = {CONNECT_3_1, CONNECT_4, CONNECT_5};
  relay_connect(h, connects[level - DM_MQTT_LEVEL_3_1],
                level == DM_MQTT_LEVEL_5 ? CONNACK_5 : CONNACK_4);
  assert_told(h, "connected c1; ");
}

void relay_connect_window(relay_host *h, unsigned receive_maximum) {
  char connect[128];
  snprintf(connect, sizeof connect, CONNECT_WINDOW, receive_maximum);
  relay_connect(h, connect, CONNACK_5);
  assert_told(h, "connected c1; ");
}

dm_mqtt_packet relay_publish(uint8_t qos) {
  dm_mqtt_packet packet = {.type = DM_MQTT_PUBLISH};
  packet.publish.qos = qos;
  packet.publish.topic = dm_text("a/b");
  packet.publish.payload = dm_text("hi");
  return packet;
}

/* What was injected must be what was asked for. */
static void check_injected(relay_host *h, const dm_mqtt_packet *publish, dm_span bytes) {
  dm_mqtt_packet packet;
  assert_int_equal(mqtt_decode_bytes(h->connection.protocol_level, bytes, &packet), 0);
  assert_int_equal(packet.type, DM_MQTT_PUBLISH);
  assert_int_equal(packet.publish.qos, publish->publish.qos);
  assert_int_equal(packet.publish.dup, 0);
  assert_int_equal(packet.publish.retain, 0);
  assert_int_equal(packet.publish.topic.len, publish->publish.topic.len);
  assert_memory_equal(packet.publish.topic.ptr, publish->publish.topic.ptr,
                      publish->publish.topic.len);
  assert_int_equal(packet.publish.payload.len, publish->publish.payload.len);
  assert_false(dm_mqtt_has(&packet.properties, DM_MQTT_TOPIC_ALIAS));
  h->id = packet.packet_id;
}

int relay_inject(relay_host *h, const dm_mqtt_packet *publish, uint64_t message) {
  char *head = malloc(h->capacity);
  assert_non_null(head);
  size_t len = SIZE_MAX;
  h->depth++;
  int result = dm_relay_inject(h->relay, publish, message, head, h->capacity, &len);
  leave(h);
  relay_bytes packet = {0};
  if (result == DM_OK || result == DM_RELAY_WAIT) {
    assert_in_range(len, 0, h->capacity);
    append(&packet, dm_bytes(head, len));
    append(&packet, publish->publish.payload);
    check_injected(h, publish, dm_bytes(packet.bytes, packet.len));
  }
  free(head);
  if (result == DM_OK)
    write_to(h, RELAY_DEVICE, dm_bytes(packet.bytes, packet.len));
  if (result == DM_RELAY_WAIT)
    append(&h->waiting, dm_bytes(packet.bytes, packet.len));
  clear(&packet);
  return result;
}

uint16_t relay_inject_now(relay_host *h, uint8_t qos, uint64_t message) {
  dm_mqtt_packet publish = relay_publish(qos);
  assert_int_equal(relay_inject(h, &publish, message), DM_OK);
  return h->id;
}

static void tick(relay_host *h) {
  h->depth++;
  dm_relay_tick(h->relay, h->now);
  leave(h);
}

void relay_wait(relay_host *h, dm_duration duration) {
  dm_time end = h->now + duration;
  unsigned ticks = 0;
  while (dm_relay_next_deadline(h->relay) <= end) {
    dm_time due = dm_relay_next_deadline(h->relay);
    h->now = due > h->now ? due : h->now;
    tick(h);
    assert_in_range(++ticks, 1, 1000000);
    assert_true(dm_relay_next_deadline(h->relay) > h->now);
  }
  h->now = end;
}

/* ---- Looking at things ---------------------------------------------------------- */

static void assert_side(relay_host *h, int side, const char *format, va_list arguments) {
  char text[4096];
  int written = vsnprintf(text, sizeof text, format, arguments);
  assert_in_range(written, 0, sizeof text - 1);
  const char *bytes = h->out[side].bytes == NULL ? "" : h->out[side].bytes;
  mqtt_assert_bytes(side == RELAY_DEVICE ? "to the device" : "to the broker", bytes,
                    h->out[side].len, text);
  h->out[side].len = 0;
}

void assert_device(relay_host *h, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  assert_side(h, RELAY_DEVICE, format, arguments);
  va_end(arguments);
}

void assert_broker(relay_host *h, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  assert_side(h, RELAY_BROKER, format, arguments);
  va_end(arguments);
}

void assert_told(relay_host *h, const char *text) {
  assert_string_equal(h->log, text);
  h->log[0] = '\0';
}

void assert_nobody(relay_host *h) {
  dm_mqtt_packet publish = relay_publish(0);
  assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_NOT_CONNECTED);
  publish = relay_publish(1);
  assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_NOT_CONNECTED);
  assert_told(h, "");
}

/* ---- Cutting ---------------------------------------------------------------------- */

/* What a conversation led to. */
typedef struct transcript {
  relay_bytes all[RELAY_SIDES];
  size_t unused[RELAY_SIDES];
  size_t fed;
  char log[4096];
} transcript;

static transcript converse(relay_host *h, relay_hook conversation, size_t first, size_t second) {
  relay_reopen(h);
  h->cuts[0] = first;
  h->cuts[1] = second;
  conversation(h);
  transcript t = {.fed = h->fed};
  memcpy(t.log, h->log, sizeof t.log);
  for (int side = 0; side < RELAY_SIDES; side++) {
    t.all[side] = h->all[side];
    h->all[side] = (relay_bytes){0};
    t.unused[side] = h->unused[side].len;
  }
  return t;
}

static void assert_same(const transcript *expected, transcript t) {
  assert_int_equal(t.fed, expected->fed);
  assert_string_equal(t.log, expected->log);
  for (int side = 0; side < RELAY_SIDES; side++) {
    assert_int_equal(t.unused[side], expected->unused[side]);
    assert_int_equal(t.all[side].len, expected->all[side].len);
    if (t.all[side].len > 0)
      assert_memory_equal(t.all[side].bytes, expected->all[side].bytes, t.all[side].len);
    clear(&t.all[side]);
  }
}

void relay_cut(relay_host *h, relay_hook conversation, bool pairs) {
  transcript expected = converse(h, conversation, 0, 0);
  h->bytewise = true;
  assert_same(&expected, converse(h, conversation, 0, 0));
  h->bytewise = false;
  for (size_t first = 1; first < expected.fed; first++) {
    assert_same(&expected, converse(h, conversation, first, 0));
    for (size_t second = first + 1; pairs && second < expected.fed; second++)
      assert_same(&expected, converse(h, conversation, first, second));
  }
  for (int side = 0; side < RELAY_SIDES; side++)
    clear(&expected.all[side]);
  h->cuts[0] = h->cuts[1] = 0;
}
