/* The properties of MQTT 5, section 2.2.2.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt/properties.h"

#include "base/span.h"
#include "mqtt/topics.h"

/* ---- What there is ---- */

typedef enum value_form {
  FORM_NONE, /* no such property */
  FORM_BIT,  /* a byte, 0 or 1 */
  FORM_TWO,
  FORM_FOUR,
  FORM_STRING,
  FORM_BINARY,
  FORM_IDENTIFIER, /* a Variable Byte Integer that may stand several times */
  FORM_PAIR        /* two strings; may stand several times */
} value_form;

typedef struct property {
  uint8_t form;
  uint16_t packets; /* bit n: packet type n */
  uint16_t offset;  /* of the field in dm_mqtt_properties */
} property;

#define IN(type)     (1u << DM_MQTT_##type)
#define IN_WILL      (1u << PROPERTIES_OF_WILL)
#define IN_MESSAGES  (IN(PUBLISH) | IN_WILL)
#define IN_GREETINGS (IN(CONNECT) | IN(CONNACK))
#define IN_RECEIPTS  (IN(PUBACK) | IN(PUBREC) | IN(PUBREL) | IN(PUBCOMP))
#define IN_ANSWERS                                                                                 \
  (IN(CONNACK) | IN_RECEIPTS | IN(SUBACK) | IN(UNSUBACK) | IN(DISCONNECT) | IN(AUTH))
#define IN_ALL         (IN_ANSWERS | IN_MESSAGES | IN(CONNECT) | IN(SUBSCRIBE) | IN(UNSUBSCRIBE))
#define FIELD(name)    (uint16_t) offsetof(dm_mqtt_properties, name)
#define PROPERTY_COUNT (DM_MQTT_SHARED_SUBSCRIPTION_AVAILABLE + 1)

/* Table 2-4. */
static const property known[PROPERTY_COUNT] = {
    [DM_MQTT_PAYLOAD_FORMAT_INDICATOR] = {FORM_BIT, IN_MESSAGES, FIELD(payload_format_indicator)},
    [DM_MQTT_MESSAGE_EXPIRY_INTERVAL] = {FORM_FOUR, IN_MESSAGES, FIELD(message_expiry_interval)},
    [DM_MQTT_CONTENT_TYPE] = {FORM_STRING, IN_MESSAGES, FIELD(content_type)},
    [DM_MQTT_RESPONSE_TOPIC] = {FORM_STRING, IN_MESSAGES, FIELD(response_topic)},
    [DM_MQTT_CORRELATION_DATA] = {FORM_BINARY, IN_MESSAGES, FIELD(correlation_data)},
    [DM_MQTT_SUBSCRIPTION_IDENTIFIER] = {FORM_IDENTIFIER, IN(PUBLISH) | IN(SUBSCRIBE), 0},
    [DM_MQTT_SESSION_EXPIRY_INTERVAL] = {FORM_FOUR, IN_GREETINGS | IN(DISCONNECT),
                                         FIELD(session_expiry_interval)},
    [DM_MQTT_ASSIGNED_CLIENT_IDENTIFIER] = {FORM_STRING, IN(CONNACK),
                                            FIELD(assigned_client_identifier)},
    [DM_MQTT_SERVER_KEEP_ALIVE] = {FORM_TWO, IN(CONNACK), FIELD(server_keep_alive)},
    [DM_MQTT_AUTHENTICATION_METHOD] = {FORM_STRING, IN_GREETINGS | IN(AUTH),
                                       FIELD(authentication_method)},
    [DM_MQTT_AUTHENTICATION_DATA] = {FORM_BINARY, IN_GREETINGS | IN(AUTH),
                                     FIELD(authentication_data)},
    [DM_MQTT_REQUEST_PROBLEM_INFORMATION] = {FORM_BIT, IN(CONNECT),
                                             FIELD(request_problem_information)},
    [DM_MQTT_WILL_DELAY_INTERVAL] = {FORM_FOUR, IN_WILL, FIELD(will_delay_interval)},
    [DM_MQTT_REQUEST_RESPONSE_INFORMATION] = {FORM_BIT, IN(CONNECT),
                                              FIELD(request_response_information)},
    [DM_MQTT_RESPONSE_INFORMATION] = {FORM_STRING, IN(CONNACK), FIELD(response_information)},
    [DM_MQTT_SERVER_REFERENCE] = {FORM_STRING, IN(CONNACK) | IN(DISCONNECT),
                                  FIELD(server_reference)},
    [DM_MQTT_REASON_STRING] = {FORM_STRING, IN_ANSWERS, FIELD(reason_string)},
    [DM_MQTT_RECEIVE_MAXIMUM] = {FORM_TWO, IN_GREETINGS, FIELD(receive_maximum)},
    [DM_MQTT_TOPIC_ALIAS_MAXIMUM] = {FORM_TWO, IN_GREETINGS, FIELD(topic_alias_maximum)},
    [DM_MQTT_TOPIC_ALIAS] = {FORM_TWO, IN(PUBLISH), FIELD(topic_alias)},
    [DM_MQTT_MAXIMUM_QOS] = {FORM_BIT, IN(CONNACK), FIELD(maximum_qos)},
    [DM_MQTT_RETAIN_AVAILABLE] = {FORM_BIT, IN(CONNACK), FIELD(retain_available)},
    [DM_MQTT_USER_PROPERTY] = {FORM_PAIR, IN_ALL, 0},
    [DM_MQTT_MAXIMUM_PACKET_SIZE] = {FORM_FOUR, IN_GREETINGS, FIELD(maximum_packet_size)},
    [DM_MQTT_WILDCARD_SUBSCRIPTION_AVAILABLE] = {FORM_BIT, IN(CONNACK),
                                                 FIELD(wildcard_subscription_available)},
    [DM_MQTT_SUBSCRIPTION_IDENTIFIERS_AVAILABLE] = {FORM_BIT, IN(CONNACK),
                                                    FIELD(subscription_identifiers_available)},
    [DM_MQTT_SHARED_SUBSCRIPTION_AVAILABLE] = {FORM_BIT, IN(CONNACK),
                                               FIELD(shared_subscription_available)},
};

