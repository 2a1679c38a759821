/* libdm: MQTT 3.1, 3.1.1 and 5 control packets: bytes to structs and back.
 *
 * For hosts that speak MQTT themselves. There are no sockets and no sessions here: the
 * host reads bytes, lets dm_mqtt_read_header() tell where a packet ends, decodes it,
 * and encodes its answer into a buffer of its own. Nothing is allocated, nothing is
 * copied on decode: spans of a decoded packet point into the bytes it was read from.
 *
 *   dm_mqtt_header header;
 *   int result = dm_mqtt_read_header(level, received, &header);
 *   if (result == DM_MQTT_INCOMPLETE ||
 *       (result == 0 && received.len < dm_mqtt_packet_size(&header)))
 *     ... read more first
 *   if (result == 0)
 *     result = dm_mqtt_decode(level, &header,
 *                             dm_bytes(received.ptr + header.length, header.remaining_length),
 *                             &packet);
 *   if (result != 0)
 *     ... send DISCONNECT with `result` where the level is 5, log packet.problem, close
 *
 * Decoding accepts what a correct peer may send and nothing else; encoding writes
 * nothing that decoding would refuse. What depends on the connection's state (packet
 * order, a topic alias above the maximum, Receive Maximum, who may send which packet)
 * is the host's. Every function is pure: any thread, any time.
 *
 * The structures here mirror a finished standard: they have no size and cannot grow; zero
 * them whole before filling them in.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_MQTT_H
#define DM_MQTT_H

#include "dm/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Numbers of the standard --------------------------------------------- */

/* The protocol level that CONNECT names. 3 is MQTT 3.1 ("MQIsdp"), spoken here by the
 * rules of 3.1.1, from which its packets hardly differ. */
enum {
  DM_MQTT_LEVEL_3_1 = 3,
  DM_MQTT_LEVEL_3_1_1 = 4,
  DM_MQTT_LEVEL_5 = 5
};

/* Control packet types, MQTT 5 section 2.1.2. */
enum {
  DM_MQTT_CONNECT = 1,
  DM_MQTT_CONNACK = 2,
  DM_MQTT_PUBLISH = 3,
  DM_MQTT_PUBACK = 4,
  DM_MQTT_PUBREC = 5,
  DM_MQTT_PUBREL = 6,
  DM_MQTT_PUBCOMP = 7,
  DM_MQTT_SUBSCRIBE = 8,
  DM_MQTT_SUBACK = 9,
  DM_MQTT_UNSUBSCRIBE = 10,
  DM_MQTT_UNSUBACK = 11,
  DM_MQTT_PINGREQ = 12,
  DM_MQTT_PINGRESP = 13,
  DM_MQTT_DISCONNECT = 14,
  DM_MQTT_AUTH = 15 /* MQTT 5 only */
};

