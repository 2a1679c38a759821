/* Which server names a certificate is for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/tls/tls_names.h"

#include <mbedtls/oid.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <stdbool.h>

#include "common/base/ascii.h"

/* ---- One name --------------------------------------------------------------------- */

static size_t first_label(dm_span name) {
  size_t len = 0;
  while (len < name.len && name.ptr[len] != '.')
    len++;
  return len;
}

static dm_span without(dm_span name, size_t len) {
  return dm_bytes(name.ptr + len, name.len - len);
}

tls_fit tls_name_fits(dm_span pattern, dm_span name) {
  if (name.len == 0)
    return TLS_FIT_NONE;
  if (ascii_same(pattern, name))
    return TLS_FIT_EXACT;
  size_t label = first_label(name);
  bool wildcard = pattern.len > 2 && pattern.ptr[0] == '*' && pattern.ptr[1] == '.';
  return wildcard && label != 0 && ascii_same(without(pattern, 1), without(name, label))
             ? TLS_FIT_WILDCARD
             : TLS_FIT_NONE;
}

/* ---- Those of a certificate ---------------------------------------------------------- */

static bool has_alternative_names(const mbedtls_x509_crt *certificate) {
#if MBEDTLS_VERSION_MAJOR >= 3
  return mbedtls_x509_crt_has_ext_type(certificate, MBEDTLS_X509_EXT_SUBJECT_ALT_NAME) != 0;
#else
  return (certificate->ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME) != 0;
#endif
}

static tls_fit better(tls_fit a, tls_fit b) {
  return a > b ? a : b;
}

static tls_fit alternative_names_fit(const mbedtls_x509_crt *certificate, dm_span name) {
  tls_fit best = TLS_FIT_NONE;
  const mbedtls_x509_sequence *next = &certificate->subject_alt_names;
  for (; next != NULL && next->buf.p != NULL; next = next->next)
    if ((next->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == MBEDTLS_X509_SAN_DNS_NAME)
      best = better(best, tls_name_fits(dm_bytes(next->buf.p, next->buf.len), name));
  return best;
}

static tls_fit common_names_fit(const mbedtls_x509_crt *certificate, dm_span name) {
  tls_fit best = TLS_FIT_NONE;
  for (const mbedtls_x509_name *next = &certificate->subject; next != NULL; next = next->next)
    if (next->oid.p != NULL && MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &next->oid) == 0)
      best = better(best, tls_name_fits(dm_bytes(next->val.p, next->val.len), name));
  return best;
}

tls_fit tls_certificate_fits(const mbedtls_x509_crt *certificate, dm_span name) {
  return has_alternative_names(certificate) ? alternative_names_fit(certificate, name)
                                            : common_names_fit(certificate, name);
}
