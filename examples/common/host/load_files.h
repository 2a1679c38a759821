/* Reading what the settings name: principals and policies, and the files of TLS.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HOST_LOAD_FILES_H
#define COMMON_HOST_LOAD_FILES_H

#include "common/access/access.h"
#include "common/config/settings.h"
#include "common/tls/tls_credentials.h"

/* Reads all of them; *credentials is NULL where no port speaks TLS. On failure *p says why and
 * nothing is owned. */
bool load_files(const settings *given, access_rules *access, tls_credentials **credentials,
                problem *p);

#endif
