/* Valid packets of every type and level, for the tests of the MQTT codec.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mqtt_samples.h"

const mqtt_sample mqtt_samples[] = {
    /* CONNECT */
    {"CONNECT 3.1", 3, "10 10 0006'MQIsdp'03 02 003C 0002'c1'", NULL, 0},
    {"CONNECT", 4, "10 0E 0004'MQTT'04 02 003C 0002'c1'", NULL, 0},
    {"CONNECT without client ID", 4, "10 0C 0004'MQTT'04 02 0000 0000", NULL, 0},
    {"CONNECT without client ID for a kept session", 4, "10 0C 0004'MQTT'04 00 0000 0000", NULL, 0},
    {"CONNECT with everything", 4,
     "10 1D 0004'MQTT'04 F6 FFFF 0002'c1' 0003'w/t' 0002'by' 0001'u' 0001'p'", NULL, 0},
    {"CONNECT with empty credentials", 4, "10 12 0004'MQTT'04 C2 0000 0002'c1' 0000 0000", NULL, 0},
    {"CONNECT with an empty will", 4, "10 12 0004'MQTT'04 04 0000 0001'c' 0001't' 0000", NULL, 0},
    {"CONNECT with a user name", 4, "10 11 0004'MQTT'04 82 0000 0002'c1' 0001'u'", NULL, 0},
    {"CONNECT 5", 5, "10 0F 0004'MQTT'05 02 003C 00 0002'c1'", NULL, 0},
    {"CONNECT 5 with a password only", 5, "10 12 0004'MQTT'05 42 003C 00 0002'c1' 0001'p'", NULL,
     0},
    {"CONNECT 5 with all properties", 5,
     "10 39 0004'MQTT'05 02 003C"
     " 2A 11 0000000A 15 0001'm' 16 0002 00FF 17 00 19 01 21 0014 22 000A"
     " 26 0001'k'0001'v' 26 0001'k'0000 27 00001000 0002'c1'",
     NULL, 0},
    {"CONNECT 5 with all will properties", 5,
     "10 46 0004'MQTT'05 26 003C 00 0002'c1'"
     " 2A 01 01 02 0000000A 03 0002'tp' 08 0003'r/t' 09 0002'cd' 18 FFFFFFFF"
     " 26 0002'k1'0002'v1' 26 0000 0000 0004'will' 0004'gone'",
     NULL, 0},

    /* CONNACK */
    {"CONNACK", 4, "20 02 00 00", NULL, 0},
    {"CONNACK with session", 4, "20 02 01 00", NULL, 0},
    {"CONNACK refusing", 3, "20 02 00 05", NULL, 0},
    {"CONNACK 5", 5, "20 03 01 00 00", NULL, 0},
    {"CONNACK 5 refusing", 5, "20 03 00 86 00", NULL, 0},
    {"CONNACK 5 with all properties", 5,
     "20 4C 00 00 49 11 00000000 12 0002'id' 13 003C 15 0001'm' 16 0001'd' 1A 0001'i' 1C 0001's'"
     " 1F 0002'rs' 21 0001 22 0000 24 01 25 00 26 0001'k'0001'v' 27 FFFFFFFF 28 00 29 01 2A 00"
     " 26 0003'k02'0003'v02'",
     "20 4C 00 00 49 11 00000000 12 0002'id' 13 003C 15 0001'm' 16 0001'd' 1A 0001'i' 1C 0001's'"
     " 1F 0002'rs' 21 0001 22 0000 24 01 25 00 26 0001'k'0001'v' 26 0003'k02'0003'v02'"
     " 27 FFFFFFFF 28 00 29 01 2A 00",
     0},

    /* PUBLISH: any beginning that holds the topic, the identifier and the properties */
    {"PUBLISH", 4, "30 07 0003'a/b''hi'", NULL, 2},
    {"PUBLISH without payload", 4, "30 05 0003'a/b'", NULL, 0},
    {"PUBLISH retained", 3, "31 06 0003'a/b''h'", NULL, 1},
    {"PUBLISH QoS 1", 4, "32 09 0003'a/b' 000A 'hi'", NULL, 2},
    {"PUBLISH QoS 2 again", 4, "3D 09 0003'a/b' FFFF 'hi'", NULL, 2},
    {"PUBLISH 5", 5, "30 08 0003'a/b' 00 'hi'", NULL, 2},
    {"PUBLISH 5 with an alias for a topic", 5, "32 0A 0000 0001 03 230005 'hi'", NULL, 2},
    {"PUBLISH 5 setting an alias", 5, "30 0A 0002't1' 03 23FFFF 'hi'", NULL, 2},
    {"PUBLISH 5 with all properties", 5,
     "32 33 0003'a/b' 0001 2A 01 00 02 FFFFFFFF 03 0001't' 08 0001'r' 09 0000 0B 01 0B FFFFFF7F"
     " 23 0001 26 0001'k'0001'v' 26 0001'k'0001'v' 'h'",
     NULL, 1},

    /* PUBACK and its like: the reason, or the properties after it, may be missing */
    {"PUBACK", 4, "40 02 0001", NULL, 0},
    {"PUBREC", 4, "50 02 0001", NULL, 0},
    {"PUBREL", 3, "62 02 0001", NULL, 0},
    {"PUBCOMP", 4, "70 02 FFFF", NULL, 0},
    {"PUBACK 5", 5, "40 02 0001", NULL, 0},
    {"PUBACK 5 saying success", 5, "40 03 0001 00", "40 02 0001", 1},
    {"PUBACK 5 saying all there is", 5, "40 04 0001 00 00", "40 02 0001", 2},
    {"PUBACK 5 refusing", 5, "40 03 0001 87", NULL, 1},
    {"PUBREC 5 with a reason only", 5, "50 04 0001 10 00", "50 03 0001 10", 2},
    {"PUBREC 5 with properties", 5, "50 10 0001 97 0C 1F 0002'no' 26 0001'k'0001'v'", NULL, 2},
    {"PUBREL 5 with properties", 5, "62 09 0001 92 05 1F 0002'no'", NULL, 2},
    {"PUBCOMP 5 with properties on success", 5, "70 0B 0001 00 07 26 0001'k'0001'v'", NULL, 2},

    /* SUBSCRIBE, UNSUBSCRIBE: any number of whole entries but none */
    {"SUBSCRIBE", 4, "82 08 0001 0003'a/b' 01", NULL, 0},
    {"SUBSCRIBE to three", 4, "82 12 0001 0003'a/b' 00 0001'#' 02 0003'+/+' 01", NULL, 2},
    {"SUBSCRIBE to something like a shared filter", 4, "82 0C 0001 0007'$share/' 02", NULL, 0},
    {"SUBSCRIBE 5", 5, "82 09 0001 00 0003'a/b' 01", NULL, 0},
    {"SUBSCRIBE 5 with every option", 5,
     "82 25 0001 0B 0B 8001 26 0002'k1'0001'v' 0003'a/b' 2E 0001'#' 15 000A'$share/g/#' 18", NULL,
     2},
    {"UNSUBSCRIBE", 4, "A2 07 0001 0003'a/b'", NULL, 0},
    {"UNSUBSCRIBE 5", 5, "A2 12 0001 07 26 0001'k'0001'v' 0003'a/b' 0001'#'", NULL, 1},

    /* SUBACK, UNSUBACK: any number of codes but none */
    {"SUBACK", 4, "90 06 0001 00 01 02 80", NULL, 3},
    {"SUBACK 5", 5, "90 05 0001 00 02 A2", NULL, 1},
    {"SUBACK 5 with properties", 5, "90 10 0001 0C 1F 0002'rs' 26 0001'k'0001'v' 9E", NULL, 0},
    {"UNSUBACK", 4, "B0 02 0001", NULL, 0},
    {"UNSUBACK 5", 5, "B0 06 0001 00 00 11 8F", NULL, 2},

    /* The short ones */
    {"PINGREQ", 4, "C0 00", NULL, 0},
    {"PINGREQ 5", 5, "C0 00", NULL, 0},
    {"PINGRESP", 4, "D0 00", NULL, 0},
    {"PINGRESP 5", 5, "D0 00", NULL, 0},
    {"DISCONNECT", 4, "E0 00", NULL, 0},
    {"DISCONNECT 5", 5, "E0 00", NULL, 0},
    {"DISCONNECT 5 with a reason", 5, "E0 01 04", NULL, 1},
    {"DISCONNECT 5 with an empty section", 5, "E0 02 98 00", "E0 01 98", 2},
    {"DISCONNECT 5 with all properties", 5,
     "E0 17 9C 15 11 00000001 1C 0001's' 1F 0002'rs' 26 0001'k'0001'v'", NULL, 2},
    {"AUTH of success", 5, "F0 00", NULL, 0},
    {"AUTH saying success", 5, "F0 02 00 00", "F0 00", 1},
    {"AUTH", 5, "F0 15 18 13 15 0001'm' 16 0001'd' 1F 0002'rs' 26 0001'k'0000", NULL, 1},
};

const size_t mqtt_sample_count = sizeof mqtt_samples / sizeof mqtt_samples[0];
