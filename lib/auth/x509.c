/* What policies may ask of a certificate.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/ip_text.h"
#include "auth/x509_parts.h"
#include "auth/der.h"
#include "auth/digest.h"
#include "auth/x509_names.h"
#include "base/span.h"
#include "base/structure.h"
#include "base/writer.h"
#include "dm/auth.h"

#define X509_PRINCIPAL_FIRST_SIZE sizeof(dm_x509_principal)

/* RFC 5280 section 4.1.2.2 has 20. */
#define SERIAL_NUMBER_MAX 32

/* ---- Collecting ----------------------------------------------------------- */

/* Stores what there is room for, and counts all. */
typedef struct collector {
  dm_property *values;
  size_t capacity;
  size_t count;
  dmi_writer text;
} collector;

static void store(collector *c, dm_span key, dm_span value) {
  if (c->count < c->capacity)
    c->values[c->count] = (dm_property){key, value};
  c->count++;
}

/* The text written since it had `start` bytes; absent where not all of it fitted. */
static dm_span text_since(const collector *c, size_t start) {
  if (!dmi_writer_fits(&c->text))
    return (dm_span){NULL, 0};
  return dm_bytes(c->text.out + start, c->text.needed - start);
}

/* Stores a value, and that its key is there. */
static void store_new(collector *c, dm_span key, dm_span value) {
  store(c, key, value);
  store(c, SPAN("iot:Certificate.AvailableKeys"), key);
}

/* Stores the value with this index under its own key and in the list. */
static void store_indexed(collector *c, dm_span prefix, dm_span name, size_t index, dm_span value) {
  size_t start = c->text.needed;
  dmi_writer_bytes(&c->text, prefix);
  dmi_writer_bytes(&c->text, name);
  if (index > 0) {
    dmi_writer_byte(&c->text, '.');
    dmi_writer_decimal(&c->text, index, 1);
  }
  store_new(c, text_since(c, start), value);

  start = c->text.needed;
  dmi_writer_bytes(&c->text, prefix);
  dmi_writer_bytes(&c->text, name);
  dmi_writer_bytes(&c->text, SPAN(".List"));
  if (index == 0)
    store_new(c, text_since(c, start), value);
  else
    store(c, text_since(c, start), value);
}

/* ---- Distinguished names -------------------------------------------------- */

static int set_collect(collector *c, dm_span prefix, dm_span set, size_t seen[NAME_KNOWN_COUNT]) {
  dmi_name_attribute one;
  while (set.len > 0) {
    if (!dmi_name_next_attribute(&set, &one))
      return DM_X509_MALFORMED;
    size_t place = dmi_name_known(one.oid);
    if (place == NAME_KNOWN_COUNT)
      continue;
    if (!dmi_name_text_valid(one.tag, one.value))
      return DM_X509_UNUSABLE_VALUE;
    store_indexed(c, prefix, dmi_name_known_text(place), seen[place]++, one.value);
  }
  return DM_OK;
}

static int name_collect(collector *c, dm_span prefix, dm_span name) {
  size_t seen[NAME_KNOWN_COUNT] = {0};
  dm_span set;
  int status = DM_OK;
  while (status == DM_OK && name.len > 0)
    status =
        dmi_der_take(&name, DER_SET, &set) ? set_collect(c, prefix, set, seen) : DM_X509_MALFORMED;
  return status;
}

/* ---- Alternative names ---------------------------------------------------- */

/* GeneralName's tags (RFC 5280 section 4.2.1.6). */
typedef struct alternative {
  int tag;
  dm_span name;
} alternative;

#define TEXT(literal)                                                                              \
  { literal, sizeof(literal) - 1 }

enum {
  RFC822_NAME,
  DNS_NAME,
  URI,
  DIRECTORY_NAME,
  IP_ADDRESS,
  ALTERNATIVE_COUNT
};

static const alternative alternatives[ALTERNATIVE_COUNT] = {
    [RFC822_NAME] = {DER_VALUE(1), TEXT("RFC822Name")},
    [DNS_NAME] = {DER_VALUE(2), TEXT("DNSName")},
    [URI] = {DER_VALUE(6), TEXT("UniformResourceIdentifier")},
    [DIRECTORY_NAME] = {DER_FIELD(4), TEXT("DirectoryName")},
    [IP_ADDRESS] = {DER_VALUE(7), TEXT("IPAddress")},
};

/* The text of an alternative name: its own bytes, or made from them. */
static bool alternative_text(collector *c, size_t which, dm_span content, dm_span *text) {
  size_t start = c->text.needed;
  dm_span name;
  bool written;
  switch (which) {
  case IP_ADDRESS:
    written = dmi_address_write(&c->text, content);
    break;
  case DIRECTORY_NAME:
    written = dmi_der_take(&content, DER_SEQUENCE, &name) && content.len == 0 &&
              dmi_name_write(&c->text, name) && c->text.needed - start <= DM_X509_VALUE_MAX;
    break;
  default:
    *text = content;
    return dmi_name_text_valid(MBEDTLS_ASN1_IA5_STRING, content);
  }
  *text = text_since(c, start);
  return written;
}

