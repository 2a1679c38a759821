/* SHA-256 and HMAC-SHA-256.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/digest.h"

#include <mbedtls/md.h>
#include <mbedtls/version.h>

/* Up to 2.28 the names without a suffix belong to functions that cannot fail. */
#if MBEDTLS_VERSION_NUMBER < 0x03000000
#define mbedtls_sha256_starts mbedtls_sha256_starts_ret
#define mbedtls_sha256_update mbedtls_sha256_update_ret
#define mbedtls_sha256_finish mbedtls_sha256_finish_ret
#endif

void dmi_digest_start(dmi_digest *d) {
  mbedtls_sha256_init(&d->sha256);
  d->failed = mbedtls_sha256_starts(&d->sha256, 0) != 0;
}

void dmi_digest_add(dmi_digest *d, dm_span bytes) {
  if (bytes.len > 0 &&
      mbedtls_sha256_update(&d->sha256, (const unsigned char *)bytes.ptr, bytes.len) != 0)
    d->failed = true;
}

bool dmi_digest_finish(dmi_digest *d, uint8_t out[DIGEST_SIZE]) {
  if (mbedtls_sha256_finish(&d->sha256, out) != 0)
    d->failed = true;
  mbedtls_sha256_free(&d->sha256);
  return !d->failed;
}

bool dmi_digest_of(dm_span bytes, uint8_t out[DIGEST_SIZE]) {
  dmi_digest d;
  dmi_digest_start(&d);
  dmi_digest_add(&d, bytes);
  return dmi_digest_finish(&d, out);
}

bool dmi_digest_keyed(dm_span key, dm_span bytes, uint8_t out[DIGEST_SIZE]) {
  const mbedtls_md_info_t *sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
  return mbedtls_md_hmac(sha256, (const unsigned char *)key.ptr, key.len,
                         (const unsigned char *)bytes.ptr, bytes.len, out) == 0;
}
