/* The parts of an X.509 certificate (RFC 5280 section 4.1).
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/x509_parts.h"

#include "auth/der.h"
#include "base/span.h"

/* The alternative names in one extension, of which there may be one. */
static bool alternative_names_read(dm_span value, dm_span *names) {
  return !dmi_span_present(*names) && dmi_der_take(&value, DER_SEQUENCE, names) && value.len == 0;
}

static bool extension_read(dm_span extension, dmi_certificate *out) {
  dm_span oid, critical, value;
  if (!dmi_der_take(&extension, MBEDTLS_ASN1_OID, &oid))
    return false;
  dmi_der_take(&extension, MBEDTLS_ASN1_BOOLEAN, &critical);
  if (!dmi_der_take(&extension, MBEDTLS_ASN1_OCTET_STRING, &value) || extension.len > 0)
    return false;
  if (dmi_span_equal(oid, SPAN("\x55\x1D\x11"))) /* 2.5.29.17 */
    return alternative_names_read(value, &out->subject_names);
  if (dmi_span_equal(oid, SPAN("\x55\x1D\x12"))) /* 2.5.29.18 */
    return alternative_names_read(value, &out->issuer_names);
  return true;
}

static bool extensions_read(dm_span field, dmi_certificate *out) {
  dm_span list, extension;
  if (!dmi_der_take(&field, DER_SEQUENCE, &list) || field.len > 0)
    return false;
  while (list.len > 0)
    if (!dmi_der_take(&list, DER_SEQUENCE, &extension) || !extension_read(extension, out))
      return false;
  return true;
}

static bool to_be_signed_read(dm_span body, dmi_certificate *out) {
  dm_span skipped, extensions;
  dmi_der_take(&body, DER_FIELD(0), &skipped); /* version */
  if (!dmi_der_take(&body, MBEDTLS_ASN1_INTEGER, &out->serial_number) ||
      !dmi_der_take(&body, DER_SEQUENCE, &skipped) || /* signature algorithm */
      !dmi_der_take(&body, DER_SEQUENCE, &out->issuer) ||
      !dmi_der_take(&body, DER_SEQUENCE, &skipped) || /* validity */
      !dmi_der_take(&body, DER_SEQUENCE, &out->subject) ||
      !dmi_der_take(&body, DER_SEQUENCE, &skipped)) /* public key */
    return false;
  dmi_der_take(&body, DER_VALUE(1), &skipped); /* issuer's unique ID */
  dmi_der_take(&body, DER_VALUE(2), &skipped); /* subject's unique ID */
  if (dmi_der_take(&body, DER_FIELD(3), &extensions) && !extensions_read(extensions, out))
    return false;
  return body.len == 0 && out->serial_number.len > 0;
}

bool dmi_certificate_read(dm_span der, dmi_certificate *out) {
  dm_span whole, body, skipped;
  *out = (dmi_certificate){.subject = {NULL, 0}};
  return dmi_der_take(&der, DER_SEQUENCE, &whole) && der.len == 0 &&
         dmi_der_take(&whole, DER_SEQUENCE, &body) &&
         dmi_der_take(&whole, DER_SEQUENCE, &skipped) &&
         dmi_der_take(&whole, MBEDTLS_ASN1_BIT_STRING, &skipped) && whole.len == 0 &&
         to_be_signed_read(body, out);
}
