/* HOST:PORT and unix:PATH, as people write them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/base/address.h"

#include <stdio.h>
#include <string.h>

static bool parse_port(dm_span digits, uint16_t *port) {
  unsigned value = 0;
  if (digits.len == 0 || digits.len > 5)
    return false;
  for (size_t i = 0; i < digits.len; i++) {
    if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
      return false;
    value = value * 10 + (unsigned)(digits.ptr[i] - '0');
  }
  *port = (uint16_t)value;
  return value <= UINT16_MAX;
}

/* Position of the colon between host and port; text.len where there is none. */
static size_t last_colon(dm_span text) {
  size_t i = text.len;
  while (i > 0 && text.ptr[i - 1] != ':')
    i--;
  return i == 0 ? text.len : i - 1;
}

static bool has(dm_span text, char c) {
  return text.len > 0 && memchr(text.ptr, c, text.len) != NULL;
}

/* Brackets and colons belong together; a NUL would end the name early. */
static bool host_is_sound(dm_span host, bool bracketed) {
  return host.len > 0 && !has(host, '\0') && !has(host, '[') && !has(host, ']') &&
         has(host, ':') == bracketed;
}

bool address_parse(dm_span text, address *out) {
  size_t colon = last_colon(text);
  if (colon == text.len)
    return false;
  dm_span host = dm_bytes(text.ptr, colon);
  bool bracketed = host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
  if (bracketed)
    host = dm_bytes(host.ptr + 1, host.len - 2);
  address result = {.port = 0};
  if (!host_is_sound(host, bracketed) || host.len >= sizeof result.host ||
      !parse_port(dm_bytes(text.ptr + colon + 1, text.len - colon - 1), &result.port))
    return false;
  memcpy(result.host, host.ptr, host.len);
  *out = result;
  return true;
}

bool address_parse_peer(dm_span text, address *out) {
  static const char prefix[] = "unix:";
  size_t len = sizeof prefix - 1;
  if (text.len < len || memcmp(text.ptr, prefix, len) != 0)
    return address_parse(text, out);
  dm_span path = dm_bytes(text.ptr + len, text.len - len);
  if (path.len == 0 || path.len > ADDRESS_PATH_MAX || has(path, '\0'))
    return false;
  *out = (address){.local = true};
  memcpy(out->host, path.ptr, path.len);
  return true;
}

char *address_text(const address *a, char out[ADDRESS_TEXT_SIZE]) {
  const char *format = strchr(a->host, ':') == NULL ? "%s:%u" : "[%s]:%u";
  if (a->local)
    snprintf(out, ADDRESS_TEXT_SIZE, "unix:%s", a->host);
  else
    snprintf(out, ADDRESS_TEXT_SIZE, format, a->host, (unsigned)a->port);
  return out;
}

bool address_equal(const address *a, const address *b) {
  return a->local == b->local && a->port == b->port && strcmp(a->host, b->host) == 0;
}
