/* Tests of the properties of MQTT 5: where each may stand, what it may say.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>

#include "base/span.h"
#include "mqtt_bytes.h"

/* ---- Packets around a section ---- */

/* Places where properties stand: a packet's bytes before the section and after it. */
typedef struct place {
  char letter; /* its name in the table of properties below */
  uint8_t first_byte;
  const char *before;
  const char *after;
} place;

static const place places[] = {
    {'C', 0x10, "0004'MQTT'05 02 0000", "0000"},
    {'W', 0x10, "0004'MQTT'05 06 0000 00 0000", "0001't' 0000"},
    {'c', 0x20, "00 00", ""},
    {'P', 0x30, "0001't'", ""},
    {'a', 0x40, "0001 00", ""},
    {'r', 0x50, "0001 00", ""},
    {'l', 0x62, "0001 00", ""},
    {'p', 0x70, "0001 00", ""},
    {'S', 0x82, "0001", "0001't' 00"},
    {'s', 0x90, "0001", "00"},
    {'U', 0xA2, "0001", "0001't'"},
    {'u', 0xB0, "0001", "00"},
    {'D', 0xE0, "00", ""},
    {'A', 0xF0, "00", ""},
};

/* The bytes of a packet's body with this section; to be given to free(). */
static char *body_with(const place *where, const char *section, size_t *len) {
  size_t section_len;
  char *bytes = mqtt_bytes(section, &section_len);
  size_t before_len;
  char *before = mqtt_bytes(where->before, &before_len);
  size_t after_len;
  char *after = mqtt_bytes(where->after, &after_len);
  assert_true(section_len < 128);
  *len = before_len + 1 + section_len + after_len;
  char *body = malloc(*len);
  assert_non_null(body);
  memcpy(body, before, before_len);
  body[before_len] = (char)section_len;
  memcpy(body + before_len + 1, bytes, section_len);
  memcpy(body + before_len + 1 + section_len, after, after_len);
  free(after);
  free(before);
  free(bytes);
  return body;
}

static int code_of(const place *where, const char *section) {
  size_t len;
  char *body = body_with(where, section, &len);
  dm_mqtt_packet packet;
  int code = mqtt_decode_body(5, where->first_byte, dm_bytes(body, len), &packet);
  free(body);
  return code;
}

static const place *place_named(char letter) {
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
    if (places[i].letter == letter)
      return &places[i];
  fail_msg("no place %c", letter);
  return NULL;
}

/* ---- Where each property may stand ---- */

/* MQTT 5 table 2-4, with one value each that is fine. AUTH needs a method beside it. */
static const struct {
  uint8_t identifier;
  const char *bytes;
  const char *places;
} properties[] = {
    {0x01, "01 01", "PW"},
    {0x02, "02 00000000", "PW"},
    {0x03, "03 0000", "PW"},
    {0x08, "08 0001'r'", "PW"},
    {0x09, "09 0001 FF", "PW"},
    {0x0B, "0B 01", "PS"},
    {0x11, "11 FFFFFFFF", "CcD"},
    {0x12, "12 0001'i'", "c"},
    {0x13, "13 0000", "c"},
    {0x15, "15 0001'm'", "CcA"},
    {0x16, "15 0001'm' 16 0001 FF", "CcA"},
    {0x17, "17 00", "C"},
    {0x18, "18 00000000", "W"},
    {0x19, "19 01", "C"},
    {0x1A, "1A 0001'i'", "c"},
    {0x1C, "1C 0001's'", "cD"},
    {0x1F, "1F 0001'r'", "carlpsuDA"},
    {0x21, "21 0001", "Cc"},
    {0x22, "22 0000", "Cc"},
    {0x23, "23 0001", "P"},
    {0x24, "24 00", "c"},
    {0x25, "25 01", "c"},
    {0x26, "26 0001'k'0001'v'", "CcPWarlpSsUuDA"},
    {0x27, "27 00000001", "Cc"},
    {0x28, "28 00", "c"},
    {0x29, "29 01", "c"},
    {0x2A, "2A 00", "c"},
};

static void test_every_property_in_every_place(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
    for (size_t k = 0; k < sizeof places / sizeof places[0]; k++) {
      char section[128] = "";
      if (places[k].letter == 'A' && properties[i].identifier != 0x15 &&
          properties[i].identifier != 0x16)
        strcpy(section, "15 0001'm'");
      strcat(section, properties[i].bytes);
      bool allowed = strchr(properties[i].places, places[k].letter) != NULL;
      int code = code_of(&places[k], section);
      if (code != (allowed ? 0 : DM_MQTT_MALFORMED_PACKET))
        fail_msg("property 0x%02X in %c: 0x%02X", properties[i].identifier, places[k].letter,
                 (unsigned)code);
    }
  }
}

