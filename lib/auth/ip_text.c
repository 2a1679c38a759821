/* IP addresses as text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/ip_text.h"

#include "base/span.h"

static void ipv4_write(dmi_writer *w, const unsigned char *bytes) {
  for (size_t i = 0; i < 4; i++) {
    if (i > 0)
      dmi_writer_byte(w, '.');
    dmi_writer_decimal(w, bytes[i], 1);
  }
}

static unsigned group_at(const unsigned char *bytes, size_t i) {
  return (unsigned)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
}

/* Finds the first longest run of two or more zero groups; *length is 0 where there is none. */
static size_t longest_zeroes(const unsigned char *bytes, size_t *length) {
  size_t best = 0, run = 0;
  *length = 0;
  for (size_t i = 0; i < 8; i++) {
    run = group_at(bytes, i) == 0 ? run + 1 : 0;
    if (run >= 2 && run > *length) {
      *length = run;
      best = i + 1 - run;
    }
  }
  return best;
}

/* RFC 5952 section 4. */
static void ipv6_write(dmi_writer *w, const unsigned char *bytes) {
  static const char hex[] = "0123456789abcdef";
  size_t length, first = longest_zeroes(bytes, &length);
  for (size_t i = 0; i < 8; i++) {
    if (length > 0 && i == first) {
      dmi_writer_bytes(w, SPAN("::"));
      i += length - 1;
      continue;
    }
    if (i > 0 && !(length > 0 && i == first + length))
      dmi_writer_byte(w, ':');
    unsigned group = group_at(bytes, i), shift = 12;
    while (shift > 0 && group >> shift == 0)
      shift -= 4;
    for (;; shift -= 4) {
      dmi_writer_byte(w, hex[group >> shift & 15]);
      if (shift == 0)
        break;
    }
  }
}

bool dmi_address_write(dmi_writer *w, dm_span address) {
  if (address.len == 4)
    ipv4_write(w, (const unsigned char *)address.ptr);
  else if (address.len == 16)
    ipv6_write(w, (const unsigned char *)address.ptr);
  else
    return false;
  return true;
}