/* Reason codes, MQTT 5 section 2.4. 0x00 has three names in the standard. */
enum {
  DM_MQTT_SUCCESS = 0x00,
  DM_MQTT_NORMAL_DISCONNECTION = 0x00,
  DM_MQTT_GRANTED_QOS_0 = 0x00,
  DM_MQTT_GRANTED_QOS_1 = 0x01,
  DM_MQTT_GRANTED_QOS_2 = 0x02,
  DM_MQTT_DISCONNECT_WITH_WILL = 0x04,
  DM_MQTT_NO_MATCHING_SUBSCRIBERS = 0x10,
  DM_MQTT_NO_SUBSCRIPTION_EXISTED = 0x11,
  DM_MQTT_CONTINUE_AUTHENTICATION = 0x18,
  DM_MQTT_REAUTHENTICATE = 0x19,
  DM_MQTT_UNSPECIFIED_ERROR = 0x80,
  DM_MQTT_MALFORMED_PACKET = 0x81,
  DM_MQTT_PROTOCOL_ERROR = 0x82,
  DM_MQTT_IMPLEMENTATION_SPECIFIC_ERROR = 0x83,
  DM_MQTT_UNSUPPORTED_PROTOCOL_VERSION = 0x84,
  DM_MQTT_CLIENT_IDENTIFIER_NOT_VALID = 0x85,
  DM_MQTT_BAD_USER_NAME_OR_PASSWORD = 0x86,
  DM_MQTT_NOT_AUTHORIZED = 0x87,
  DM_MQTT_SERVER_UNAVAILABLE = 0x88,
  DM_MQTT_SERVER_BUSY = 0x89,
  DM_MQTT_BANNED = 0x8A,
  DM_MQTT_SERVER_SHUTTING_DOWN = 0x8B,
  DM_MQTT_BAD_AUTHENTICATION_METHOD = 0x8C,
  DM_MQTT_KEEP_ALIVE_TIMEOUT = 0x8D,
  DM_MQTT_SESSION_TAKEN_OVER = 0x8E,
  DM_MQTT_TOPIC_FILTER_INVALID = 0x8F,
  DM_MQTT_TOPIC_NAME_INVALID = 0x90,
  DM_MQTT_PACKET_IDENTIFIER_IN_USE = 0x91,
  DM_MQTT_PACKET_IDENTIFIER_NOT_FOUND = 0x92,
  DM_MQTT_RECEIVE_MAXIMUM_EXCEEDED = 0x93,
  DM_MQTT_TOPIC_ALIAS_INVALID = 0x94,
  DM_MQTT_PACKET_TOO_LARGE = 0x95,
  DM_MQTT_MESSAGE_RATE_TOO_HIGH = 0x96,
  DM_MQTT_QUOTA_EXCEEDED = 0x97,
  DM_MQTT_ADMINISTRATIVE_ACTION = 0x98,
  DM_MQTT_PAYLOAD_FORMAT_INVALID = 0x99,
  DM_MQTT_RETAIN_NOT_SUPPORTED = 0x9A,
  DM_MQTT_QOS_NOT_SUPPORTED = 0x9B,
  DM_MQTT_USE_ANOTHER_SERVER = 0x9C,
  DM_MQTT_SERVER_MOVED = 0x9D,
  DM_MQTT_SHARED_SUBSCRIPTIONS_NOT_SUPPORTED = 0x9E,
  DM_MQTT_CONNECTION_RATE_EXCEEDED = 0x9F,
  DM_MQTT_MAXIMUM_CONNECT_TIME = 0xA0,
  DM_MQTT_SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED = 0xA1,
  DM_MQTT_WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED = 0xA2
};

/* The standard's name of a reason code of MQTT 5, "Malformed Packet" for 0x81; "Unknown
 * reason code" for one the standard does not know. */
DM_EXPORT const char *dm_mqtt_reason_text(uint8_t reason_code);

/* The CONNACK return code of MQTT 3.1.1 (0..5) that says the same as a reason code of
 * MQTT 5; -1 where there is none and the connection is to be closed without a CONNACK
 * [MQTT 3.1.1: MQTT-3.2.2-6]. */
DM_EXPORT int dm_mqtt_connack_return_code(uint8_t reason_code);

/* ---- Where a packet ends -------------------------------------------------- */

/* The largest remaining length, MQTT 5 section 1.5.5, and the longest fixed header. */
#define DM_MQTT_REMAINING_LENGTH_MAX 268435455
#define DM_MQTT_HEADER_LENGTH_MAX    5

/* The fixed header of one packet. */
typedef struct dm_mqtt_header {
  uint8_t type;              /* DM_MQTT_CONNECT ... */
  uint8_t flags;             /* the low four bits of the first byte */
  uint8_t length;            /* of the fixed header itself: 2 to 5 bytes */
  uint32_t remaining_length; /* of what follows it */
  const char *problem;       /* when malformed: what is wrong, in English; else NULL */
} dm_mqtt_header;

/* The bytes received so far are not a whole fixed header yet: not an error. */
#define DM_MQTT_INCOMPLETE 1

