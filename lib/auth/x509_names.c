/* The names in a certificate: distinguished names and alternative names.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/x509_names.h"

#include "auth/der.h"
#include "base/span.h"
#include "base/utf8.h"
#include "dm/auth.h"

/* More parts than any name has. */
#define PARTS_MAX 32

/* ---- Attributes ----------------------------------------------------------- */

/* All of them lie below 2.5.4 (X.520), which is 55 04 in DER. */
typedef struct known_attribute {
  unsigned char last; /* number of its OID */
  dm_span name;       /* in policies */
  dm_span keyword;    /* in distinguished names */
} known_attribute;

#define TEXT(literal)                                                                              \
  { literal, sizeof(literal) - 1 }

static const known_attribute attributes[] = {
    {3, TEXT("CommonName"), TEXT("cn")},
    {4, TEXT("Surname"), TEXT("sn")},
    {5, TEXT("SerialNumber"), TEXT("serialNumber")},
    {6, TEXT("Country"), TEXT("c")},
    {8, TEXT("State"), TEXT("st")},
    {10, TEXT("Organization"), TEXT("o")},
    {11, TEXT("OrganizationalUnit"), TEXT("ou")},
    {12, TEXT("Title"), TEXT("title")},
    {42, TEXT("GivenName"), TEXT("givenName")},
    {43, TEXT("Initials"), TEXT("initials")},
    {44, TEXT("GenerationQualifier"), TEXT("generationQualifier")},
    {46, TEXT("DistinguishedNameQualifier"), TEXT("dnQualifier")},
    {65, TEXT("Pseudonym"), TEXT("pseudonym")},
    /* Only in distinguished names. */
    {7, TEXT(""), TEXT("l")},
    {9, TEXT(""), TEXT("street")},
};

#define ATTRIBUTE_COUNT (sizeof attributes / sizeof *attributes)

static size_t attribute_find(dm_span oid, size_t count) {
  size_t i = 0;
  if (oid.len != 3 || !dmi_span_starts_with(oid, SPAN("\x55\x04")))
    return count;
  while (i < count && attributes[i].last != (unsigned char)oid.ptr[2])
    i++;
  return i;
}

size_t dmi_name_known(dm_span oid) {
  return attribute_find(oid, NAME_KNOWN_COUNT);
}

dm_span dmi_name_known_text(size_t place) {
  return attributes[place].name;
}

bool dmi_name_next_attribute(dm_span *set, dmi_name_attribute *out) {
  dm_span pair;
  return dmi_der_take(set, DER_SEQUENCE, &pair) &&
         dmi_der_take(&pair, MBEDTLS_ASN1_OID, &out->oid) &&
         dmi_der_next(&pair, &out->tag, &out->value) && pair.len == 0;
}

static bool is_ascii(dm_span text) {
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] == '\0' || (unsigned char)text.ptr[i] > 0x7F)
      return false;
  return true;
}

#define NUMERIC_STRING 0x12
#define VISIBLE_STRING 0x1A

bool dmi_name_text_valid(int tag, dm_span value) {
  if (value.len == 0 || value.len > DM_X509_VALUE_MAX)
    return false;
  switch (tag) {
  case MBEDTLS_ASN1_UTF8_STRING:
    return dmi_utf8_valid_mqtt(value);
  case MBEDTLS_ASN1_PRINTABLE_STRING:
  case MBEDTLS_ASN1_IA5_STRING:
  case NUMERIC_STRING:
  case VISIBLE_STRING:
    return is_ascii(value);
  default:
    return false;
  }
}

/* ---- Distinguished names as text ------------------------------------------ */

/* RFC 4514 section 2.4, and '=' as AWS has it. */
static void escaped_write(dmi_writer *w, dm_span value) {
  const dm_span special = SPAN(",\"\\+=<>;");
  for (size_t i = 0; i < value.len; i++) {
    char c = value.ptr[i];
    bool edge = (i == 0 && (c == ' ' || c == '#')) || (i + 1 == value.len && c == ' ');
    if (edge || dmi_span_find(special, c) < special.len)
      dmi_writer_byte(w, '\\');
    dmi_writer_byte(w, c);
  }
}

/* "1.2.840.113549.1.9.1": seven bits a byte, and in the first number two. */
static bool oid_write(dmi_writer *w, dm_span oid) {
  uint64_t number = 0;
  bool first = true, whole = false;
  for (size_t i = 0; i < oid.len; i++) {
    unsigned char byte = (unsigned char)oid.ptr[i];
    if (number > UINT64_MAX >> 7)
      return false;
    number = number << 7 | (byte & 0x7F);
    whole = byte < 0x80;
    if (!whole)
      continue;
    if (first) {
      uint64_t top = number < 80 ? number / 40 : 2;
      dmi_writer_decimal(w, top, 1);
      number -= top * 40;
    }
    dmi_writer_byte(w, '.');
    dmi_writer_decimal(w, number, 1);
    first = false;
    number = 0;
  }
  return whole;
}

static bool keyword_write(dmi_writer *w, dm_span oid) {
  size_t place = attribute_find(oid, ATTRIBUTE_COUNT);
  if (place == ATTRIBUTE_COUNT)
    return oid_write(w, oid);
  dmi_writer_bytes(w, attributes[place].keyword);
  return true;
}

static bool part_write(dmi_writer *w, dm_span set) {
  dmi_name_attribute one;
  dm_span separator = SPAN("");
  do {
    if (!dmi_name_next_attribute(&set, &one) || !dmi_name_text_valid(one.tag, one.value))
      return false;
    dmi_writer_bytes(w, separator);
    if (!keyword_write(w, one.oid))
      return false;
    dmi_writer_byte(w, '=');
    escaped_write(w, one.value);
    separator = SPAN("+");
  } while (set.len > 0);
  return true;
}

bool dmi_name_write(dmi_writer *w, dm_span name) {
  dm_span parts[PARTS_MAX];
  size_t count = 0;
  while (name.len > 0)
    if (count == PARTS_MAX || !dmi_der_take(&name, DER_SET, &parts[count++]))
      return false;
  for (size_t i = count; i > 0; i--) {
    if (!part_write(w, parts[i - 1]))
      return false;
    if (i > 1)
      dmi_writer_byte(w, ',');
  }
  return count > 0;
}
