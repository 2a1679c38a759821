/* What the codec thinks of a packet.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_VERDICT_H
#define DM_MQTT_VERDICT_H

#include <stdbool.h>

#include "dm/mqtt.h"

/* A reason code of MQTT 5 with a text for people, or 0 and NULL for a packet that is fine. */
typedef struct dmi_verdict {
  int code;
  const char *problem;
} dmi_verdict;

static inline dmi_verdict dmi_verdict_fine(void) {
  return (dmi_verdict){0, NULL};
}

/* The packet cannot be parsed (MQTT 5 section 1.2). */
static inline dmi_verdict dmi_verdict_malformed(const char *problem) {
  return (dmi_verdict){DM_MQTT_MALFORMED_PACKET, problem};
}

/* The packet can be parsed and says what the protocol does not allow (MQTT 5 section 1.2). */
static inline dmi_verdict dmi_verdict_protocol_error(const char *problem) {
  return (dmi_verdict){DM_MQTT_PROTOCOL_ERROR, problem};
}

static inline bool dmi_verdict_refuses(dmi_verdict v) {
  return v.code != 0;
}

#endif
