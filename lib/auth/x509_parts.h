/* The parts of an X.509 certificate (RFC 5280 section 4.1).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_AUTH_X509_PARTS_H
#define DM_AUTH_X509_PARTS_H

#include <stdbool.h>

#include "dm/types.h"

/* Contents of DER, borrowed. */
typedef struct dmi_certificate {
  dm_span serial_number;
  dm_span issuer;
  dm_span subject;
  dm_span issuer_names;  /* the alternative ones; absent where there are none */
  dm_span subject_names; /* likewise */
} dmi_certificate;

/* Takes one certificate apart, all of it; false when it is anything else. */
bool dmi_certificate_read(dm_span der, dmi_certificate *out);

#endif
