/* The header fields of a request, and the list of those that are signed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/fields.h"

#include "base/span.h"

/* RFC 9110 section 5.6.2. */
static bool is_token(dm_span text) {
  static const char marks[] = "!#$%&'*+-.^_`|~";
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    bool alphanumeric = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!alphanumeric && memchr(marks, c, sizeof marks - 1) == NULL)
      return false;
  }
  return text.len > 0;
}

/* A line end in a value would let one field pass for two in the canonical request. */
static bool value_valid(dm_span value) {
  for (size_t i = 0; i < value.len; i++) {
    unsigned char c = (unsigned char)value.ptr[i];
    if ((c < 0x20 && c != '\t') || c == 0x7F)
      return false;
  }
  return true;
}

bool dmi_fields_valid(const dm_sigv4_request *request) {
  for (size_t i = 0; i < request->header_count; i++) {
    const dm_property *field = &request->headers[i];
    if (!dmi_span_sound(field->key) || !is_token(field->key) || !dmi_span_sound(field->value) ||
        !value_valid(field->value))
      return false;
  }
  return true;
}

size_t dmi_fields_find(const dm_sigv4_request *request, dm_span name, dm_span *value) {
  size_t found = 0;
  *value = (dm_span){NULL, 0};
  for (size_t i = 0; i < request->header_count; i++) {
    const dm_property *field = &request->headers[i];
    if (!dmi_span_equal_ignoring_case(field->key, name))
      continue;
    if (found++ == 0)
      *value = dmi_span_present(field->value) ? dmi_span_trim(field->value) : SPAN("");
  }
  return found;
}

static bool is_lower_case(dm_span text) {
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')
      return false;
  return true;
}

static bool is_before(dm_span a, dm_span b) {
  size_t shared = a.len < b.len ? a.len : b.len;
  int order = shared == 0 ? 0 : memcmp(a.ptr, b.ptr, shared);
  return order != 0 ? order < 0 : a.len < b.len;
}

bool dmi_signed_list_valid(dm_span list) {
  dm_span last = SPAN("");
  if (list.len == 0 || list.ptr[list.len - 1] == ';')
    return false;
  while (list.len > 0) {
    dm_span name = dmi_span_cut(list, ';', &list);
    if (!is_token(name) || !is_lower_case(name) || !is_before(last, name))
      return false;
    last = name;
  }
  return true;
}

bool dmi_signed_list_has(dm_span list, dm_span name) {
  while (list.len > 0)
    if (dmi_span_equal_ignoring_case(dmi_span_cut(list, ';', &list), name))
      return true;
  return false;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/* Without blanks around it, and with one space for each run of them inside. */
static void value_hash(dm_span value, dmi_digest *d) {
  value = dmi_span_trim(value);
  while (value.len > 0) {
    size_t word = 0, gap = 0;
    while (word < value.len && !is_blank(value.ptr[word]))
      word++;
    while (word + gap < value.len && is_blank(value.ptr[word + gap]))
      gap++;
    dmi_digest_add(d, dmi_span_head(value, word));
    dmi_digest_add(d, gap > 0 ? SPAN(" ") : SPAN(""));
    value = dmi_span_tail(value, word + gap);
  }
}

/* All fields of one name are one, with commas between their values. */
static void field_hash(const dm_sigv4_request *request, dm_span name, dmi_digest *d) {
  dm_span separator = SPAN(":");
  dmi_digest_add(d, name);
  for (size_t i = 0; i < request->header_count; i++) {
    if (!dmi_span_equal_ignoring_case(request->headers[i].key, name))
      continue;
    dmi_digest_add(d, separator);
    value_hash(request->headers[i].value, d);
    separator = SPAN(",");
  }
  dmi_digest_add(d, SPAN("\n"));
}

void dmi_fields_hash(const dm_sigv4_request *request, dm_span list, dmi_digest *d) {
  while (list.len > 0)
    field_hash(request, dmi_span_cut(list, ';', &list), d);
}