static void test_every_property_twice(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
    char section[128];
    strcpy(section, properties[i].bytes);
    strcat(section, properties[i].bytes);
    const place *where = place_named(properties[i].places[0]);
    bool repeats = properties[i].identifier == 0x0B || properties[i].identifier == 0x26;
    assert_int_equal(code_of(where, section), repeats ? 0 : DM_MQTT_PROTOCOL_ERROR);
  }
}

static void test_every_property_cut_short(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
    const place *where = place_named(properties[i].places[0]);
    size_t len;
    char *whole = mqtt_bytes(properties[i].bytes, &len);
    for (size_t cut = 1; cut < len; cut++) {
      char section[128] = "";
      for (size_t k = 0; k < cut; k++) {
        static const char digits[] = "0123456789ABCDEF";
        char hex[3] = {digits[(uint8_t)whole[k] >> 4], digits[whole[k] & 15], '\0'};
        strcat(section, hex);
      }
      /* the method before authentication data is whole by itself */
      if (properties[i].identifier != 0x16 || cut != 4)
        assert_int_equal(code_of(where, section), DM_MQTT_MALFORMED_PACKET);
    }
    free(whole);
  }
}

static void test_unknown_identifiers(void **state) {
  (void)state;
  for (unsigned identifier = 0; identifier < 128; identifier++) {
    bool known = false;
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++)
      known = known || properties[i].identifier == identifier;
    static const char digits[] = "0123456789ABCDEF";
    char section[] = "00 00000000";
    section[0] = digits[identifier >> 4];
    section[1] = digits[identifier & 15];
    if (!known)
      assert_int_equal(code_of(place_named('P'), section), DM_MQTT_MALFORMED_PACKET);
  }
  assert_int_equal(code_of(place_named('P'), "8100 01"), DM_MQTT_MALFORMED_PACKET);
  assert_int_equal(code_of(place_named('P'), "FFFFFF7F"), DM_MQTT_MALFORMED_PACKET);
}

/* ---- What each may say ---- */

