/* An MQTT 3.1.1 client of the load generator.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_BENCH_MQTT_CLIENT_H
#define TEST_BENCH_MQTT_CLIENT_H

#include "dm/mqtt.h"
#include "bench_loop.h"

typedef struct mqtt_client mqtt_client;

/* Zero it, fill in the first two, open it. */
struct mqtt_client {
  unsigned number;
  void (*received)(mqtt_client *client, const dm_mqtt_publish *publish); /* after its PUBACK */

  channel channel;
  uint16_t next_packet_id;
  unsigned waits; /* for so many CONNACK and SUBACK */
};

/* Connects to a port of 127.0.0.1 and sends CONNECT with a clean session. */
void mqtt_client_open(mqtt_client *client, loop *l, uint16_t port, const char *client_id);
void mqtt_client_subscribe(mqtt_client *client, const char *topic_filter);
void mqtt_client_publish(mqtt_client *client, uint8_t qos, dm_span topic, dm_span payload);

#endif
