/* Requests that are signed in the header or in the query.
 *
 * SPDX-License-Identifier: MIT
 */
#include "unit/sigv4_forms.h"

int read_header_form(const char *headers, const char *authorization) {
  signed_request r;
  signed_request_make(&r, "GET", "/", headers, "");
  signed_request_add(&r, "Authorization", authorization);
  return signed_request_read(&r);
}

int read_authorization(const char *authorization) {
  return read_header_form(GOOD_HEADERS, authorization);
}

int read_target(const char *target) {
  signed_request r;
  signed_request_make(&r, "GET", target, "Host:localhost\n", "");
  return signed_request_read(&r);
}
