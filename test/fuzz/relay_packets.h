/* The packets of device and broker. `how` varies one; its highest bit cuts it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_FUZZ_RELAY_PACKETS_H
#define TEST_FUZZ_RELAY_PACKETS_H

#include "relay_run.h"

void packets_connect(dmi_relay_run *r, const uint8_t how[4]);
void packets_connack(dmi_relay_run *r, uint8_t how);
void packets_publish(dmi_relay_run *r, int from, uint8_t how);

/* Of the device, for this identifier. */
void packets_puback(dmi_relay_run *r, unsigned id, uint8_t how);

/* Two bytes of header, of which this is the first, an identifier, maybe a reason. */
void packets_receipt(dmi_relay_run *r, int from, unsigned first, uint8_t how);

/* One of a subscription's four, or a DISCONNECT with a reason. */
void packets_reported(dmi_relay_run *r, int from, uint8_t how);

/* The next bytes of the script. */
void packets_rubbish(dmi_relay_run *r, int from, uint8_t how);

/* Many of the broker's at once, answered or not. */
void packets_burst(dmi_relay_run *r, uint8_t how);

#endif
