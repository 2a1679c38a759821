/* The fixed header, MQTT 5 section 2.1.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt/fixed_header.h"

#include "base/span.h"
#include "mqtt/wire.h"

#define FLAG_DUP 8

uint8_t dmi_fixed_header_flags(uint8_t type) {
  return type == DM_MQTT_PUBREL || type == DM_MQTT_SUBSCRIBE || type == DM_MQTT_UNSUBSCRIBE ? 2 : 0;
}

static dmi_verdict check_publish_flags(uint8_t flags) {
  unsigned qos = flags >> 1 & 3;
  if (qos == 3) /* [MQTT-3.3.1-4] */
    return dmi_verdict_malformed("a PUBLISH has QoS 3");
  if (qos == 0 && (flags & FLAG_DUP) != 0) /* [MQTT-3.3.1-2] */
    return dmi_verdict_malformed("a PUBLISH of QoS 0 has the DUP flag");
  return dmi_verdict_fine();
}

/* MQTT 3.1 sections 3.6, 3.8 and 3.10: what asks for an answer is repeated with DUP. */
static bool repeated(uint8_t level, uint8_t type, uint8_t flags) {
  uint8_t first_time = dmi_fixed_header_flags(type);
  return level == DM_MQTT_LEVEL_3_1 && first_time != 0 && flags == (first_time | FLAG_DUP);
}

dmi_verdict dmi_fixed_header_check_flags(uint8_t level, uint8_t type, uint8_t flags) {
  if (type < DM_MQTT_CONNECT || type > DM_MQTT_AUTH)
    return dmi_verdict_malformed("there is no such packet type");
  if (level == 0 && type != DM_MQTT_CONNECT)
    return dmi_verdict_fine();
  if (type == DM_MQTT_PUBLISH)
    return check_publish_flags(flags);
  if (flags != dmi_fixed_header_flags(type) && !repeated(level, type, flags)) /* [MQTT-2.1.3-1] */
    return dmi_verdict_malformed("reserved flags of the fixed header are not as they must be");
  return dmi_verdict_fine();
}

dmi_verdict dmi_fixed_header_check_length(uint8_t level, const dm_mqtt_header *header) {
  if (level >= DM_MQTT_LEVEL_5 &&
      header->length > 1 + dmi_wire_varint_size(header->remaining_length))
    return dmi_verdict_malformed("the remaining length is longer than it need be");
  return dmi_verdict_fine();
}

int dm_mqtt_read_header(uint8_t level, dm_span bytes, dm_mqtt_header *header) {
  memset(header, 0, sizeof *header);
  dmi_wire_reader r = dmi_wire_reader_over(bytes);
  uint8_t first = dmi_wire_byte(&r);
  if (r.cut_short)
    return DM_MQTT_INCOMPLETE;
  header->type = first >> 4;
  header->flags = first & 15;
  dmi_wire_judge(&r, dmi_fixed_header_check_flags(level, header->type, header->flags));
  header->remaining_length = dmi_wire_long_varint(&r);
  if (r.cut_short)
    return DM_MQTT_INCOMPLETE;
  header->length = (uint8_t)(bytes.len - r.left.len);
  dmi_wire_judge(&r, dmi_fixed_header_check_length(level, header));
  header->problem = r.verdict.problem;
  return r.verdict.code;
}
