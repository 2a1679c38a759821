/* Walking through DER (X.690) step by step.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_AUTH_DER_H
#define DM_AUTH_DER_H

#include <mbedtls/asn1.h>
#include <stdbool.h>

#include "dm/types.h"

#define DER_SEQUENCE (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)
#define DER_SET      (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SET)

/* The tag [n] of a constructed or a primitive value. */
#define DER_FIELD(n) (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | (n))
#define DER_VALUE(n) (MBEDTLS_ASN1_CONTEXT_SPECIFIC | (n))

/* Takes one element off the front: its tag and its content. False when there is none that
 * is whole. */
bool dmi_der_next(dm_span *from, int *tag, dm_span *content);

/* The same for an element that must have this tag; nothing is taken when it has not. */
bool dmi_der_take(dm_span *from, int tag, dm_span *content);

#endif
