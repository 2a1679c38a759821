/* One HTTP request as it is read: everything that is kept of it lies in one growable
 * buffer, in the order in which it came.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HTTP1_HTTP_REQUEST_H
#define COMMON_HTTP1_HTTP_REQUEST_H

#include "common/base/bytes.h"
#include "dm/http.h"

/* More header fields are refused. */
#define HTTP_FIELDS_MAX 128

/* Bytes of the request's buffer; the buffer may still move. */
typedef struct http_place {
  size_t at;
  size_t len;
} http_place;

typedef struct http_field {
  http_place name;
  http_place value;
} http_field;

typedef struct http_request {
  bytes text; /* target, names and values, body */
  http_place target;
  http_field fields[HTTP_FIELDS_MAX];
  size_t field_count;
  bool in_value; /* the last field's value has begun */
  bool head_complete;
  http_place body;
  const char *method; /* static; NULL until it is known, "" where nobody knows it */
  bool is_head;
  bool keep_alive;
  bool version_1_0;
  bool expects_continue;
  bool continue_sent;
} http_request;

/* An empty request; NULL when out of memory. */
http_request *http_request_new(void);
void http_request_free(http_request *request);

/* Makes it empty again, keeping a little memory. */
void http_request_reset(http_request *request);

/* Add what the parser found, in pieces of any size; false when out of memory, or when
 * there is one field too many. */
bool http_request_add_target(http_request *request, dm_span piece);
bool http_request_add_name(http_request *request, dm_span piece);
bool http_request_add_value(http_request *request, dm_span piece);
bool http_request_add_body(http_request *request, dm_span piece);

/* Takes away the white space behind each value, which is no part of it (RFC 9110 section 5.5). */
void http_request_trim(http_request *request);

/* A place as bytes; borrowed until something is added. */
dm_span http_request_span(const http_request *request, http_place place);

/* How many fields have this name, in any letter case; the last one's value in *value. */
size_t http_request_find(const http_request *request, const char *name, dm_span *value);

/* The request in the library's form, with what is known of it so far. `fields` lends the
 * room. Principal and source are the caller's to add. */
dm_http_request http_request_view(const http_request *request,
                                  dm_http_header fields[HTTP_FIELDS_MAX]);

#endif
