/* The header fields of a request, and the list of those that are signed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_AUTH_FIELDS_H
#define DM_AUTH_FIELDS_H

#include <stdbool.h>

#include "auth/digest.h"
#include "dm/auth.h"

/* Whether names are tokens and values hold no control characters (RFC 9110 section 5). */
bool dmi_fields_valid(const dm_sigv4_request *request);

/* How many fields have a name; *value is the first one's, without white space around it,
 * or absent. */
size_t dmi_fields_find(const dm_sigv4_request *request, dm_span name, dm_span *value);

/* Whether a SignedHeaders list is as it must be: lower-case tokens, each after the one
 * before it. */
bool dmi_signed_list_valid(dm_span list);

/* Whether a name is in such a list, whatever its letter case. */
bool dmi_signed_list_has(dm_span list, dm_span name);

/* Feeds the canonical form of the fields in such a list, a line for each. */
void dmi_fields_hash(const dm_sigv4_request *request, dm_span list, dmi_digest *d);

#endif
