/* The line about a client whose connection has ended.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_BASE_CLIENT_END_H
#define COMMON_BASE_CLIENT_END_H

#include "common/base/problem.h"
#include "dm/types.h"

/* "client 'boiler-7' at 127.0.0.1 port 50000: why". The client ID may be any bytes, and is cut
 * where it is very long. */
void client_end_text(problem *line, dm_span client_id, const char *ip, uint16_t port,
                     const char *why);

#endif