/* Reads the fixed header at the start of `bytes`, as soon as it is there; what follows
 * it need not be. `bytes` may hold any part of a packet, one or several.
 *
 * `level` is the connection's. With 0 a header is read by no level's rules, only as far as it
 * takes to know where the packet ends: before CONNECT, which names the level (and whose own
 * header dm_mqtt_decode() judges then), and for those who leave judging to somebody else.
 *
 * Returns 0 with *header filled, DM_MQTT_INCOMPLETE, or DM_MQTT_MALFORMED_PACKET with
 * header->problem set: type 0, CONNECT with flags, a remaining length of more than four bytes;
 * where there is a level, flags not as section 2.1.3 has them (QoS 3 and DUP with QoS 0 among
 * them), but for the DUP flag that MQTT 3.1 sets on a repeated PUBREL, SUBSCRIBE or UNSUBSCRIBE; at
 * level 5 a remaining length longer than it need be [MQTT-1.5.5-1]. */
DM_EXPORT int dm_mqtt_read_header(uint8_t level, dm_span bytes, dm_mqtt_header *header);

/* The size of the whole packet, fixed header included. */
static inline size_t dm_mqtt_packet_size(const dm_mqtt_header *header) {
  return (size_t)header->length + header->remaining_length;
}

/* ---- Properties of MQTT 5 ------------------------------------------------- */

/* Property identifiers, MQTT 5 section 2.2.2.2. */
enum {
  DM_MQTT_PAYLOAD_FORMAT_INDICATOR = 0x01,
  DM_MQTT_MESSAGE_EXPIRY_INTERVAL = 0x02,
  DM_MQTT_CONTENT_TYPE = 0x03,
  DM_MQTT_RESPONSE_TOPIC = 0x08,
  DM_MQTT_CORRELATION_DATA = 0x09,
  DM_MQTT_SUBSCRIPTION_IDENTIFIER = 0x0B,
  DM_MQTT_SESSION_EXPIRY_INTERVAL = 0x11,
  DM_MQTT_ASSIGNED_CLIENT_IDENTIFIER = 0x12,
  DM_MQTT_SERVER_KEEP_ALIVE = 0x13,
  DM_MQTT_AUTHENTICATION_METHOD = 0x15,
  DM_MQTT_AUTHENTICATION_DATA = 0x16,
  DM_MQTT_REQUEST_PROBLEM_INFORMATION = 0x17,
  DM_MQTT_WILL_DELAY_INTERVAL = 0x18,
  DM_MQTT_REQUEST_RESPONSE_INFORMATION = 0x19,
  DM_MQTT_RESPONSE_INFORMATION = 0x1A,
  DM_MQTT_SERVER_REFERENCE = 0x1C,
  DM_MQTT_REASON_STRING = 0x1F,
  DM_MQTT_RECEIVE_MAXIMUM = 0x21,
  DM_MQTT_TOPIC_ALIAS_MAXIMUM = 0x22,
  DM_MQTT_TOPIC_ALIAS = 0x23,
  DM_MQTT_MAXIMUM_QOS = 0x24,
  DM_MQTT_RETAIN_AVAILABLE = 0x25,
  DM_MQTT_USER_PROPERTY = 0x26,
  DM_MQTT_MAXIMUM_PACKET_SIZE = 0x27,
  DM_MQTT_WILDCARD_SUBSCRIPTION_AVAILABLE = 0x28,
  DM_MQTT_SUBSCRIPTION_IDENTIFIERS_AVAILABLE = 0x29,
  DM_MQTT_SHARED_SUBSCRIPTION_AVAILABLE = 0x2A
};

/* The properties of a packet or of a will. What `present` does not name counts as
 * absent, whatever the field holds; decoding leaves absent fields zero, which is not
 * always the standard's default. Below level 5 there are none: decoding leaves all of
 * this zero, encoding passes over it.
 *
 * User Properties and Subscription Identifiers may stand several times. Decoding points
 * `encoded` at the section as it was received, for dm_mqtt_next_user_property() and
 * dm_mqtt_next_subscription_identifier(). Encoding copies those present out of `encoded`
 * in their order and passes over the other properties in there, which have fields of
 * their own, then appends the arrays. So a host forwards User Properties unchanged by
 * copying `encoded`, or gives its own in the array, or both. */
