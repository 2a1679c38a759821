/* SHA-256 and HMAC-SHA-256.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_AUTH_DIGEST_H
#define DM_AUTH_DIGEST_H

#include <mbedtls/sha256.h>
#include <stdbool.h>

#include "dm/types.h"

#define DIGEST_SIZE 32

/* A hash that is fed piece by piece. */
typedef struct dmi_digest {
  mbedtls_sha256_context sha256;
  bool failed;
} dmi_digest;

/* Begins a hash; dmi_digest_finish() must follow. */
void dmi_digest_start(dmi_digest *d);

/* Feeds bytes. */
void dmi_digest_add(dmi_digest *d, dm_span bytes);

/* Ends a hash; false when mbedtls could not compute it. */
bool dmi_digest_finish(dmi_digest *d, uint8_t out[DIGEST_SIZE]);

/* The hash of bytes that are all there; false as above. */
bool dmi_digest_of(dm_span bytes, uint8_t out[DIGEST_SIZE]);

/* The keyed hash of bytes that are all there (RFC 2104); false as above. */
bool dmi_digest_keyed(dm_span key, dm_span bytes, uint8_t out[DIGEST_SIZE]);

#endif
