/* Taking in the connections of clients.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_CLIENT_ACCEPT_H
#define BROKER_CLIENT_ACCEPT_H

#include "common/net/listener.h"

/* Takes in a connection that waits: listener.take of the broker's. */
bool client_accept(listener *l);

#endif
