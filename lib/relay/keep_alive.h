/* Letting the broker hear from a device whose PUBACKs were taken out.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_KEEP_ALIVE_H
#define DM_RELAY_KEEP_ALIVE_H

#include "relay/relay.h"

/* Sends a PINGREQ, if it is time. */
void dmi_relay_keep_alive(dm_relay *relay);

#endif
