/* Packets written as text, for the tests of the MQTT codec.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt_bytes.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static unsigned digit(char c) {
  static const char digits[] = "0123456789ABCDEF";
  const char *found = memchr(digits, c, sizeof digits - 1);
  if (found == NULL)
    fail_msg("'%c' is not a hexadecimal digit", c);
  return (unsigned)(found - digits);
}

/* Writes the bytes to `out` unless that is NULL; returns how many there are. */
static size_t translate(const char *text, char *out) {
  size_t len = 0;
  int quoted = 0;
  for (; *text != '\0'; text++) {
    if (*text == '\'') {
      quoted = !quoted;
      continue;
    }
    if (!quoted && *text == ' ')
      continue;
    char byte = *text;
    if (!quoted) {
      byte = (char)(digit(text[0]) << 4 | digit(text[1]));
      text++;
    }
    if (out != NULL)
      out[len] = byte;
    len++;
  }
  return len;
}

char *mqtt_bytes(const char *text, size_t *len) {
  *len = translate(text, NULL);
  char *bytes = malloc(*len == 0 ? 1 : *len);
  assert_non_null(bytes);
  translate(text, bytes);
  return bytes;
}

int mqtt_decode_bytes(uint8_t level, dm_span bytes, dm_mqtt_packet *packet) {
  dm_mqtt_header header;
  int result = dm_mqtt_read_header(0, bytes, &header);
  if (result != 0)
    return result;
  assert_int_equal(bytes.len, dm_mqtt_packet_size(&header));
  return dm_mqtt_decode(level, &header,
                        dm_bytes(bytes.ptr + header.length, header.remaining_length), packet);
}

int mqtt_decode_body(uint8_t level, uint8_t first_byte, dm_span body, dm_mqtt_packet *packet) {
  dm_mqtt_header header = {
      .type = first_byte >> 4, .flags = first_byte & 15, .remaining_length = (uint32_t)body.len};
  return dm_mqtt_decode(level, &header, body, packet);
}

void mqtt_assert_bytes(const char *name, const char *bytes, size_t len, const char *text) {
  size_t expected_len;
  char *expected = mqtt_bytes(text, &expected_len);
  if (len == expected_len && memcmp(bytes, expected, len) == 0) {
    free(expected);
    return;
  }
  print_error("%s: got", name);
  for (size_t i = 0; i < len; i++)
    print_error(" %02X", (unsigned char)bytes[i]);
  print_error("\nbut expected %s\n", text);
  free(expected);
  fail();
}
