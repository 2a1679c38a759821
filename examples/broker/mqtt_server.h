/* The broker as a whole: opening, stopping and closing it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_MQTT_SERVER_H
#define BROKER_MQTT_SERVER_H

#include "broker.h"

/* Listens on the settings' addresses for MQTT, plain and with TLS. On failure *p says why and there
 * is nothing to close. */
bool mqtt_server_open(struct broker *broker, service *service, problem *p);

/* Stops in order: no new clients, the others are sent home. */
void mqtt_server_stop(struct broker *broker);

/* Closes what is still open, without another word, and releases everything. */
void mqtt_server_close(struct broker *broker);

#endif
