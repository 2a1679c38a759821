/* The host of the relay: what its callbacks check, and what they do.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_FUZZ_RELAY_PEER_H
#define TEST_FUZZ_RELAY_PEER_H

#include "relay_run.h"

/* Sets the callbacks of a configuration. */
void host_callbacks(dm_relay_config *config);

/* A PINGREQ of the relay's own is due. */
bool host_ping_due(const dmi_relay_run *r);

#endif
