/* The data types of MQTT packets, MQTT 5 section 1.5: reading, checking, writing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt/wire.h"

#include "base/span.h"
#include "base/utf8.h"

wire_reader wire_reader_over(dm_span bytes) {
  return (wire_reader){bytes, verdict_fine(), false};
}

void wire_judge(wire_reader *r, verdict v) {
  if (!verdict_refuses(v))
    return;
  if (!verdict_refuses(r->verdict))
    r->verdict = v;
  r->left.len = 0;
}

void wire_expect_end(wire_reader *r) {
  if (r->left.len > 0)
    wire_judge(r, verdict_malformed("bytes follow the packet's last field"));
}

dm_span wire_take(wire_reader *r, size_t len) {
  if (len > r->left.len) {
    r->cut_short = r->cut_short || !verdict_refuses(r->verdict);
    wire_judge(r, verdict_malformed("the packet ends inside a field"));
    return (dm_span){NULL, 0};
  }
  dm_span taken = span_head(r->left, len);
  r->left = span_tail(r->left, len);
  return taken;
}

static uint32_t big_endian(dm_span bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < bytes.len; i++)
    value = value << 8 | (unsigned char)bytes.ptr[i];
  return value;
}

uint8_t wire_byte(wire_reader *r) {
  return (uint8_t)big_endian(wire_take(r, 1));
}

uint16_t wire_two(wire_reader *r) {
  return (uint16_t)big_endian(wire_take(r, 2));
}

uint32_t wire_four(wire_reader *r) {
  return big_endian(wire_take(r, 4));
}

uint32_t wire_varint(wire_reader *r) {
  uint32_t value = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    uint8_t byte = wire_byte(r);
    value |= (uint32_t)(byte & 0x7F) << shift;
    if (byte < 0x80) {
      if (byte == 0 && shift > 0) /* [MQTT-1.5.5-1] */
        wire_judge(r, verdict_malformed("a Variable Byte Integer is longer than it need be"));
      return value;
    }
  }
  wire_judge(r, verdict_malformed("a Variable Byte Integer has more than four bytes"));
  return 0;
}

dm_span wire_string(wire_reader *r) {
  return wire_take(r, wire_two(r));
}

verdict wire_check_binary(dm_span bytes) {
  if (!span_sound(bytes) || bytes.len > UINT16_MAX)
    return verdict_malformed("a string or Binary Data is longer than 65535 bytes");
  return verdict_fine();
}

verdict wire_check_string(dm_span string) {
  verdict v = wire_check_binary(string);
  if (!verdict_refuses(v) && !utf8_valid_mqtt(string)) /* [MQTT-1.5.4-1], [MQTT-1.5.4-2] */
    return verdict_malformed("a string is not well-formed UTF-8 or holds U+0000");
  return v;
}

void wire_put_two(writer *w, uint16_t value) {
  writer_byte(w, (char)(value >> 8));
  writer_byte(w, (char)(value & 0xFF));
}

void wire_put_four(writer *w, uint32_t value) {
  wire_put_two(w, (uint16_t)(value >> 16));
  wire_put_two(w, (uint16_t)(value & 0xFFFF));
}

void wire_put_varint(writer *w, uint32_t value) {
  for (; value > 0x7F; value >>= 7)
    writer_byte(w, (char)(0x80 | (value & 0x7F)));
  writer_byte(w, (char)value);
}

void wire_put_string(writer *w, dm_span string) {
  wire_put_two(w, (uint16_t)string.len);
  writer_bytes(w, string);
}