static size_t alternative_find(int tag) {
  size_t i = 0;
  while (i < ALTERNATIVE_COUNT && alternatives[i].tag != tag)
    i++;
  return i;
}

static int alternatives_collect(collector *c, dm_span prefix, dm_span names) {
  size_t seen[ALTERNATIVE_COUNT] = {0};
  dm_span content, text;
  int tag;
  while (names.len > 0) {
    if (!dmi_der_next(&names, &tag, &content))
      return DM_X509_MALFORMED;
    size_t which = alternative_find(tag);
    if (which == ALTERNATIVE_COUNT)
      continue;
    if (!alternative_text(c, which, content, &text))
      return DM_X509_UNUSABLE_VALUE;
    store_indexed(c, prefix, alternatives[which].name, seen[which]++, text);
  }
  return DM_OK;
}

/* ---- The serial number ---------------------------------------------------- */

/* Divides a big-endian number by ten; returns what is left over. */
static unsigned divide_by_ten(unsigned char *number, size_t len) {
  unsigned rest = 0;
  for (size_t i = 0; i < len; i++) {
    unsigned part = rest << 8 | number[i];
    number[i] = (unsigned char)(part / 10);
    rest = part % 10;
  }
  return rest;
}

static bool is_zero(const unsigned char *number, size_t len) {
  for (size_t i = 0; i < len; i++)
    if (number[i] != 0)
      return false;
  return true;
}

static int serial_number_collect(collector *c, dm_span serial_number) {
  unsigned char number[SERIAL_NUMBER_MAX];
  char digits[SERIAL_NUMBER_MAX * 3];
  size_t first = sizeof digits, start = c->text.needed;
  if (serial_number.len > sizeof number || (serial_number.ptr[0] & 0x80) != 0)
    return DM_X509_UNUSABLE_VALUE;
  memcpy(number, serial_number.ptr, serial_number.len);
  do
    digits[--first] = (char)('0' + divide_by_ten(number, serial_number.len));
  while (!is_zero(number, serial_number.len));
  dmi_writer_bytes(&c->text, dm_bytes(digits + first, sizeof digits - first));
  store_new(c, SPAN("iot:Certificate.SerialNumber"), text_since(c, start));
  return DM_OK;
}

/* ---- All of it ------------------------------------------------------------ */

static int collect(collector *c, const dmi_certificate *read) {
  int status = serial_number_collect(c, read->serial_number);
  if (status == DM_OK)
    status = name_collect(c, SPAN("iot:Certificate.Subject."), read->subject);
  if (status == DM_OK)
    status = name_collect(c, SPAN("iot:Certificate.Issuer."), read->issuer);
  if (status == DM_OK)
    status = alternatives_collect(c, SPAN("iot:Certificate.Subject.AlternativeName."),
                                  read->subject_names);
  if (status == DM_OK)
    status = alternatives_collect(c, SPAN("iot:Certificate.Issuer.AlternativeName."),
                                  read->issuer_names);
  return status;
}

static bool certificate_id_write(dm_span der, char out[65]) {
  uint8_t hash[DIGEST_SIZE];
  dmi_writer w = {out, 65, 0};
  if (!dmi_digest_of(der, hash))
    return false;
  dmi_writer_hex(&w, hash, sizeof hash);
  dmi_writer_byte(&w, '\0');
  return true;
}

static bool arguments_valid(dm_span der, const dm_x509_principal *principal) {
  return principal != NULL && dmi_span_sound(der) &&
         (principal->values != NULL || principal->value_capacity == 0) &&
         (principal->text != NULL || principal->text_capacity == 0);
}

/* `certificate_id` is where the host finds it afterwards. */
static int principal_read(dm_span der, dm_x509_principal *principal, const char *certificate_id) {
  dmi_certificate read;
  principal->value_count = 0;
  principal->text_len = 0;
  principal->certificate_id[0] = '\0';
  if (!dmi_certificate_read(der, &read))
    return DM_X509_MALFORMED;
  if (!certificate_id_write(der, principal->certificate_id))
    return DM_ERROR_NO_MEMORY;

  collector c = {.values = principal->values,
                 .capacity = principal->value_capacity,
                 .text = {principal->text, principal->text_capacity, 0}};
  store(&c, SPAN("iot:CertificateId"), dm_bytes(certificate_id, 64));
  int status = collect(&c, &read);
  if (status == DM_X509_MALFORMED)
    principal->certificate_id[0] = '\0';
  if (status != DM_OK)
    return status;
  principal->value_count = c.count;
  principal->text_len = c.text.needed;
  return c.count <= c.capacity && dmi_writer_fits(&c.text) ? DM_OK : DM_ERROR_BUFFER_TOO_SMALL;
}

int dm_x509_read(dm_span der, dm_x509_principal *given) {
  dm_x509_principal room;
  const dm_x509_principal *principal =
      dmi_structure_read(given, X509_PRINCIPAL_FIRST_SIZE, &room, sizeof room);
  if (!arguments_valid(der, principal))
    return DM_ERROR_INVALID_ARGUMENT;
  dm_x509_principal result = *principal;
  int status = principal_read(der, &result, given->certificate_id);
  dmi_structure_write(given, &result, sizeof result);
  return status;
}
