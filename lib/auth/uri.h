/* Paths and queries as Signature Version 4 sees them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_AUTH_URI_H
#define DM_AUTH_URI_H

#include <stdbool.h>

#include "auth/digest.h"
#include "dm/auth.h"

/* The segments of a path that are left when "." and ".." and empty ones are gone. */
typedef struct dmi_uri_path {
  dm_span segments[DM_SIGV4_SEGMENTS_MAX];
  size_t count;
  bool ends_with_slash;
} dmi_uri_path;

/* Name and value of one parameter, still percent-encoded. */
typedef struct dmi_uri_parameter {
  dm_span name;
  dm_span value;
} dmi_uri_parameter;

typedef struct dmi_uri_query {
  dmi_uri_parameter parameters[DM_SIGV4_PARAMETERS_MAX];
  size_t count;
} dmi_uri_query;

/* Takes a path apart; DM_OK, DM_SIGV4_TOO_MANY or DM_SIGV4_MALFORMED_REQUEST. */
int dmi_uri_path_read(dm_span path, dmi_uri_path *out);

/* Takes a query apart, which has no other than correct percent-encoding after that; empty
 * parts, as in "a&&b", do not count. Returns as above. */
int dmi_uri_query_read(dm_span query, dmi_uri_query *out);

/* Whether a percent-encoded text stands for `expected`, whatever the letter case. */
bool dmi_uri_text_is(dm_span encoded, dm_span expected);

/* Puts the parameters in the order of their encoded names, then of their encoded values. */
void dmi_uri_query_sort(dmi_uri_query *query);

/* Feeds the canonical form of a path: each segment encoded once more. */
void dmi_uri_path_hash(const dmi_uri_path *path, dmi_digest *d);

/* Feeds the canonical form of a name or value: decoded, and encoded in the one right way. */
void dmi_uri_text_hash(dm_span encoded, dmi_digest *d);

#endif
