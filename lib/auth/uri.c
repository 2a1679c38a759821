/* Paths and queries as Signature Version 4 sees them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/uri.h"

#include "base/query_string.h"
#include "base/span.h"

/* ---- Encoding ------------------------------------------------------------- */

/* Gives a text's canonical form byte by byte: unreserved characters (RFC 3986 section 2.3)
 * as they are, every other byte as '%' and two upper-case digits. */
typedef struct encoder {
  dm_span rest;
  bool decode; /* the text is percent-encoded: that goes first */
  char digits[2];
  size_t digits_left;
} encoder;

static bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

/* The next byte; -1 at the end. */
static int encoder_next(encoder *e) {
  static const char hex[] = "0123456789ABCDEF";
  char byte;
  if (e->digits_left > 0)
    return e->digits[2 - e->digits_left--];
  if (e->rest.len == 0)
    return -1;
  if (!e->decode || !dmi_percent_take(&e->rest, &byte)) {
    byte = e->rest.ptr[0];
    e->rest = dmi_span_tail(e->rest, 1);
  }
  if (unreserved(byte))
    return byte;
  e->digits[0] = hex[(unsigned char)byte >> 4];
  e->digits[1] = hex[(unsigned char)byte & 15];
  e->digits_left = 2;
  return '%';
}

static void encoder_hash(encoder e, dmi_digest *d) {
  char block[64];
  size_t filled = 0;
  for (int byte = encoder_next(&e); byte >= 0; byte = encoder_next(&e)) {
    block[filled++] = (char)byte;
    if (filled == sizeof block) {
      dmi_digest_add(d, dm_bytes(block, filled));
      filled = 0;
    }
  }
  dmi_digest_add(d, dm_bytes(block, filled));
}

/* Below zero, zero or above zero, as `a` is before, the same as or after `b`. */
static int encoded_compare(dm_span a, dm_span b) {
  encoder left = {.rest = a, .decode = true}, right = {.rest = b, .decode = true};
  int l, r;
  do {
    l = encoder_next(&left);
    r = encoder_next(&right);
  } while (l == r && l >= 0);
  return l - r;
}

/* ---- Paths ---------------------------------------------------------------- */

int dmi_uri_path_read(dm_span path, dmi_uri_path *out) {
  if (path.len > 0 && path.ptr[0] != '/')
    return DM_SIGV4_MALFORMED_REQUEST;
  out->count = 0;
  out->ends_with_slash = path.len > 0 && path.ptr[path.len - 1] == '/';
  while (path.len > 0) {
    dm_span segment = dmi_span_cut(path, '/', &path);
    if (segment.len == 0 || dmi_span_equal(segment, SPAN(".")))
      continue;
    if (dmi_span_equal(segment, SPAN(".."))) {
      out->count -= out->count > 0;
      continue;
    }
    if (out->count == DM_SIGV4_SEGMENTS_MAX)
      return DM_SIGV4_TOO_MANY;
    out->segments[out->count++] = segment;
  }
  return DM_OK;
}

void dmi_uri_path_hash(const dmi_uri_path *path, dmi_digest *d) {
  for (size_t i = 0; i < path->count; i++) {
    dmi_digest_add(d, SPAN("/"));
    encoder_hash((encoder){.rest = path->segments[i]}, d);
  }
  if (path->ends_with_slash || path->count == 0)
    dmi_digest_add(d, SPAN("/"));
}

/* ---- Queries -------------------------------------------------------------- */

static bool well_encoded(dm_span text) {
  char byte;
  while (text.len > 0)
    if (!dmi_percent_take(&text, &byte))
      return false;
  return true;
}

int dmi_uri_query_read(dm_span query, dmi_uri_query *out) {
  dmi_uri_parameter one;
  out->count = 0;
  if (!well_encoded(query))
    return DM_SIGV4_MALFORMED_REQUEST;
  while (dmi_query_next(&query, &one.name, &one.value)) {
    if (one.name.len == 0 && one.value.len == 0)
      continue;
    if (out->count == DM_SIGV4_PARAMETERS_MAX)
      return DM_SIGV4_TOO_MANY;
    out->parameters[out->count++] = one;
  }
  return DM_OK;
}

bool dmi_uri_text_is(dm_span encoded, dm_span expected) {
  char byte;
  for (; expected.len > 0; expected = dmi_span_tail(expected, 1))
    if (encoded.len == 0 || !dmi_percent_take(&encoded, &byte) ||
        !dmi_span_equal_ignoring_case(dm_bytes(&byte, 1), dmi_span_head(expected, 1)))
      return false;
  return encoded.len == 0;
}

static int parameter_compare(const dmi_uri_parameter *a, const dmi_uri_parameter *b) {
  int order = encoded_compare(a->name, b->name);
  return order != 0 ? order : encoded_compare(a->value, b->value);
}

/* By insertion: there are few, and most clients send them in order. */
void dmi_uri_query_sort(dmi_uri_query *query) {
  for (size_t i = 1; i < query->count; i++) {
    dmi_uri_parameter one = query->parameters[i];
    size_t at = i;
    for (; at > 0 && parameter_compare(&query->parameters[at - 1], &one) > 0; at--)
      query->parameters[at] = query->parameters[at - 1];
    query->parameters[at] = one;
  }
}

void dmi_uri_text_hash(dm_span encoded, dmi_digest *d) {
  encoder_hash((encoder){.rest = encoded, .decode = true}, d);
}
