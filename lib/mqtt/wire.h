/* The data types of MQTT packets, MQTT 5 section 1.5: reading, checking, writing.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_WIRE_H
#define DM_MQTT_WIRE_H

#include "base/writer.h"
#include "mqtt/verdict.h"

/* Reads fields in order. The first problem sticks; from then on there is nothing left and
 * every read gives zero or no bytes. */
typedef struct dmi_wire_reader {
  dm_span left;
  dmi_verdict verdict;
  bool cut_short; /* the problem is that the bytes ended too early */
} dmi_wire_reader;

/* A reader at the start of `bytes`. */
dmi_wire_reader dmi_wire_reader_over(dm_span bytes);

/* Records a verdict: a problem ends the reading, unless there is one already. */
void dmi_wire_judge(dmi_wire_reader *r, dmi_verdict v);

/* Refuses what is left unread. */
void dmi_wire_expect_end(dmi_wire_reader *r);

/* The next `len` bytes. */
dm_span dmi_wire_take(dmi_wire_reader *r, size_t len);

/* Integers of one, two and four bytes, big-endian. */
uint8_t dmi_wire_byte(dmi_wire_reader *r);
uint16_t dmi_wire_two(dmi_wire_reader *r);
uint32_t dmi_wire_four(dmi_wire_reader *r);

/* A Variable Byte Integer; and one that may be longer than it need be. */
uint32_t dmi_wire_varint(dmi_wire_reader *r);
uint32_t dmi_wire_long_varint(dmi_wire_reader *r);

/* The content of a UTF-8 Encoded String, not checked, or of Binary Data. */
dm_span dmi_wire_string(dmi_wire_reader *r);

/* Whether a string can be sent and may be: UTF-8, no U+0000, at most 65535 bytes. */
dmi_verdict dmi_wire_check_string(dm_span string);

/* Whether Binary Data can be sent: at most 65535 bytes. */
dmi_verdict dmi_wire_check_binary(dm_span bytes);

void dmi_wire_put_two(dmi_writer *w, uint16_t value);
void dmi_wire_put_four(dmi_writer *w, uint32_t value);
void dmi_wire_put_varint(dmi_writer *w, uint32_t value);

/* The bytes that dmi_wire_put_varint() writes. */
static inline size_t dmi_wire_varint_size(uint32_t value) {
  return value < 1U << 7 ? 1 : value < 1U << 14 ? 2 : value < 1U << 21 ? 3 : 4;
}
void dmi_wire_put_string(dmi_writer *w, dm_span string);

#endif
