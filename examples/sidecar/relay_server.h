/* The sidecar's server: where devices connect. Opening, stopping and closing all of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_RELAY_SERVER_H
#define SIDECAR_RELAY_SERVER_H

#include "sidecar.h"

/* Listens on the settings' addresses, plain and with TLS. On failure *p says why and there is
 * nothing to close. */
bool relay_server_open(struct sidecar *sidecar, service *service, problem *p);

/* Stops in order: no new devices, the others' connections end on both sides. */
void relay_server_stop(struct sidecar *sidecar);

/* Closes what is still open, without another word, and releases everything. */
void relay_server_close(struct sidecar *sidecar);

#endif
