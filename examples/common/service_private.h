/* What the files of the service share among themselves.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SERVICE_PRIVATE_H
#define COMMON_SERVICE_PRIVATE_H

#include "common/service.h"

/* Puts new limits into force in the context. */
void service_set_limits(service *s, const settings_limits *limits);

/* Reads configuration and policies again, as SIGHUP asks for. */
void service_reload(service *s);

#endif