static void test_values(void **state) {
  (void)state;
  const struct {
    char place;
    const char *section;
    int code;
  } cases[] = {
      {'P', "01 00", 0},
      {'P', "01 02", 0x82},
      {'W', "01 02", 0x82},
      {'C', "17 02", 0x82},
      {'C', "19 FF", 0x82},
      {'c', "24 02", 0x82},
      {'c', "25 02", 0x82},
      {'c', "28 02", 0x82},
      {'c', "29 02", 0x82},
      {'c', "2A 02", 0x82},
      {'C', "21 0000", 0x82},
      {'c', "21 0000", 0x82},
      {'C', "27 00000000", 0x82},
      {'c', "27 00000000", 0x82},
      {'P', "23 0000", 0x94},
      {'P', "0B 00", 0x82},
      {'P', "0B FFFFFF7F", 0},
      {'P', "0B FFFFFFFF01", 0x81},
      {'P', "0B 8000", 0x81},
      {'P', "0B 01 0B 02 0B 01", 0},
      {'S', "0B 00", 0x82},
      {'S', "0B 01 0B 01", 0x82},
      {'P', "03 0001 FF", 0x81},
      {'P', "03 0001 00", 0x81},
      {'W', "03 0002 C080", 0x81},
      {'P', "08 0000", 0x82},
      {'P', "08 0003'a/+'", 0x82},
      {'W', "08 0001'#'", 0x82},
      {'P', "08 0001 FF", 0x81},
      {'P', "09 0000", 0},
      {'P', "09 0002 00FF", 0},
      {'c', "1F 0001 FF", 0x81},
      {'P', "26 0001 FF 0000", 0x81},
      {'P', "26 0000 0001 00", 0x81},
      {'P', "26 0000 0000", 0},
      {'C', "16 0000", 0x82},
      {'C', "16 0000 15 0000", 0},
      {'A', "16 0000", 0x82},
      {'A', "1F 0000", 0x82},
      {'A', "", 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int code = code_of(place_named(cases[i].place), cases[i].section);
    if (code != cases[i].code)
      fail_msg("%s in %c: 0x%02X", cases[i].section, cases[i].place, (unsigned)code);
  }
}

static void test_fields(void **state) {
  (void)state;
  size_t len;
  char *body =
      body_with(place_named('c'),
                "11 01020304 12 0001'i' 13 0506 15 0001'm' 16 0001'd' 1A 0001'n' 1C 0001's'"
                " 1F 0001'r' 21 0708 22 090A 24 01 25 00 27 0B0C0D0E 28 01 29 00 2A 01",
                &len);
  dm_mqtt_packet packet;
  assert_int_equal(mqtt_decode_body(5, 0x20, dm_bytes(body, len), &packet), 0);
  const dm_mqtt_properties *p = &packet.properties;
  assert_int_equal(p->session_expiry_interval, 0x01020304);
  assert_true(dmi_span_equal(p->assigned_client_identifier, SPAN("i")));
  assert_int_equal(p->server_keep_alive, 0x0506);
  assert_true(dmi_span_equal(p->authentication_method, SPAN("m")));
  assert_true(dmi_span_equal(p->authentication_data, SPAN("d")));
  assert_true(dmi_span_equal(p->response_information, SPAN("n")));
  assert_true(dmi_span_equal(p->server_reference, SPAN("s")));
  assert_true(dmi_span_equal(p->reason_string, SPAN("r")));
  assert_int_equal(p->receive_maximum, 0x0708);
  assert_int_equal(p->topic_alias_maximum, 0x090A);
  assert_int_equal(p->maximum_qos, 1);
  assert_int_equal(p->retain_available, 0);
  assert_int_equal(p->maximum_packet_size, 0x0B0C0D0E);
  assert_int_equal(p->wildcard_subscription_available, 1);
  assert_int_equal(p->subscription_identifiers_available, 0);
  assert_int_equal(p->shared_subscription_available, 1);
  assert_true(dm_mqtt_has(p, DM_MQTT_RETAIN_AVAILABLE));
  assert_false(dm_mqtt_has(p, DM_MQTT_USER_PROPERTY));
  free(body);
}

/* ---- What may stand several times ---- */

static void test_walking(void **state) {
  (void)state;
  size_t len;
  char *body = body_with(place_named('P'),
                         "0B 05 26 0001'a'0001'1' 03 0001't' 26 0001'a'0000 0B 8001 01 01"
                         " 26 0000 0001'2' 09 0000",
                         &len);
  dm_mqtt_packet packet;
  assert_int_equal(mqtt_decode_body(5, 0x30, dm_bytes(body, len), &packet), 0);
  const char *pairs[][2] = {{"a", "1"}, {"a", ""}, {"", "2"}};
  size_t position = 0;
  dm_property pair;
  for (size_t i = 0; i < 3; i++) {
    assert_true(dm_mqtt_next_user_property(&packet.properties, &position, &pair));
    assert_true(dmi_span_equal(pair.key, dm_text(pairs[i][0])));
    assert_true(dmi_span_equal(pair.value, dm_text(pairs[i][1])));
  }
  assert_false(dm_mqtt_next_user_property(&packet.properties, &position, &pair));
  assert_false(dm_mqtt_next_user_property(&packet.properties, &position, &pair));
  uint32_t identifier;
  position = 0;
  assert_true(dm_mqtt_next_subscription_identifier(&packet.properties, &position, &identifier));
  assert_int_equal(identifier, 5);
  assert_true(dm_mqtt_next_subscription_identifier(&packet.properties, &position, &identifier));
  assert_int_equal(identifier, 128);
  assert_false(dm_mqtt_next_subscription_identifier(&packet.properties, &position, &identifier));
  free(body);
}

static void test_walking_where_there_is_nothing(void **state) {
  (void)state;
  dm_mqtt_properties none = {0};
  size_t position = 0;
  dm_property pair;
  uint32_t identifier;
  assert_false(dm_mqtt_next_user_property(&none, &position, &pair));
  assert_false(dm_mqtt_next_subscription_identifier(&none, &position, &identifier));
  none.encoded = dm_text("\x26\x01"); /* not a section at all */
  assert_false(dm_mqtt_next_user_property(&none, &position, &pair));
  position = 1000;
  assert_false(dm_mqtt_next_user_property(&none, &position, &pair));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_property_in_every_place),
      cmocka_unit_test(test_every_property_twice),
      cmocka_unit_test(test_every_property_cut_short),
      cmocka_unit_test(test_unknown_identifiers),
      cmocka_unit_test(test_values),
      cmocka_unit_test(test_fields),
      cmocka_unit_test(test_walking),
      cmocka_unit_test(test_walking_where_there_is_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
