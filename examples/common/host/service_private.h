/* What the files of the service share among themselves.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SERVICE_PRIVATE_H
#define COMMON_SERVICE_PRIVATE_H

#include "common/host/service.h"

/* Puts new limits into force in the context. */
void service_set_limits(service *s, const settings *given);

/* Reads the files of TLS where the settings want it: NULL where they do not. */
bool service_load_credentials(const settings *given, tls_credentials **out, problem *p);

/* Has new connections use the credentials and the time limit that are in force. */
void service_offer_tls(service *s);

/* Reads configuration and policies again, as SIGHUP asks for. */
void service_reload(service *s);

#endif
