/* Packets written as text, for the tests of the MQTT codec.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_MQTT_BYTES_H
#define TEST_UNIT_MQTT_BYTES_H

#include "dm/mqtt.h"

/* The bytes that a text stands for, in memory of exactly their size: pairs of hexadecimal
 * digits and 'quoted text'; spaces are passed over. To be given to free(). */
char *mqtt_bytes(const char *text, size_t *len);

/* Decodes the one packet that `bytes` is; the remaining length must be right. */
int mqtt_decode_bytes(uint8_t level, dm_span bytes, dm_mqtt_packet *packet);

/* The same for a body under a fixed header made to fit it. */
int mqtt_decode_body(uint8_t level, uint8_t first_byte, dm_span body, dm_mqtt_packet *packet);

/* Fails the test unless `bytes` are those that `text` stands for. */
void mqtt_assert_bytes(const char *name, const char *bytes, size_t len, const char *text);

#endif
