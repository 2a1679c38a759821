/* A verified client certificate, as policies see it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_CERTIFICATE_H
#define COMMON_ACCESS_CERTIFICATE_H

#include <stdbool.h>

#include "dm/policy.h"
#include "dm/types.h"

typedef struct certificate certificate;

/* Reads a certificate (DER) that TLS has verified; the bytes are copied. NULL where there is
 * none; one that cannot be read, for want of memory too, is there and not usable.
 * certificate_free() it. */
certificate *certificate_new(dm_span der);

/* NULL is fine. */
void certificate_free(certificate *c);

/* Its SHA-256, in lower-case hexadecimal digits; empty where it could not be read. */
const char *certificate_id(const certificate *c);

/* Whether all that policies may ask about it is known. Of one where it is not nothing is, and
 * no Deny that asks would apply to it: nobody is known by it, and nothing is allowed. */
bool certificate_usable(const certificate *c);

/* iot:Certificate.Subject.CommonName and all the others. */
const dm_policy_value *certificate_values(const certificate *c, size_t *count);

/* Whether an attribute of its subject ("Subject") or issuer ("Issuer") is there once and has
 * this value. */
bool certificate_has(const certificate *c, const char *whose, const char *attribute,
                     const char *value);

#endif
