/* The names in a certificate: distinguished names and alternative names.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_AUTH_X509_NAMES_H
#define DM_AUTH_X509_NAMES_H

#include <stdbool.h>

#include "base/writer.h"

/* One attribute of a distinguished name. */
typedef struct dmi_name_attribute {
  dm_span oid; /* the content of its DER */
  int tag;     /* of the value */
  dm_span value;
} dmi_name_attribute;

/* Takes the next attribute off a relative distinguished name (the content of its SET). */
bool dmi_name_next_attribute(dm_span *set, dmi_name_attribute *out);

/* Whether a value is text that a policy may use: not empty, not too long, UTF-8 or ASCII as
 * its tag says, without NUL. */
bool dmi_name_text_valid(int tag, dm_span value);

/* The attributes that policies know, and how many there are. */
#define NAME_KNOWN_COUNT 13

/* The place of an attribute among them; NAME_KNOWN_COUNT when policies do not know it. */
size_t dmi_name_known(dm_span oid);

/* What policies call the known attribute at a place: "CommonName". */
dm_span dmi_name_known_text(size_t place);

/* Appends a distinguished name (the content of its SEQUENCE) as text, last part first, as
 * RFC 4514 has it, but with lower-case keywords. False when that cannot be done. */
bool dmi_name_write(dmi_writer *w, dm_span name);

#endif
