/* Valid packets of every type and level, for the tests of the MQTT codec.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_MQTT_SAMPLES_H
#define TEST_UNIT_MQTT_SAMPLES_H

#include "dm/mqtt.h"

typedef struct mqtt_sample {
  const char *name;
  uint8_t level;
  const char *text; /* see mqtt_bytes() */

  /* What encoding the decoded packet gives; NULL: the same bytes. */
  const char *encoded;

  /* How many proper beginnings of the body are packets as well. */
  size_t shorter;
} mqtt_sample;

extern const mqtt_sample mqtt_samples[];
extern const size_t mqtt_sample_count;

#endif
