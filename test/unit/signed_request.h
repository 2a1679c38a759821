/* Requests for the tests of signatures, and a signer of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_SIGNED_REQUEST_H
#define TEST_UNIT_SIGNED_REQUEST_H

#include "dm/auth.h"

#define SECRET_KEY "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

/* A request, the room its reading needs, and what was read. */
typedef struct signed_request {
  dm_sigv4_request request;
  dm_property headers[DM_SIGV4_HEADERS_MAX + 8];
  dm_sigv4_claims claims;
  char room[4096];
  char text[8192]; /* the signer's */
} signed_request;

/* Makes a request of texts that stay; `headers` is "Name:value\n" for each. */
void signed_request_make(signed_request *r, const char *method, const char *target,
                         const char *headers, const char *body);

/* Adds one header. */
void signed_request_add(signed_request *r, const char *name, const char *value);

/* Reads and verifies it; what the first that fails returns. */
int signed_request_read(signed_request *r);
int signed_request_verify(signed_request *r, const char *secret_key, dm_wall_time now,
                          const dm_sigv4_options *options);

/* What a signer is told, who takes all of it as it is: nothing is sorted, encoded or trimmed
 * here, so the parts have to be canonical already. */
typedef struct to_sign {
  const char *method;
  const char *path;
  const char *query;
  const char *headers; /* "name:value\n" for each that is signed, in order */
  const char *signed_headers;
  const char *payload_hash;
  const char *date;  /* "20260528T101500Z" */
  const char *scope; /* "20260528/eu-west-1/iotdata/aws4_request" */
} to_sign;

/* Writes the signature (64 digits and a NUL) under SECRET_KEY. */
void sign(const to_sign *parts, char signature[65]);

#endif