typedef struct dm_mqtt_properties {
  uint64_t present; /* bit n: the property whose identifier is n; see dm_mqtt_has() */

  dm_span content_type;
  dm_span response_topic;
  dm_span correlation_data;
  dm_span assigned_client_identifier;
  dm_span authentication_method;
  dm_span authentication_data;
  dm_span response_information;
  dm_span server_reference;
  dm_span reason_string;

  uint32_t message_expiry_interval; /* seconds */
  uint32_t session_expiry_interval; /* seconds; UINT32_MAX: never */
  uint32_t will_delay_interval;     /* seconds */
  uint32_t maximum_packet_size;     /* not 0 */
  uint16_t server_keep_alive;       /* seconds */
  uint16_t receive_maximum;         /* not 0 */
  uint16_t topic_alias_maximum;
  uint16_t topic_alias; /* not 0 */

  uint8_t payload_format_indicator; /* from here on: 0 or 1 */
  uint8_t request_problem_information;
  uint8_t request_response_information;
  uint8_t maximum_qos;
  uint8_t retain_available;
  uint8_t wildcard_subscription_available;
  uint8_t subscription_identifiers_available;
  uint8_t shared_subscription_available;

  dm_span encoded; /* a section in wire form, without its length */

  /* Encoding only; decoding leaves these empty. */
  const dm_property *user_properties;
  size_t user_property_count;
  const uint32_t *subscription_identifiers; /* 1..268435455 each */
  size_t subscription_identifier_count;
} dm_mqtt_properties;

/* Whether a property is present: dm_mqtt_has(&packet.properties, DM_MQTT_TOPIC_ALIAS). */
static inline int dm_mqtt_has(const dm_mqtt_properties *properties, unsigned identifier) {
  return (int)(properties->present >> identifier & 1);
}

/* Marks a property as present. */
static inline void dm_mqtt_set(dm_mqtt_properties *properties, unsigned identifier) {
  properties->present |= (uint64_t)1 << identifier;
}

/* Walks through properties->encoded, in order: *position starts at 0 and belongs to the
 * walk. Returns 1 with the next one, 0 when there is none left. */
DM_EXPORT int dm_mqtt_next_user_property(const dm_mqtt_properties *properties, size_t *position,
                                         dm_property *property);
DM_EXPORT int dm_mqtt_next_subscription_identifier(const dm_mqtt_properties *properties,
                                                   size_t *position, uint32_t *identifier);

/* ---- Packets -------------------------------------------------------------- */

/* What the server publishes when the connection is lost. */
typedef struct dm_mqtt_will {
  uint8_t qos;    /* 0, 1 or 2 */
  uint8_t retain; /* 0 or 1 */
  dm_span topic;
  dm_span payload;
  dm_mqtt_properties properties;
} dm_mqtt_will;

/* CONNECT. */
typedef struct dm_mqtt_connect {
  uint8_t level;       /* of this CONNECT and so of the connection: 3, 4 or 5 */
  uint8_t bridge;      /* 0 or 1; below level 5: bit 7 of the level's byte, by which mosquitto says
                        * that it is a broker itself, and is not to be sent its own messages */
  uint8_t clean_start; /* 0 or 1; Clean Session of MQTT 3.1.1 */
  uint8_t has_will;    /* 0 or 1 */
  uint16_t keep_alive; /* seconds; 0: off */
  dm_span client_id;   /* may be empty; whether that is fine is the host's decision: below
                        * level 5 with clean_start 0 it answers 0x85 [MQTT-3.1.3-8] */
  dm_span user_name;   /* absent: NULL */
  dm_span password;    /* absent: NULL */
  dm_mqtt_will will;   /* when has_will */
} dm_mqtt_connect;

/* CONNACK, its reason code and properties apart. */
typedef struct dm_mqtt_connack {
  uint8_t session_present; /* 0 or 1 */
} dm_mqtt_connack;

