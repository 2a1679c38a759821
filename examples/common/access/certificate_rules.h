/* By which certificates a principal is recognised: the list "certificates".
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_CERTIFICATE_RULES_H
#define COMMON_ACCESS_CERTIFICATE_RULES_H

#include "common/access/principal_reading.h"

/* Reads who->certificate_list into who->certificates and its indexes; false with *p filled. */
bool principal_read_certificates(const principal_reading *r);

#endif
