/* The data types of MQTT packets, MQTT 5 section 1.5: reading, checking, writing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt/wire.h"

#include "base/span.h"
#include "base/utf8.h"

dmi_wire_reader dmi_wire_reader_over(dm_span bytes) {
  return (dmi_wire_reader){bytes, dmi_verdict_fine(), false};
}

void dmi_wire_judge(dmi_wire_reader *r, dmi_verdict v) {
  if (!dmi_verdict_refuses(v))
    return;
  if (!dmi_verdict_refuses(r->verdict))
    r->verdict = v;
  r->left.len = 0;
}

void dmi_wire_expect_end(dmi_wire_reader *r) {
  if (r->left.len > 0)
    dmi_wire_judge(r, dmi_verdict_malformed("bytes follow the packet's last field"));
}

dm_span dmi_wire_take(dmi_wire_reader *r, size_t len) {
  if (len > r->left.len) {
    r->cut_short = r->cut_short || !dmi_verdict_refuses(r->verdict);
    dmi_wire_judge(r, dmi_verdict_malformed("the packet ends inside a field"));
    return (dm_span){NULL, 0};
  }
  dm_span taken = dmi_span_head(r->left, len);
  r->left = dmi_span_tail(r->left, len);
  return taken;
}

static uint32_t big_endian(dm_span bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < bytes.len; i++)
    value = value << 8 | (unsigned char)bytes.ptr[i];
  return value;
}

uint8_t dmi_wire_byte(dmi_wire_reader *r) {
  return (uint8_t)big_endian(dmi_wire_take(r, 1));
}

uint16_t dmi_wire_two(dmi_wire_reader *r) {
  return (uint16_t)big_endian(dmi_wire_take(r, 2));
}

uint32_t dmi_wire_four(dmi_wire_reader *r) {
  return big_endian(dmi_wire_take(r, 4));
}

uint32_t dmi_wire_long_varint(dmi_wire_reader *r) {
  uint32_t value = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    uint8_t byte = dmi_wire_byte(r);
    value |= (uint32_t)(byte & 0x7F) << shift;
    if (byte < 0x80)
      return value;
  }
  dmi_wire_judge(r, dmi_verdict_malformed("a Variable Byte Integer has more than four bytes"));
  return 0;
}

uint32_t dmi_wire_varint(dmi_wire_reader *r) {
  size_t before = r->left.len;
  uint32_t value = dmi_wire_long_varint(r);
  if (before - r->left.len > dmi_wire_varint_size(value)) /* [MQTT-1.5.5-1] */
    dmi_wire_judge(r, dmi_verdict_malformed("a Variable Byte Integer is longer than it need be"));
  return value;
}

dm_span dmi_wire_string(dmi_wire_reader *r) {
  return dmi_wire_take(r, dmi_wire_two(r));
}

dmi_verdict dmi_wire_check_binary(dm_span bytes) {
  if (!dmi_span_sound(bytes) || bytes.len > UINT16_MAX)
    return dmi_verdict_malformed("a string or Binary Data is longer than 65535 bytes");
  return dmi_verdict_fine();
}

dmi_verdict dmi_wire_check_string(dm_span string) {
  dmi_verdict v = dmi_wire_check_binary(string);
  if (!dmi_verdict_refuses(v) && !dmi_utf8_valid_mqtt(string)) /* [MQTT-1.5.4-1], [MQTT-1.5.4-2] */
    return dmi_verdict_malformed("a string is not well-formed UTF-8 or holds U+0000");
  return v;
}

void dmi_wire_put_two(dmi_writer *w, uint16_t value) {
  dmi_writer_byte(w, (char)(value >> 8));
  dmi_writer_byte(w, (char)(value & 0xFF));
}

void dmi_wire_put_four(dmi_writer *w, uint32_t value) {
  dmi_wire_put_two(w, (uint16_t)(value >> 16));
  dmi_wire_put_two(w, (uint16_t)(value & 0xFFFF));
}

void dmi_wire_put_varint(dmi_writer *w, uint32_t value) {
  for (; value > 0x7F; value >>= 7)
    dmi_writer_byte(w, (char)(0x80 | (value & 0x7F)));
  dmi_writer_byte(w, (char)value);
}

void dmi_wire_put_string(dmi_writer *w, dm_span string) {
  dmi_wire_put_two(w, (uint16_t)string.len);
  dmi_writer_bytes(w, string);
}
