/* The line about a client whose connection has ended.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CLIENT_END_H
#define COMMON_CLIENT_END_H

#include "common/host/service.h"
#include "common/net/tcp.h"

/* "client 'boiler-7' at 127.0.0.1 port 50000: why", on standard error. The client ID may be
 * any bytes, and is cut where it is very long. */
void client_end_say(const service *s, dm_span client_id, const tcp_end *remote, const char *why);

#endif
