/* Tests of the relay: who is connected, and what connected() is told.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

static void every_level_connects(void **state) {
  relay_host *h = *state;
  for (uint8_t level = DM_MQTT_LEVEL_3_1; level <= DM_MQTT_LEVEL_5; level++) {
    relay_reopen(h);
    relay_connect_level(h, level);
    assert_int_equal(h->connection.protocol_level, level);
    assert_int_equal(h->connection.keep_alive, 60);
    assert_int_equal(h->connection.session_present, 0);
    assert_int_equal(h->connection.persistent, 0);
    assert_int_equal(h->connection.receive_maximum, 65535);
    assert_int_equal(h->connection.session_expiry, 0);
    assert_int_equal(h->connection.maximum_packet_size, 0);
  }
}

static void converse_simply(relay_host *h) {
  relay_device(h,
               "10 23 0004'MQTT'05 C6 003C 00 0002'c1' 00 0001'w' 0002'by' 0004'user' 0004'pass'");
  assert_broker(h,
                "10 23 0004'MQTT'05 C6 003C 00 0002'c1' 00 0001'w' 0002'by' 0004'user' 0004'pass'");
  relay_broker(h, "20 06 01 00 03 21 000A");
  assert_device(h, "20 06 01 00 03 21 000A");
  assert_told(h, "connected c1; ");
  assert_int_equal(h->connection.session_present, 1);
  relay_device(h, "E0 00");
  assert_broker(h, "E0 00");
  assert_told(h, "disconnected 0; ");
}

static void cuts_do_not_matter(void **state) {
  relay_cut(*state, converse_simply, true);
}

static void look_at_connect(relay_host *h) {
  const dm_mqtt_packet *connect = h->connection.connect;
  const dm_mqtt_packet *connack = h->connection.connack;
  assert_int_equal(connect->type, DM_MQTT_CONNECT);
  assert_int_equal(connect->connect.level, 5);
  assert_int_equal(connect->connect.clean_start, 1);
  assert_int_equal(connect->connect.user_name.len, 4);
  assert_memory_equal(connect->connect.user_name.ptr, "user", 4);
  assert_non_null(connect->connect.password.ptr);
  for (size_t i = 0; i < connect->connect.password.len; i++)
    assert_null(memchr("secret", connect->connect.password.ptr[i], 6));
  assert_true(connect->connect.has_will);
  assert_memory_equal(connect->connect.will.topic.ptr, "w", 1);
  assert_memory_equal(connect->connect.will.payload.ptr, "by", 2);
  size_t position = 0;
  dm_property property;
  assert_int_equal(dm_mqtt_next_user_property(&connect->properties, &position, &property), 1);
  assert_memory_equal(property.key.ptr, "k", 1);
  assert_int_equal(connack->type, DM_MQTT_CONNACK);
  assert_int_equal(connack->reason_code, 0);
  assert_int_equal(connack->properties.topic_alias_maximum, 7);
  assert_int_equal(connack->connack.session_present, 0);
  /* Its CONNACK was given to to_device(). */
  assert_device(h, "20 06 00 00 03 22 0007");
}

static void connected_shows_both_packets(void **state) {
  relay_host *h = *state;
  for (int bytewise = 0; bytewise < 2; bytewise++) {
    relay_reopen(h);
    h->bytewise = bytewise == 1;
    h->hooks[IN_CONNECTED] = look_at_connect;
    relay_device(h, "10 2C 0004'MQTT'05 C6 003C 07 26 0001'k' 0001'v' 0002'c1' 00 0001'w' 0002'by'"
                    "0004'user' 0006'secret'");
    assert_broker(h, "10 2C 0004'MQTT'05 C6 003C 07 26 0001'k' 0001'v' 0002'c1' 00 0001'w' 0002'by'"
                     "0004'user' 0006'secret'");
    relay_broker(h, "20 06 00 00 03 22 0007");
    assert_null(h->hooks[IN_CONNECTED]);
    assert_told(h, "connected c1; ");
  }
}

