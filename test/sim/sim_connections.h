/* Clients connect, take over and disconnect.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_SIM_SIM_CONNECTIONS_H
#define TEST_SIM_SIM_CONNECTIONS_H

#include "sim_clients.h"

void connections_connect(void);
void connections_disconnect(void);

/* The model's part: the connection of a client ends. */
void connections_end(client *owner);

#endif
