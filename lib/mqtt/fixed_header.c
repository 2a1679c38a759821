/* The fixed header, MQTT 5 section 2.1.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt/fixed_header.h"

#include "base/span.h"
#include "mqtt/wire.h"

uint8_t dmi_fixed_header_flags(uint8_t type) {
  return type == DM_MQTT_PUBREL || type == DM_MQTT_SUBSCRIBE || type == DM_MQTT_UNSUBSCRIBE ? 2 : 0;
}

static dmi_verdict check_publish_flags(uint8_t flags) {
  unsigned qos = flags >> 1 & 3;
  if (qos == 3) /* [MQTT-3.3.1-4] */
    return dmi_verdict_malformed("a PUBLISH has QoS 3");
  if (qos == 0 && (flags & 8) != 0) /* [MQTT-3.3.1-2] */
    return dmi_verdict_malformed("a PUBLISH of QoS 0 has the DUP flag");
  return dmi_verdict_fine();
}

dmi_verdict dmi_fixed_header_check(uint8_t type, uint8_t flags) {
  if (type < DM_MQTT_CONNECT || type > DM_MQTT_AUTH)
    return dmi_verdict_malformed("there is no such packet type");
  if (type == DM_MQTT_PUBLISH)
    return check_publish_flags(flags);
  if (flags != dmi_fixed_header_flags(type)) /* [MQTT-2.1.3-1] */
    return dmi_verdict_malformed("reserved flags of the fixed header are not as they must be");
  return dmi_verdict_fine();
}

int dm_mqtt_read_header(dm_span bytes, dm_mqtt_header *header) {
  memset(header, 0, sizeof *header);
  dmi_wire_reader r = dmi_wire_reader_over(bytes);
  uint8_t first = dmi_wire_byte(&r);
  if (r.cut_short)
    return DM_MQTT_INCOMPLETE;
  header->type = first >> 4;
  header->flags = first & 15;
  dmi_wire_judge(&r, dmi_fixed_header_check(header->type, header->flags));
  header->remaining_length = dmi_wire_varint(&r);
  if (r.cut_short)
    return DM_MQTT_INCOMPLETE;
  header->length = (uint8_t)(bytes.len - r.left.len);
  header->problem = r.verdict.problem;
  return r.verdict.code;
}
