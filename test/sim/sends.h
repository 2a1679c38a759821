/* Messages are sent: from dm_send() through deliver() to the one answer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_SIM_SENDS_H
#define TEST_SIM_SENDS_H

#include "dm/dm.h"

void sends_send(void);

/* The host's deliver(). */
int sends_deliver(void *user, const dm_delivery *delivery);

/* The event of a message. */
void sends_event(const dm_event *event);

#endif
