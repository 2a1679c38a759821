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
typedef struct wire_reader {
  dm_span left;
  verdict verdict;
  bool cut_short; /* the problem is that the bytes ended too early */
} wire_reader;

/* A reader at the start of `bytes`. */
wire_reader wire_reader_over(dm_span bytes);

/* Records a verdict: a problem ends the reading, unless there is one already. */
void wire_judge(wire_reader *r, verdict v);

/* Refuses what is left unread. */
void wire_expect_end(wire_reader *r);

/* The next `len` bytes. */
dm_span wire_take(wire_reader *r, size_t len);

/* Integers of one, two and four bytes, big-endian. */
uint8_t wire_byte(wire_reader *r);
uint16_t wire_two(wire_reader *r);
uint32_t wire_four(wire_reader *r);

/* A Variable Byte Integer. */
uint32_t wire_varint(wire_reader *r);

/* The content of a UTF-8 Encoded String, not checked, or of Binary Data. */
dm_span wire_string(wire_reader *r);

/* Whether a string can be sent and may be: UTF-8, no U+0000, at most 65535 bytes. */
verdict wire_check_string(dm_span string);

/* Whether Binary Data can be sent: at most 65535 bytes. */
verdict wire_check_binary(dm_span bytes);

void wire_put_two(writer *w, uint16_t value);
void wire_put_four(writer *w, uint32_t value);
void wire_put_varint(writer *w, uint32_t value);
void wire_put_string(writer *w, dm_span string);

#endif
