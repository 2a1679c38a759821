/* Tests of the relay: every function may be called from every callback.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdlib.h>

#include "mqtt_bytes.h"

/* ---- A conversation that leads to every callback ------------------------------------ */

/* Whatever the hook does, the conversation goes on as long as there is a relay. */
static void converse(relay_host *h) {
  dm_mqtt_packet publish = relay_publish(1);
  relay_device(h, CONNECT_4);
  relay_broker(h, CONNACK_4 "30 07 0003'a/b''h'");
  uint16_t id = 0;
  if (h->relay != NULL && relay_inject(h, &publish, 7) >= 0)
    id = h->id;
  relay_broker(h, "'i' D0 00");
  relay_broker(h, "32 09 0003'c/d' %04X 'yo' D0 00", id == 0 ? 1u : (unsigned)id);
  relay_device(h, "C0 00 40 02 %04X 40 02 %04X C0 00", id, id);
  relay_broker(h, "D0 00 30 05 0003'a/b'");
  relay_broker(h, "30 FF FF FF FF FF");
  relay_device(h, "E0 00");
}

static void every_callback_is_called(void **state) {
  relay_host *h = *state;
  converse(h);
  for (int callback = 0; callback < RELAY_CALLBACKS; callback++)
    assert_int_not_equal(h->calls[callback], 0);
  assert_told(h, "connected c1; acknowledged 7 00; unfollowed ; disconnected 0; ");
}

/* Runs it with a hook in every callback in turn, at its first to fifth call. */
static void everywhere(relay_host *h, relay_hook hook, void (*check)(relay_host *h)) {
  for (int callback = 0; callback < RELAY_CALLBACKS; callback++) {
    for (unsigned call = 0; call < 10; call++) {
      relay_reopen(h);
      h->bytewise = call >= 5;
      h->hooks[callback] = hook;
      h->skip[callback] = call % 5;
      converse(h);
      assert_in_range(h->calls[IN_CONNECTED], 0, 1);
      assert_in_range(h->calls[IN_DISCONNECTED], 0, h->calls[IN_CONNECTED]);
      assert_in_range(h->calls[IN_ACKNOWLEDGED], 0, 3);
      check(h);
    }
  }
}

static void no_check(relay_host *h) {
  (void)h;
}

/* ---- Its end ---------------------------------------------------------------------------- */

static void it_may_be_released_from_anywhere(void **state) {
  everywhere(*state, relay_free, no_check);
}

static void end_and_free(relay_host *h) {
  relay_end(h);
  relay_free(h);
}

static void it_may_be_ended_and_released_from_anywhere(void **state) {
  everywhere(*state, end_and_free, no_check);
}

static void it_may_be_ended_from_anywhere(void **state) {
  everywhere(*state, relay_end, no_check);
}

/* What was borrowed for the callback is there until it returns. */
static void end_and_look(relay_host *h) {
  dm_relay_connection connection = h->connection;
  relay_device(h, "E0 00");
  dm_span more = {0};
  size_t used;
  assert_int_equal(dm_relay_from_device(h->relay, more, h->now, &used), DM_OK);
  relay_end(h);
  relay_end(h);
  relay_free(h);
  assert_int_equal(connection.connect->connect.client_id.len, 2);
  for (size_t i = 0; i < 2; i++) /* here, where AddressSanitizer looks on */
    assert_int_equal(connection.client_id.ptr[i], "c1"[i]);
  assert_int_equal(connection.connack->type, DM_MQTT_CONNACK);
}

static void connected_may_end_it_and_look(void **state) {
  relay_host *h = *state;
  h->hooks[IN_CONNECTED] = end_and_look;
  relay_device(h, CONNECT_4);
  relay_broker(h, CONNACK_4);
  assert_told(h, "connected c1; disconnected 0; ");
}

static void end_and_look_at_disconnect(relay_host *h) {
  relay_end(h);
  relay_free(h);
  assert_int_equal(h->disconnect_packet->reason_code, 4);
}

static void disconnected_may_end_it_and_look(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 5);
  h->hooks[IN_DISCONNECTED] = end_and_look_at_disconnect;
  relay_device(h, "E0 01 04");
  assert_null(h->hooks[IN_DISCONNECTED]);
  assert_broker(h, "E0 01 04");
}

/* The result says so; what was not passed on was not used. */
static void the_end_inside_is_the_end(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->hooks[IN_TO_BROKER] = relay_end;
  relay_device(h, "C0 00 40 02 %04X C0 00", id);
  assert_broker(h, "C0 00");
  assert_int_equal(h->calls[IN_ACKNOWLEDGED], 0);
  assert_told(h, "disconnected -1; ");
  assert_int_equal(relay_device(h, "C0 00"), DM_ERROR_CLOSED);
}