/* PUBLISH. */
typedef struct dm_mqtt_publish {
  uint8_t dup;    /* 0 or 1 */
  uint8_t qos;    /* 0, 1 or 2 */
  uint8_t retain; /* 0 or 1 */
  dm_span topic;  /* empty only together with a topic alias */
  dm_span payload;
} dm_mqtt_publish;

/* One topic filter of a SUBSCRIBE with its options. */
typedef struct dm_mqtt_subscription {
  dm_span topic_filter;
  uint8_t qos;                 /* the maximum: 0, 1 or 2 */
  uint8_t no_local;            /* 0 or 1; from here on 0 below level 5 */
  uint8_t retain_as_published; /* 0 or 1 */
  uint8_t retain_handling;     /* 0, 1 or 2 */
} dm_mqtt_subscription;

/* SUBSCRIBE. Decoding sets `encoded` and `count`, for dm_mqtt_next_subscription().
 * Encoding writes `count` subscriptions, or `encoded` where `subscriptions` is NULL. */
typedef struct dm_mqtt_subscribe {
  size_t count;
  dm_span encoded; /* the payload in wire form */
  const dm_mqtt_subscription *subscriptions;
} dm_mqtt_subscribe;

/* UNSUBSCRIBE; used like dm_mqtt_subscribe, with dm_mqtt_next_topic_filter(). */
typedef struct dm_mqtt_unsubscribe {
  size_t count;
  dm_span encoded; /* the payload in wire form */
  const dm_span *topic_filters;
} dm_mqtt_unsubscribe;

/* SUBACK and UNSUBACK: one byte, a reason code, for each topic filter asked for. Empty
 * for an UNSUBACK below level 5, which has none. */
typedef struct dm_mqtt_suback {
  dm_span reason_codes;
} dm_mqtt_suback;

/* One control packet of any type. PUBACK, PUBREC, PUBREL, PUBCOMP, PINGREQ, PINGRESP,
 * DISCONNECT and AUTH need no member of the union. */
typedef struct dm_mqtt_packet {
  uint8_t type; /* DM_MQTT_CONNECT ..., says which member of the union counts */

  /* Of CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, DISCONNECT and AUTH; else 0. Decoded
   * from an old CONNACK it is the return code, 0..5. Encoding for an old level writes
   * the return code that dm_mqtt_connack_return_code() gives for codes of 0x80 and
   * above, and leaves the reason out of packets that have no place for one. */
  uint8_t reason_code;

  uint16_t packet_id; /* not 0 in packets that carry one, else 0 */

  dm_mqtt_properties properties;

  union {
    dm_mqtt_connect connect;
    dm_mqtt_connack connack;
    dm_mqtt_publish publish;
    dm_mqtt_subscribe subscribe;
    dm_mqtt_unsubscribe unsubscribe;
    dm_mqtt_suback suback; /* UNSUBACK too */
  };

  const char *problem; /* after a refusal by dm_mqtt_decode(): what is wrong, in English */
} dm_mqtt_packet;

/* ---- Bytes to structs ------------------------------------------------------ */

/* Decodes one complete packet of either direction. `body` is what follows the fixed
 * header, header->remaining_length bytes; the packet borrows from it. `level` is the
 * connection's; CONNECT names its own, and `level` is not looked at. The header is judged
 * once more, as dm_mqtt_read_header() does at that level.
 *
 * A packet that is refused has packet->problem set and the rest of it is of no use, except
 * that packet->connect.level of a refused CONNECT tells in which version to answer: 3, 4 or
 * 5, or 0 when it was not even read or is not one of these. Below level 5 there is no
 * DISCONNECT from the server: the host closes the connection (and answers a CONNECT
 * refused with 0x84 with return code 1 first).
 *
 * Returns 0, or the MQTT 5 reason code that says what is wrong
 *   0x81  Malformed Packet
 *   0x82  Protocol Error
 *   0x84  Unsupported Protocol Version
 *   0x94  Topic Alias invalid
 * or
 *   DM_ERROR_INVALID_ARGUMENT  a level other than 3, 4 and 5, or a body of another length */
