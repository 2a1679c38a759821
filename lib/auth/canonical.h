/* What is signed of a request: its canonical form, hashed without being written down.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_AUTH_CANONICAL_H
#define DM_AUTH_CANONICAL_H

#include <stdbool.h>

#include "auth/digest.h"
#include "dm/auth.h"

/* Hashes the canonical form of a request that dm_sigv4_read() accepted, with this payload
 * hash as its last line; `with_token` false leaves X-Amz-Security-Token out of the query.
 * Returns DM_OK or DM_ERROR_NO_MEMORY, or what is wrong with a request that was not read. */
int dmi_canonical_hash(const dm_sigv4_request *request, const dm_sigv4_claims *claims,
                       dm_span payload_hash, bool with_token, uint8_t out[DIGEST_SIZE]);

#endif