static void the_end_while_acknowledging_is_the_end(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t first = relay_inject_now(h, 1, 7);
  uint16_t second = relay_inject_now(h, 1, 8);
  h->hooks[IN_ACKNOWLEDGED] = relay_end;
  relay_device(h, "40 02 %04X 40 02 %04X C0 00", first, second);
  assert_broker(h, "");
  assert_told(h, "acknowledged 7 00; disconnected -1; ");
  assert_int_equal(h->unused[RELAY_DEVICE].len, 6);
}

/* The PUBACK led to a PINGREQ, and that to the end. */
static void nothing_is_acknowledged_after_the_end(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  uint16_t id = relay_inject_now(h, 1, 7);
  h->now += 50 * DM_SECOND;
  h->hooks[IN_TO_BROKER] = relay_end;
  relay_device(h, "40 02 %04X", id);
  assert_broker(h, PINGREQ);
  assert_told(h, "disconnected -1; ");
}

static void the_end_because_of_garbage_is_the_end(void **state) {
  relay_host *h = *state;
  for (int side = 0; side < RELAY_SIDES; side++) {
    relay_reopen(h);
    relay_connect_level(h, 4);
    h->hooks[IN_UNFOLLOWED] = relay_end;
    if (side == RELAY_DEVICE)
      relay_device(h, "30 FF FF FF FF FF");
    else
      relay_broker(h, "30 FF FF FF FF FF");
    assert_told(h, "unfollowed ; disconnected -1; ");
    assert_device(h, "");
    assert_broker(h, "");
    assert_int_equal(h->unused[side].len, 6);
  }
}

/* ---- Injecting ------------------------------------------------------------------------------ */

static void inject_one(relay_host *h) {
  for (uint8_t qos = 0; qos <= 1; qos++) {
    dm_mqtt_packet publish = relay_publish(qos);
    relay_inject(h, &publish, 8);
  }
}

/* What the device gets are whole packets, one behind the other, up to what is not MQTT. */
static void check_packets(relay_host *h) {
  dm_span left = dm_bytes(h->all[RELAY_DEVICE].bytes, h->all[RELAY_DEVICE].len);
  unsigned injected = 0;
  while (left.len > 0 && (left.len != 6 || left.ptr[1] != (char)0xFF)) {
    dm_mqtt_header header;
    assert_int_equal(dm_mqtt_read_header(0, left, &header), 0);
    size_t size = dm_mqtt_packet_size(&header);
    assert_in_range(size, 2, left.len);
    dm_mqtt_packet packet;
    assert_int_equal(mqtt_decode_bytes(4, dm_bytes(left.ptr, size), &packet), 0);
    injected += packet.type == DM_MQTT_PUBLISH && packet.publish.payload.len == 2;
    left = dm_bytes(left.ptr + size, left.len - size);
  }
  assert_in_range(injected, 1, 5);
}

static void messages_may_be_injected_from_anywhere(void **state) {
  everywhere(*state, inject_one, check_packets);
}

static void inject_and_expect_refusal(relay_host *h) {
  dm_mqtt_packet publish = relay_publish(0);
  assert_int_equal(relay_inject(h, &publish, 8), DM_RELAY_NOT_CONNECTED);
}

static void nothing_is_injected_in_disconnected(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  h->hooks[IN_DISCONNECTED] = inject_and_expect_refusal;
  relay_device(h, "E0 00");
  assert_null(h->hooks[IN_DISCONNECTED]);
  relay_reopen(h);
  relay_connect_level(h, 4);
  h->hooks[IN_DISCONNECTED] = inject_and_expect_refusal;
  relay_end(h);
  assert_null(h->hooks[IN_DISCONNECTED]);
}

static void inject_and_expect_unfollowed(relay_host *h) {
  dm_mqtt_packet publish = relay_publish(0);
  assert_int_equal(relay_inject(h, &publish, 8), DM_RELAY_UNFOLLOWED);
}

/* Behind what is not MQTT, nobody knows where a packet may lie. */
static void nothing_is_injected_behind_garbage(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  h->hooks[IN_TO_DEVICE] = inject_and_expect_unfollowed;
  relay_broker(h, "30 FF FF FF FF FF");
  assert_null(h->hooks[IN_TO_DEVICE]);
  assert_device(h, "30 FF FF FF FF FF");
  assert_told(h, "unfollowed ; ");
}