DM_EXPORT int dm_mqtt_decode(uint8_t level, const dm_mqtt_header *header, dm_span body,
                             dm_mqtt_packet *packet);

/* Walks through the entries of a decoded SUBSCRIBE or UNSUBSCRIBE: *position starts at 0
 * and belongs to the walk. Returns 1 with the next one, 0 when there is none left. */
DM_EXPORT int dm_mqtt_next_subscription(const dm_mqtt_subscribe *subscribe, size_t *position,
                                        dm_mqtt_subscription *subscription);
DM_EXPORT int dm_mqtt_next_topic_filter(const dm_mqtt_unsubscribe *unsubscribe, size_t *position,
                                        dm_span *topic_filter);

/* ---- Structs to bytes ------------------------------------------------------ */

/* Encodes one packet into the caller's buffer, in the form of `level` (for CONNECT:
 * packet->connect.level). What an old level has no place for, properties above all, is
 * left out, so one struct serves receivers of every level.
 *
 * Returns DM_OK with *len the packet's size, or with nothing written
 *   DM_ERROR_BUFFER_TOO_SMALL  *len is the size needed
 *   DM_ERROR_INVALID_ARGUMENT  a packet that must not be sent: anything that dm_mqtt_decode()
 *                              would refuse, a string above 65535 bytes, a packet above the
 *                              largest size, an AUTH or an unmappable CONNACK below level 5 */
DM_EXPORT int dm_mqtt_encode(uint8_t level, const dm_mqtt_packet *packet, char *out,
                             size_t capacity, size_t *len);

/* The same for a PUBLISH, all but the payload itself: its length counts in the fixed
 * header, its bytes are neither read nor written (payload.ptr may be anything) and the
 * host sends them next, straight from where they are. *len is the size of the head. */
DM_EXPORT int dm_mqtt_encode_publish_head(uint8_t level, const dm_mqtt_packet *packet, char *out,
                                          size_t capacity, size_t *len);

/* The size dm_mqtt_encode() would need, payload included: what a receiver's Maximum
 * Packet Size is compared with. DM_OK or DM_ERROR_INVALID_ARGUMENT, as there. */
DM_EXPORT int dm_mqtt_encoded_size(uint8_t level, const dm_mqtt_packet *packet, size_t *size);

/* A direct message (dm/dm.h) as a packet: the PUBLISH of what deliver() was given, with all
 * but its packet identifier, which is the host's choice. It borrows from the delivery.
 *
 * Returns DM_OK, or with *out untouched
 *   DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, or a NULL where none may be */
struct dm_delivery;
DM_EXPORT int dm_mqtt_delivery(const struct dm_delivery *delivery, dm_mqtt_packet *out);

/* ---- Topics ----------------------------------------------------------------- */

/* Whether a topic name is one that may be published to, MQTT 5 section 4.7: 1 to 65535
 * bytes of UTF-8 without U+0000 and without wildcards. */
DM_EXPORT int dm_mqtt_topic_name_valid(dm_span topic);

/* Whether a topic filter has its wildcards in the right places: '#' alone in the last
 * level, '+' alone in any. A filter that begins with "$share/" must by MQTT 5 also pass
 * dm_mqtt_split_shared(); dm_mqtt_decode() has checked both. */
DM_EXPORT int dm_mqtt_topic_filter_valid(dm_span filter);

/* Splits a shared subscription's filter "$share/{share name}/{filter}", MQTT 5 section
 * 4.8.2. Returns 0, with nothing written, where the filter is not of that form, else 1.
 * Either pointer may be NULL. */
DM_EXPORT int dm_mqtt_split_shared(dm_span filter, dm_span *share_name, dm_span *rest);

/* Whether a valid topic filter, not a shared one, matches a valid topic name. A wildcard
 * in the first level does not match a name that begins with '$' [MQTT-4.7.2-1]. */
DM_EXPORT int dm_mqtt_topic_matches(dm_span filter, dm_span topic);

#ifdef __cplusplus
}
#endif
#endif
