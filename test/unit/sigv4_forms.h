/* Requests that are signed in the header or in the query, right unless a test varies a part.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_SIGV4_FORMS_H
#define TEST_UNIT_SIGV4_FORMS_H

#include "unit/signed_request.h"

#define KEY_PARTS "20260528/eu-west-1/iotdata/aws4_request"
#define SIGNATURE "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

#define AUTHORIZATION(credential, headers, signature)                                              \
  "AWS4-HMAC-SHA256 Credential=" credential ", SignedHeaders=" headers ", Signature=" signature
#define GOOD_AUTHORIZATION AUTHORIZATION("AKID/" KEY_PARTS, "host;x-amz-date", SIGNATURE)

/* Headers beside Authorization. */
#define GOOD_HEADERS "Host:localhost\nX-Amz-Date:20260528T101500Z\n"

#define PARAMETERS_WITHOUT_SIGNATURE                                                               \
  "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260528%2Feu-west-1%2Fiotdata"        \
  "%2Faws4_request&X-Amz-Date=20260528T101500Z&X-Amz-SignedHeaders=host"
#define PARAMETERS PARAMETERS_WITHOUT_SIGNATURE "&X-Amz-Signature=" SIGNATURE

/* The code for a request with these headers and this Authorization. */
int read_header_form(const char *headers, const char *authorization);

/* The same with GOOD_HEADERS. */
int read_authorization(const char *authorization);

/* The code for a request to this target without Authorization. */
int read_target(const char *target);

#endif
