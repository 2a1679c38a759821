/* What a broker says in its DISCONNECT, in the words that GetConnection has for it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_BROKER_REASON_H
#define SIDECAR_BROKER_REASON_H

#include <stdint.h>

/* The DM_DISCONNECT_... for a reason code (MQTT 5 section 3.14.2.1). */
int broker_reason(uint8_t reason_code);

#endif
