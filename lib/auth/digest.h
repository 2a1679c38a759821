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
typedef struct digest {
  mbedtls_sha256_context sha256;
  bool failed;
} digest;

/* Begins a hash; digest_finish() must follow. */
void digest_start(digest *d);

/* Feeds bytes. */
void digest_add(digest *d, dm_span bytes);

/* Ends a hash; false when mbedtls could not compute it. */
bool digest_finish(digest *d, uint8_t out[DIGEST_SIZE]);

/* The hash of bytes that are all there; false as above. */
bool digest_of(dm_span bytes, uint8_t out[DIGEST_SIZE]);

/* The keyed hash of bytes that are all there (RFC 2104); false as above. */
bool digest_keyed(dm_span key, dm_span bytes, uint8_t out[DIGEST_SIZE]);

#endif
