/* Base64 as RFC 4648 sections 4 and 5 define it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_BASE64_H
#define DM_BASE_BASE64_H

#include <stdbool.h>

#include "dm/types.h"

/* The most bytes that `len` characters of base64 can hold. */
#define BASE64_DECODED_MAX(len) ((len) / 4 * 3)

/* Decodes strictly: padding required, no white space, unused bits zero. `out` has room
 * for BASE64_DECODED_MAX(text.len) bytes. */
bool dmi_base64_decode(dm_span text, char *out, size_t *out_len);

/* The characters of base64 that `len` bytes take. */
#define BASE64_ENCODED_LENGTH(len) (((len) + 2) / 3 * 4)

/* Encodes with padding. `out` has room for BASE64_ENCODED_LENGTH(bytes.len) characters. */
void dmi_base64_encode(dm_span bytes, char *out);

/* How many characters of base64url without padding `len` bytes become. */
#define BASE64URL_LENGTH(len) (((len)*4 + 2) / 3)

/* Encodes for URLs, without padding, into BASE64URL_LENGTH(bytes.len) characters. */
void dmi_base64url_encode(dm_span bytes, char *out);

/* Decodes that as strictly; `out` has room for three quarters of text.len bytes. */
bool dmi_base64url_decode(dm_span text, char *out, size_t *out_len);

#endif