static void look_at_old_password(relay_host *h) {
  const dm_mqtt_connect *connect = &h->connection.connect->connect;
  assert_int_equal(connect->user_name.len, 6);
  assert_memory_equal(connect->user_name.ptr, "secret", 6);
  assert_non_null(connect->password.ptr);
  for (size_t i = 0; i < connect->password.len; i++)
    assert_int_not_equal(connect->password.ptr[i], "secret"[i]);
}

static void only_the_password_is_blotted_out(void **state) {
  relay_host *h = *state;
  h->hooks[IN_CONNECTED] = look_at_old_password;
  relay_connect(h, "10 1E 0004'MQTT'04 C2 003C 0002'c1' 0006'secret' 0006'secret'", CONNACK_4);
  assert_null(h->hooks[IN_CONNECTED]);
}

static void what_the_device_says_counts(void **state) {
  relay_host *h = *state;
  relay_connect(h, "10 1C 0004'MQTT'05 00 000A 0D 11 00000E10 21 0014 27 00001000 0002'c1'",
                CONNACK_5);
  assert_int_equal(h->connection.keep_alive, 10);
  assert_int_equal(h->connection.session_expiry, 3600);
  assert_int_equal(h->connection.persistent, 1);
  assert_int_equal(h->connection.receive_maximum, 20);
  assert_int_equal(h->connection.maximum_packet_size, 4096);
}

static void the_receive_maximum_of_the_server_is_not_the_devices(void **state) {
  relay_host *h = *state;
  relay_connect(h, CONNECT_5, "20 0B 00 00 08 21 0002 27 00000100");
  assert_int_equal(h->connection.receive_maximum, 65535);
  assert_int_equal(h->connection.maximum_packet_size, 0);
}

static void what_the_server_says_counts_more(void **state) {
  relay_host *h = *state;
  relay_connect(h, "10 14 0004'MQTT'05 02 003C 05 11 00000E10 0002'c1'",
                "20 0B 00 00 08 11 00000000 13 001E");
  assert_int_equal(h->connection.keep_alive, 30);
  assert_int_equal(h->connection.session_expiry, 0);
  assert_int_equal(h->connection.persistent, 0);
  relay_reopen(h);
  relay_connect(h, CONNECT_5, "20 08 00 00 05 11 FFFFFFFF");
  assert_int_equal(h->connection.session_expiry, UINT32_MAX);
  assert_int_equal(h->connection.persistent, 1);
}

static void an_old_session_may_be_persistent(void **state) {
  relay_host *h = *state;
  relay_connect(h, "10 0E 0004'MQTT'04 00 0000 0002'c1'", "20 02 01 00");
  assert_int_equal(h->connection.persistent, 1);
  assert_int_equal(h->connection.session_expiry, UINT32_MAX);
  assert_int_equal(h->connection.session_present, 1);
  assert_int_equal(h->connection.keep_alive, 0);
}

static void the_server_may_assign_the_client_id(void **state) {
  relay_host *h = *state;
  relay_connect(h, "10 0D 0004'MQTT'05 02 003C 00 0000", "20 0B 00 00 08 12 0005'auto1'");
  assert_told(h, "connected auto1; ");
  relay_reopen(h);
  relay_connect(h, "10 0D 0004'MQTT'05 02 003C 00 0000", CONNACK_5);
  assert_int_equal(h->connection.client_id.len, 0);
  relay_reopen(h);
  relay_connect(h, "10 0C 0004'MQTT'04 02 003C 0000", CONNACK_4);
  assert_int_equal(h->connection.client_id.len, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(every_level_connects),
      relay_test(cuts_do_not_matter),
      relay_test(connected_shows_both_packets),
      relay_test(only_the_password_is_blotted_out),
      relay_test(what_the_device_says_counts),
      relay_test(the_receive_maximum_of_the_server_is_not_the_devices),
      relay_test(what_the_server_says_counts_more),
      relay_test(an_old_session_may_be_persistent),
      relay_test(the_server_may_assign_the_client_id),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
