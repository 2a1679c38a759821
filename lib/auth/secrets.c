/* Comparing and forgetting secrets.
 *
 * SPDX-License-Identifier: MIT
 */
#include <mbedtls/platform_util.h>

#include "dm/auth.h"

/* volatile, so that no compiler leaves the loop early. */
int dm_auth_equal(dm_span a, dm_span b) {
  volatile unsigned char difference = 0;
  if (a.len != b.len)
    return 0;
  for (size_t i = 0; i < a.len; i++)
    difference = (unsigned char)(difference | ((unsigned char)a.ptr[i] ^ (unsigned char)b.ptr[i]));
  return difference == 0;
}

void dm_auth_wipe(void *secret, size_t len) {
  if (len > 0)
    mbedtls_platform_zeroize(secret, len);
}
