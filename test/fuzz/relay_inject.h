/* Messages are injected.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_FUZZ_RELAY_INJECT_H
#define TEST_FUZZ_RELAY_INJECT_H

#include "relay_run.h"

/* One of QoS 0 or 1, of any size, as `how` says. */
void run_inject(dmi_relay_run *r, uint8_t how);

#endif