static bool may_repeat(const property *kind) {
  return kind->form == FORM_PAIR || kind->form == FORM_IDENTIFIER;
}

/* ---- Reading ---- */

/* What stands several times stays where it is, in `encoded`. */
static void read_value(dmi_wire_reader *r, const property *kind, dm_mqtt_properties *out) {
  void *field = (char *)out + kind->offset;
  switch (kind->form) {
  case FORM_BIT:
    *(uint8_t *)field = dmi_wire_byte(r);
    break;
  case FORM_TWO:
    *(uint16_t *)field = dmi_wire_two(r);
    break;
  case FORM_FOUR:
    *(uint32_t *)field = dmi_wire_four(r);
    break;
  case FORM_STRING:
  case FORM_BINARY:
    *(dm_span *)field = dmi_wire_string(r);
    break;
  case FORM_IDENTIFIER:
    dmi_wire_varint(r);
    break;
  case FORM_PAIR:
    dmi_wire_string(r);
    dmi_wire_string(r);
    break;
  default: /* section 2.2.2.2 */
    dmi_wire_judge(r, dmi_verdict_malformed("there is no such property"));
  }
}

static const property *read_identifier(dmi_wire_reader *r, uint32_t *identifier) {
  *identifier = dmi_wire_varint(r);
  return &known[*identifier < PROPERTY_COUNT ? *identifier : 0];
}

static void read_property(dmi_wire_reader *r, dm_mqtt_properties *properties) {
  uint32_t identifier;
  const property *kind = read_identifier(r, &identifier);
  read_value(r, kind, properties);
  if (dmi_verdict_refuses(r->verdict))
    return;
  if (dm_mqtt_has(properties, identifier) && !may_repeat(kind))
    dmi_wire_judge(r, dmi_verdict_protocol_error("a property stands twice"));
  dm_mqtt_set(properties, identifier);
}

static dmi_verdict read_section(dm_span section, dm_mqtt_properties *properties) {
  dmi_wire_reader r = dmi_wire_reader_over(section);
  memset(properties, 0, sizeof *properties);
  properties->encoded = section;
  while (r.left.len > 0)
    read_property(&r, properties);
  return r.verdict;
}

void dmi_properties_read(dmi_wire_reader *r, dm_mqtt_properties *properties) {
  dm_span section = dmi_wire_take(r, dmi_wire_varint(r));
  dmi_wire_judge(r, read_section(section, properties));
}

/* ---- Walking through what may stand several times ---- */

/* Leaves the reader before the value of the next property of this identifier. */
static bool seek(dmi_wire_reader *r, uint32_t identifier) {
  while (r->left.len > 0) {
    uint32_t found;
    dm_mqtt_properties passed;
    const property *kind = read_identifier(r, &found);
    if (found == identifier)
      return true;
    read_value(r, kind, &passed);
  }
  return false;
}

