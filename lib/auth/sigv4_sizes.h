/* The sizes that the structures of signatures had in their first versions.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_AUTH_SIGV4_SIZES_H
#define DM_AUTH_SIGV4_SIZES_H

#include "dm/auth.h"

#define SIGV4_REQUEST_FIRST_SIZE sizeof(dm_sigv4_request)
#define SIGV4_CLAIMS_FIRST_SIZE  sizeof(dm_sigv4_claims)
#define SIGV4_OPTIONS_FIRST_SIZE sizeof(dm_sigv4_options)

#endif
