/* What the server offers to its connections.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HTTP_SERVER_PRIVATE_H
#define COMMON_HTTP_SERVER_PRIVATE_H

#include "common/server/http_server.h"

/* Now as HTTP's Date wants it; valid until the next call. */
const char *http_server_date(http_server *server);

#endif