static dmi_wire_reader reader_at(const dm_mqtt_properties *properties, size_t position) {
  size_t len = properties->encoded.len;
  return dmi_wire_reader_over(dmi_span_tail(properties->encoded, position < len ? position : len));
}

int dm_mqtt_next_user_property(const dm_mqtt_properties *properties, size_t *position,
                               dm_property *pair) {
  dmi_wire_reader r = reader_at(properties, *position);
  if (!seek(&r, DM_MQTT_USER_PROPERTY))
    return 0;
  pair->key = dmi_wire_string(&r);
  pair->value = dmi_wire_string(&r);
  *position = properties->encoded.len - r.left.len;
  return !dmi_verdict_refuses(r.verdict);
}

int dm_mqtt_next_subscription_identifier(const dm_mqtt_properties *properties, size_t *position,
                                         uint32_t *identifier) {
  dmi_wire_reader r = reader_at(properties, *position);
  if (!seek(&r, DM_MQTT_SUBSCRIPTION_IDENTIFIER))
    return 0;
  *identifier = dmi_wire_varint(&r);
  *position = properties->encoded.len - r.left.len;
  return !dmi_verdict_refuses(r.verdict);
}

/* All of them: those in wire form, then the array's. `given` counts the latter. */
static bool next_user_property(const dm_mqtt_properties *p, size_t *position, size_t *given,
                               dm_property *pair) {
  if (dm_mqtt_next_user_property(p, position, pair))
    return true;
  if (*given >= p->user_property_count)
    return false;
  *pair = p->user_properties[(*given)++];
  return true;
}

static bool next_identifier(const dm_mqtt_properties *p, size_t *position, size_t *given,
                            uint32_t *identifier) {
  if (dm_mqtt_next_subscription_identifier(p, position, identifier))
    return true;
  if (*given >= p->subscription_identifier_count)
    return false;
  *identifier = p->subscription_identifiers[(*given)++];
  return true;
}

/* ---- Checking ---- */

static dmi_verdict check_bit(uint8_t value) {
  if (value > 1)
    return dmi_verdict_protocol_error("a property that is 0 or 1 has another value");
  return dmi_verdict_fine();
}

/* Sections 3.1.2.11.3, 3.1.2.11.4, 3.2.2.3.3, 3.2.2.3.6, 3.3.2.3.4. */
static dmi_verdict check_number(unsigned identifier, uint32_t value) {
  if (value > 0)
    return dmi_verdict_fine();
  if (identifier == DM_MQTT_TOPIC_ALIAS)
    return (dmi_verdict){DM_MQTT_TOPIC_ALIAS_INVALID, "a Topic Alias is 0"};
  if (identifier == DM_MQTT_RECEIVE_MAXIMUM)
    return dmi_verdict_protocol_error("a Receive Maximum is 0");
  if (identifier == DM_MQTT_MAXIMUM_PACKET_SIZE)
    return dmi_verdict_protocol_error("a Maximum Packet Size is 0");
  return dmi_verdict_fine();
}

static dmi_verdict check_text(unsigned identifier, dm_span text) {
  if (identifier == DM_MQTT_RESPONSE_TOPIC) /* [MQTT-3.3.2-14] */
    return dmi_topic_name_check(text);
  return dmi_wire_check_string(text);
}

/* Bounding each list keeps every sum of sizes later on far from overflow, whatever array
 * the host gives. */
static dmi_verdict check_user_properties(const dm_mqtt_properties *properties) {
  dm_property pair;
  size_t position = 0;
  size_t given = 0;
  size_t size = 0;
  while (next_user_property(properties, &position, &given, &pair)) {
    dmi_verdict v = dmi_wire_check_string(pair.key);
    if (!dmi_verdict_refuses(v))
      v = dmi_wire_check_string(pair.value);
    if (dmi_verdict_refuses(v))
      return v;
    size += 5 + pair.key.len + pair.value.len;
    if (size > DM_MQTT_REMAINING_LENGTH_MAX)
      return dmi_verdict_malformed("the packet is above the largest size");
  }
  return dmi_verdict_fine();
}

/* Sections 3.3.2.3.8 and 3.8.2.1.2. */
static dmi_verdict check_identifiers(uint8_t packet_type, const dm_mqtt_properties *properties) {
  uint32_t identifier;
  size_t position = 0;
  size_t given = 0;
  size_t count = 0;
  while (next_identifier(properties, &position, &given, &identifier)) {
    if (identifier == 0 || identifier > DM_MQTT_REMAINING_LENGTH_MAX)
      return dmi_verdict_protocol_error("a Subscription Identifier is out of range");
    if (++count > 1 && packet_type == DM_MQTT_SUBSCRIBE)
      return dmi_verdict_protocol_error("a SUBSCRIBE has two Subscription Identifiers");
    if (count > DM_MQTT_REMAINING_LENGTH_MAX / 5)
      return dmi_verdict_malformed("the packet is above the largest size");
  }
  return dmi_verdict_fine();
}

