/* Walking through DER (X.690) step by step.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/der.h"

#include "base/span.h"

bool dmi_der_take(dm_span *from, int tag, dm_span *content) {
  /* mbedtls moves a pointer that could be written through, but never does. */
  unsigned char *at = (unsigned char *)(uintptr_t)from->ptr;
  const unsigned char *end = at + from->len;
  size_t len;
  if (from->len == 0 || mbedtls_asn1_get_tag(&at, end, &len, tag) != 0)
    return false;
  *content = dm_bytes(at, len);
  *from = dm_bytes(at + len, (size_t)(end - at) - len);
  return true;
}

bool dmi_der_next(dm_span *from, int *tag, dm_span *content) {
  if (from->len == 0)
    return false;
  *tag = (unsigned char)from->ptr[0];
  return dmi_der_take(from, *tag, content);
}
