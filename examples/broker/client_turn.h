/* What a client does when its time has come, and at the end of a turn of the loop.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_CLIENT_TURN_H
#define BROKER_CLIENT_TURN_H

#include "common/loop/loop.h"

/* Ends a client that has failed, releases one that is closing, writes the output, sends what
 * has waited: client.task. */
void client_turn(loop_task *task);

/* What client.timer is set to. */
void client_due(lazy_timer *timer);

#endif
