/* Queries of URIs: their names and values, percent-encoded.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_QUERY_STRING_H
#define DM_BASE_QUERY_STRING_H

#include <stdbool.h>

#include "dm/types.h"

/* Takes the next name and value off the front of a query; a name without '=' has an
 * empty value. False at the end. */
bool dmi_query_next(dm_span *query, dm_span *name, dm_span *value);

/* Takes the byte that stands in front of percent-encoded text, which is not empty: "%41"
 * is 'A', every other byte is itself, '+' too (RFC 3986 section 2.1). False for a '%'
 * without two hexadecimal digits. */
bool dmi_percent_take(dm_span *text, char *byte);

/* Decodes a whole text. `out` has room for text.len bytes. False as above. */
bool dmi_percent_decode(dm_span text, char *out, dm_span *decoded);

#endif