static void inject_second(relay_host *h) {
  dm_mqtt_packet publish = relay_publish(0);
  publish.publish.payload = dm_text("2nd");
  assert_in_range(relay_inject(h, &publish, 2), DM_OK, DM_RELAY_WAIT);
}

/* Also where the second one comes while the last of the packet is on its way. */
static void messages_keep_their_order(void **state) {
  relay_host *h = *state;
  static const int callbacks[] = {IN_TO_DEVICE, IN_BETWEEN_PACKETS};
  for (size_t i = 0; i < 2; i++) {
    relay_reopen(h);
    relay_connect_level(h, 4);
    relay_broker(h, "30 07 0003'a/b''h'");
    dm_mqtt_packet publish = relay_publish(0);
    publish.publish.payload = dm_text("1st");
    assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_WAIT);
    h->hooks[callbacks[i]] = inject_second;
    relay_broker(h, "'i' D0 00");
    assert_device(h, "30 07 0003'a/b''hi' 30 08 0003'a/b''1st' 30 08 0003'a/b''2nd' D0 00");
  }
}

static void inject_in_acknowledged(relay_host *h) {
  relay_inject_now(h, 1, h->message + 1);
}

static void the_next_may_be_injected_in_acknowledged(void **state) {
  relay_host *h = *state;
  h->config.max_unacknowledged = 1;
  relay_reopen(h);
  relay_connect_level(h, 4);
  relay_inject_now(h, 1, 1);
  for (unsigned i = 0; i < 3; i++) {
    h->hooks[IN_ACKNOWLEDGED] = inject_in_acknowledged;
    relay_device(h, "40 02 %04X", h->id);
  }
  assert_told(h, "acknowledged 1 00; acknowledged 2 00; acknowledged 3 00; ");
  h->config.max_unacknowledged = 0;
}

static void inject_at_once(relay_host *h) {
  relay_inject_now(h, 1, 5);
}

static void connected_may_inject(void **state) {
  relay_host *h = *state;
  relay_device(h, CONNECT_4);
  h->hooks[IN_CONNECTED] = inject_at_once;
  relay_broker(h, CONNACK_4 "D0 00");
  assert_device(h, CONNACK_4 "32 09 0003'a/b' %04X 'hi' D0 00", h->id);
}

/* ---- Bytes
 * --------------------------------------------------------------------------------------- */

/* A broker in the same process: it answers inside of to_broker(). */
static void broker_answers(relay_host *h) {
  relay_broker(h, CONNACK_4 "32 09 0003'a/b' 0001 'hi'");
}

/* And a device, inside of to_device(). */
static void device_acknowledges(relay_host *h) {
  relay_device(h, "40 02 0001");
}

static void device_waits_for_publish(relay_host *h) {
  h->hooks[IN_TO_DEVICE] = device_acknowledges;
}

static void both_sides_may_answer_inside(void **state) {
  relay_host *h = *state;
  h->hooks[IN_TO_BROKER] = broker_answers;
  h->hooks[IN_CONNECTED] = device_waits_for_publish;
  relay_device(h, CONNECT_4);
  assert_told(h, "connected c1; ");
  assert_broker(h, CONNECT_4 "40 02 0001");
  assert_device(h, CONNACK_4 "32 09 0003'a/b' 0001 'hi'");
}

/* A PUBACK inside of the to_device() that passes its PUBLISH on. */
static void an_answer_inside_ends_the_flight(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 1);
  for (unsigned i = 0; i < 5; i++) {
    h->hooks[IN_TO_DEVICE] = device_acknowledges;
    relay_broker(h, "32 0A 0003'a/b' 0001 00 'hi'");
    assert_broker(h, "40 02 0001");
  }
  relay_inject_now(h, 1, 1);
}

static uint16_t injected_id;

static void device_acknowledges_injected(relay_host *h) {
  relay_device(h, "40 02 %04X", injected_id);
}

/* What is found held is freed by an answer to what comes before it, in the same read. */
static void room_may_be_made_inside(void **state) {
  relay_host *h = *state;
  for (int collision = 0; collision < 2; collision++) {
    relay_reopen(h);
    relay_connect_window(h, collision ? 10 : 1);
    injected_id = relay_inject_now(h, 1, 7);
    h->out[RELAY_DEVICE].len = 0;
    h->hooks[IN_TO_DEVICE] = device_acknowledges_injected;
    unsigned id = collision ? (unsigned)injected_id : 5;
    relay_broker(h, "D0 00 32 0A 0003'a/b' %04X 00 'hi' D0 00", id);
    assert_device(h, "D0 00 32 0A 0003'a/b' %04X 00 'hi' D0 00", id);
    assert_told(h, "acknowledged 7 00; ");
    assert_int_equal(h->unused[RELAY_BROKER].len, 0);
  }
}

