/* Tests of reason codes: their names, where they may stand, what old levels make of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mqtt_bytes.h"

/* MQTT 5 table 2-6. Packets: C CONNACK, a PUBACK, r PUBREC, l PUBREL, p PUBCOMP, s SUBACK,
 * u UNSUBACK, D DISCONNECT, A AUTH. */
static const struct {
  uint8_t code;
  const char *packets;
  const char *text;
} table[] = {
    {0x00, "CarlpsuDA", "Success"},
    {0x01, "s", "Granted QoS 1"},
    {0x02, "s", "Granted QoS 2"},
    {0x04, "D", "Disconnect with Will Message"},
    {0x10, "ar", "No matching subscribers"},
    {0x11, "u", "No subscription existed"},
    {0x18, "A", "Continue authentication"},
    {0x19, "A", "Re-authenticate"},
    {0x80, "CarsuD", "Unspecified error"},
    {0x81, "CD", "Malformed Packet"},
    {0x82, "CD", "Protocol Error"},
    {0x83, "CarsuD", "Implementation specific error"},
    {0x84, "C", "Unsupported Protocol Version"},
    {0x85, "C", "Client Identifier not valid"},
    {0x86, "C", "Bad User Name or Password"},
    {0x87, "CarsuD", "Not authorized"},
    {0x88, "C", "Server unavailable"},
    {0x89, "CD", "Server busy"},
    {0x8A, "C", "Banned"},
    {0x8B, "D", "Server shutting down"},
    {0x8C, "CD", "Bad authentication method"},
    {0x8D, "D", "Keep Alive timeout"},
    {0x8E, "D", "Session taken over"},
    {0x8F, "suD", "Topic Filter invalid"},
    {0x90, "CarD", "Topic Name invalid"},
    {0x91, "arsu", "Packet Identifier in use"},
    {0x92, "lp", "Packet Identifier not found"},
    {0x93, "D", "Receive Maximum exceeded"},
    {0x94, "D", "Topic Alias invalid"},
    {0x95, "CD", "Packet too large"},
    {0x96, "D", "Message rate too high"},
    {0x97, "CarsD", "Quota exceeded"},
    {0x98, "D", "Administrative action"},
    {0x99, "CarD", "Payload format invalid"},
    {0x9A, "CD", "Retain not supported"},
    {0x9B, "CD", "QoS not supported"},
    {0x9C, "CD", "Use another server"},
    {0x9D, "CD", "Server moved"},
    {0x9E, "sD", "Shared Subscriptions not supported"},
    {0x9F, "CD", "Connection rate exceeded"},
    {0xA0, "D", "Maximum connect time"},
    {0xA1, "sD", "Subscription Identifiers not supported"},
    {0xA2, "sD", "Wildcard Subscriptions not supported"},
};

/* Packets with the reason code as one byte of the body. */
static const struct {
  char letter;
  uint8_t first_byte;
  const char *body;
  size_t len;
  size_t at;
} packets[] = {
    {'C', 0x20, "\0\0\0", 3, 1},   {'a', 0x40, "\0\1\0", 3, 2}, {'r', 0x50, "\0\1\0", 3, 2},
    {'l', 0x62, "\0\1\0", 3, 2},   {'p', 0x70, "\0\1\0", 3, 2}, {'s', 0x90, "\0\1\0\0", 4, 3},
    {'u', 0xB0, "\0\1\0\0", 4, 3}, {'D', 0xE0, "\0", 1, 0},     {'A', 0xF0, "\0\4\25\0\1m", 6, 0},
};

static void test_every_code_in_every_packet(void **state) {
  (void)state;
  for (unsigned code = 0; code < 256; code++) {
    const char *allowed = "";
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
      if (table[i].code == code)
        allowed = table[i].packets;
    for (size_t k = 0; k < sizeof packets / sizeof packets[0]; k++) {
      char body[8];
      memcpy(body, packets[k].body, packets[k].len);
      body[packets[k].at] = (char)code;
      dm_mqtt_packet packet;
      int result =
          mqtt_decode_body(5, packets[k].first_byte, dm_bytes(body, packets[k].len), &packet);
      int expected = strchr(allowed, packets[k].letter) ? 0 : DM_MQTT_PROTOCOL_ERROR;
      if (result != expected)
        fail_msg("0x%02X in %c: 0x%02X", code, packets[k].letter, (unsigned)result);
    }
  }
}

static void test_names(void **state) {
  (void)state;
  for (unsigned code = 0; code < 256; code++) {
    const char *name = "Unknown reason code";
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
      if (table[i].code == code)
        name = table[i].text;
    assert_string_equal(dm_mqtt_reason_text((uint8_t)code), name);
  }
}

static void test_return_codes(void **state) {
  (void)state;
  static const struct {
    uint8_t reason_code;
    int return_code;
  } known[] = {
      {0x00, 0}, {0x80, 3}, {0x83, 3}, {0x84, 1}, {0x85, 2}, {0x86, 4}, {0x87, 5},
      {0x88, 3}, {0x89, 3}, {0x8A, 5}, {0x97, 3}, {0x9C, 3}, {0x9D, 3}, {0x9F, 3},
  };
  for (unsigned code = 0; code < 256; code++) {
    int expected = -1;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
      if (known[i].reason_code == code)
        expected = known[i].return_code;
    assert_int_equal(dm_mqtt_connack_return_code((uint8_t)code), expected);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_code_in_every_packet),
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_return_codes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