static dmi_verdict check_value(uint8_t packet_type, unsigned identifier,
                               const dm_mqtt_properties *p) {
  const void *field = (const char *)p + known[identifier].offset;
  switch (known[identifier].form) {
  case FORM_BIT:
    return check_bit(*(const uint8_t *)field);
  case FORM_TWO:
    return check_number(identifier, *(const uint16_t *)field);
  case FORM_FOUR:
    return check_number(identifier, *(const uint32_t *)field);
  case FORM_STRING:
    return check_text(identifier, *(const dm_span *)field);
  case FORM_BINARY:
    return dmi_wire_check_binary(*(const dm_span *)field);
  case FORM_IDENTIFIER:
    return check_identifiers(packet_type, p);
  default:
    return check_user_properties(p);
  }
}

dmi_verdict dmi_properties_check(uint8_t packet_type, const dm_mqtt_properties *properties) {
  if (properties->present >> PROPERTY_COUNT != 0)
    return dmi_verdict_malformed("there is no such property");
  for (unsigned i = 0; properties->present >> i != 0; i++) {
    if (!dm_mqtt_has(properties, i))
      continue;
    if ((known[i].packets >> packet_type & 1) == 0) /* section 2.2.2.2 */
      return dmi_verdict_malformed("a packet has a property of other packets");
    dmi_verdict v = check_value(packet_type, i, properties);
    if (dmi_verdict_refuses(v))
      return v;
  }
  return dmi_verdict_fine();
}

dmi_verdict dmi_properties_check_encoded(const dm_mqtt_properties *properties) {
  dm_mqtt_properties read;
  if (!dmi_span_sound(properties->encoded))
    return dmi_verdict_malformed("a section of properties is missing");
  return read_section(properties->encoded, &read);
}

/* ---- Writing ---- */

static void write_user_properties(dmi_writer *w, const dm_mqtt_properties *properties) {
  dm_property pair;
  size_t position = 0;
  size_t given = 0;
  while (next_user_property(properties, &position, &given, &pair)) {
    dmi_writer_byte(w, DM_MQTT_USER_PROPERTY);
    dmi_wire_put_string(w, pair.key);
    dmi_wire_put_string(w, pair.value);
  }
}

static void write_identifiers(dmi_writer *w, const dm_mqtt_properties *properties) {
  uint32_t identifier;
  size_t position = 0;
  size_t given = 0;
  while (next_identifier(properties, &position, &given, &identifier)) {
    dmi_writer_byte(w, DM_MQTT_SUBSCRIPTION_IDENTIFIER);
    dmi_wire_put_varint(w, identifier);
  }
}

static void write_field(dmi_writer *w, unsigned identifier, const dm_mqtt_properties *properties) {
  const void *field = (const char *)properties + known[identifier].offset;
  dmi_writer_byte(w, (char)identifier);
  switch (known[identifier].form) {
  case FORM_BIT:
    dmi_writer_byte(w, *(const char *)field);
    break;
  case FORM_TWO:
    dmi_wire_put_two(w, *(const uint16_t *)field);
    break;
  case FORM_FOUR:
    dmi_wire_put_four(w, *(const uint32_t *)field);
    break;
  default:
    dmi_wire_put_string(w, *(const dm_span *)field);
  }
}

static void write_section(dmi_writer *w, const dm_mqtt_properties *properties) {
  for (unsigned i = 0; properties->present >> i != 0; i++) {
    if (!dm_mqtt_has(properties, i))
      continue;
    if (i == DM_MQTT_USER_PROPERTY)
      write_user_properties(w, properties);
    else if (i == DM_MQTT_SUBSCRIPTION_IDENTIFIER)
      write_identifiers(w, properties);
    else
      write_field(w, i, properties);
  }
}

size_t dmi_properties_size(const dm_mqtt_properties *properties) {
  dmi_writer counting = {NULL, 0, 0};
  write_section(&counting, properties);
  return counting.needed;
}

void dmi_properties_write(dmi_writer *w, const dm_mqtt_properties *properties) {
  dmi_wire_put_varint(w, (uint32_t)dmi_properties_size(properties));
  write_section(w, properties);
}