static void device_says_goodbye(relay_host *h) {
  relay_device(h, "E0 00");
}

static void goodbye_inside_of_connack_is_goodbye(void **state) {
  relay_host *h = *state;
  relay_device(h, CONNECT_4);
  h->hooks[IN_TO_DEVICE] = device_says_goodbye;
  relay_broker(h, CONNACK_4);
  assert_device(h, CONNACK_4);
  assert_broker(h, CONNECT_4 "E0 00");
  inject_and_expect_refusal(h);
  assert_int_equal(h->calls[IN_CONNECTED], h->calls[IN_DISCONNECTED]);
}

static void goodbye_inside_ends_the_hold(void **state) {
  relay_host *h = *state;
  relay_connect_window(h, 1);
  relay_inject_now(h, 1, 7);
  h->out[RELAY_DEVICE].len = 0;
  h->hooks[IN_TO_DEVICE] = device_says_goodbye;
  relay_broker(h, "D0 00 32 0A 0003'a/b' 0005 00 'hi' D0 00");
  assert_told(h, "disconnected 0; ");
  assert_device(h, "D0 00 32 0A 0003'a/b' 0005 00 'hi' D0 00");
}

/* The same direction again, from inside: nothing is taken yet, and nothing is lost. */
static void feed_more(relay_host *h) {
  static const char ping[] = {(char)0xC0, 0};
  static const char pong[] = {(char)0xD0, 0};
  size_t used = 1;
  if (h->pumping[RELAY_DEVICE]) {
    int result = dm_relay_from_device(h->relay, dm_bytes(ping, 2), h->now, &used);
    assert_int_equal(used, 0);
    assert_int_equal(result, h->ended ? DM_ERROR_CLOSED : DM_OK);
  }
  if (h->pumping[RELAY_BROKER]) {
    int result = dm_relay_from_broker(h->relay, dm_bytes(pong, 2), h->now, &used);
    assert_int_equal(used, 0);
    assert_int_equal(result, h->ended ? DM_ERROR_CLOSED : DM_OK);
  }
}

static void check_same(relay_host *h) {
  assert_told(h, "connected c1; acknowledged 7 00; unfollowed ; disconnected 0; ");
  assert_int_equal(h->unused[RELAY_DEVICE].len, 0);
  assert_int_equal(h->unused[RELAY_BROKER].len, 0);
}

static void a_direction_is_not_taken_twice_at_once(void **state) {
  everywhere(*state, feed_more, check_same);
}

/* ---- The others --------------------------------------------------------------------------------
 */

static void ask_and_tick(relay_host *h) {
  char saved[DM_RELAY_SAVED_MAX];
  size_t len = dm_relay_save(h->relay, saved);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, len)), DM_OK);
  dm_relay_tick(h->relay, dm_relay_next_deadline(h->relay));
  dm_relay_tick(h->relay, h->now);
  assert_true(dm_relay_next_deadline(h->relay) == DM_NEVER ||
              dm_relay_next_deadline(h->relay) > h->now);
}

static void everything_else_may_be_called_from_anywhere(void **state) {
  everywhere(*state, ask_and_tick, check_same);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(every_callback_is_called),
      relay_test(it_may_be_released_from_anywhere),
      relay_test(it_may_be_ended_and_released_from_anywhere),
      relay_test(it_may_be_ended_from_anywhere),
      relay_test(connected_may_end_it_and_look),
      relay_test(disconnected_may_end_it_and_look),
      relay_test(the_end_inside_is_the_end),
      relay_test(the_end_while_acknowledging_is_the_end),
      relay_test(nothing_is_acknowledged_after_the_end),
      relay_test(the_end_because_of_garbage_is_the_end),
      relay_test(messages_may_be_injected_from_anywhere),
      relay_test(nothing_is_injected_in_disconnected),
      relay_test(nothing_is_injected_behind_garbage),
      relay_test(messages_keep_their_order),
      relay_test(the_next_may_be_injected_in_acknowledged),
      relay_test(connected_may_inject),
      relay_test(both_sides_may_answer_inside),
      relay_test(an_answer_inside_ends_the_flight),
      relay_test(room_may_be_made_inside),
      relay_test(goodbye_inside_of_connack_is_goodbye),
      relay_test(goodbye_inside_ends_the_hold),
      relay_test(a_direction_is_not_taken_twice_at_once),
      relay_test(everything_else_may_be_called_from_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
