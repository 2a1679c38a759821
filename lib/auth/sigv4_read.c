/* Reading the signature of a request.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/fields.h"
#include "auth/sigv4_sizes.h"
#include "auth/timestamp.h"
#include "auth/uri.h"
#include "base/query_string.h"
#include "base/request_target.h"
#include "base/span.h"
#include "base/structure.h"

#define ACCESS_KEY_ID_MAX 128
#define SCOPE_PART_MAX    64

/* ---- Pieces --------------------------------------------------------------- */

#define DIGITS     "0123456789"
#define UPPER_CASE "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER_CASE "abcdefghijklmnopqrstuvwxyz"

/* Whether a text is there and holds only certain characters. */
static bool made_of(dm_span text, dm_span characters) {
  for (size_t i = 0; i < text.len; i++)
    if (dmi_span_find(characters, text.ptr[i]) == characters.len)
      return false;
  return text.len > 0;
}

static bool is_identifier(dm_span text, size_t max) {
  return text.len <= max && made_of(text, SPAN(UPPER_CASE LOWER_CASE DIGITS "-._"));
}

static bool is_hash(dm_span text) {
  return text.len == 2 * DIGEST_SIZE && made_of(text, SPAN(DIGITS "abcdef"));
}

static int credential_read(dm_span text, dm_sigv4_claims *claims) {
  claims->access_key_id = dmi_span_cut(text, '/', &text);
  claims->scope_date = dmi_span_cut(text, '/', &text);
  claims->region = dmi_span_cut(text, '/', &text);
  claims->service = dmi_span_cut(text, '/', &text);
  bool good =
      is_identifier(claims->access_key_id, ACCESS_KEY_ID_MAX) &&
      claims->scope_date.len == TIMESTAMP_DAY_LENGTH && made_of(claims->scope_date, SPAN(DIGITS)) &&
      is_identifier(claims->region, SCOPE_PART_MAX) &&
      is_identifier(claims->service, SCOPE_PART_MAX) && dmi_span_equal(text, SPAN("aws4_request"));
  return good ? DM_OK : DM_SIGV4_MALFORMED_CREDENTIAL;
}

static int parts_check(const dm_sigv4_claims *claims) {
  if (!dmi_signed_list_valid(claims->signed_headers))
    return DM_SIGV4_MALFORMED_SIGNED_HEADERS;
  return is_hash(claims->signature) ? DM_OK : DM_SIGV4_MALFORMED_SIGNATURE;
}

static int payload_hash_check(dm_span text) {
  bool good =
      !dmi_span_present(text) || is_hash(text) || dmi_span_equal(text, SPAN("UNSIGNED-PAYLOAD"));
  return good ? DM_OK : DM_SIGV4_MALFORMED_PAYLOAD_HASH;
}

/* ---- The Authorization header --------------------------------------------- */

/* "Credential=..., SignedHeaders=..., Signature=...", in any order. */
static int authorization_read(dm_span text, dm_span *credential, dm_sigv4_claims *claims) {
  if (text.len > 0 && text.ptr[text.len - 1] == ',')
    return DM_SIGV4_MALFORMED_AUTHORIZATION;
  while (text.len > 0) {
    dm_span value, part = dmi_span_trim(dmi_span_cut(text, ',', &text));
    dm_span name = dmi_span_cut(part, '=', &value);
    dm_span *out = dmi_span_equal(name, SPAN("Credential"))      ? credential
                   : dmi_span_equal(name, SPAN("SignedHeaders")) ? &claims->signed_headers
                   : dmi_span_equal(name, SPAN("Signature"))     ? &claims->signature
                                                                 : NULL;
    if (out == NULL || dmi_span_present(*out) || value.len == 0)
      return DM_SIGV4_MALFORMED_AUTHORIZATION;
    *out = value;
  }
  bool whole = dmi_span_present(*credential) && dmi_span_present(claims->signed_headers) &&
               dmi_span_present(claims->signature);
  return whole ? DM_OK : DM_SIGV4_MALFORMED_AUTHORIZATION;
}

/* X-Amz-Date goes before Date. Either has to be signed, and the first always is. */
static int header_date_read(const dm_sigv4_request *request, dm_sigv4_claims *claims) {
  dm_span text;
  size_t count = dmi_fields_find(request, SPAN("x-amz-date"), &text);
  if (count > 1)
    return DM_SIGV4_REPEATED_HEADER;
  if (count == 1)
    return dmi_timestamp_read(text, &claims->signed_at) ? DM_OK : DM_SIGV4_MALFORMED_DATE;
  count = dmi_fields_find(request, SPAN("date"), &text);
  if (count > 1)
    return DM_SIGV4_REPEATED_HEADER;
  if (count == 0 || !dmi_timestamp_read_date_header(text, &claims->signed_at))
    return DM_SIGV4_MALFORMED_DATE;
  return dmi_signed_list_has(claims->signed_headers, SPAN("date")) ? DM_OK
                                                                   : DM_SIGV4_HEADER_NOT_SIGNED;
}

static int header_form_read(const dm_sigv4_request *request, dm_span authorization,
                            dm_sigv4_claims *claims) {
  dm_span rest, credential = {NULL, 0};
  if (!dmi_span_equal(dmi_span_cut(authorization, ' ', &rest), SPAN("AWS4-HMAC-SHA256")))
    return DM_SIGV4_UNSUPPORTED_ALGORITHM;
  int status = authorization_read(rest, &credential, claims);
  if (status == DM_OK)
    status = credential_read(credential, claims);
  if (status == DM_OK)
    status = parts_check(claims);
  if (status == DM_OK)
    status = header_date_read(request, claims);
  return status;
}

/* ---- The presigned URL ---------------------------------------------------- */

enum {
  ALGORITHM,
  CREDENTIAL,
  SIGNATURE, /* these three show that a URL is presigned */
  SHOWING_COUNT,
  DATE = SHOWING_COUNT,
  SIGNED_HEADERS,
  REQUIRED_COUNT,
  EXPIRES = REQUIRED_COUNT,
  SECURITY_TOKEN,
  CONTENT_SHA256,
  PARAMETER_COUNT
};

#define NAME(literal)                                                                              \
  { literal, sizeof(literal) - 1 }

static const dm_span parameter_names[PARAMETER_COUNT] = {
    [ALGORITHM] = NAME("X-Amz-Algorithm"),
    [CREDENTIAL] = NAME("X-Amz-Credential"),
    [SIGNATURE] = NAME("X-Amz-Signature"),
    [DATE] = NAME("X-Amz-Date"),
    [SIGNED_HEADERS] = NAME("X-Amz-SignedHeaders"),
    [EXPIRES] = NAME("X-Amz-Expires"),
    [SECURITY_TOKEN] = NAME("X-Amz-Security-Token"),
    [CONTENT_SHA256] = NAME("X-Amz-Content-Sha256"),
};

static size_t parameter_find(dm_span name) {
  size_t i = 0;
  while (i < PARAMETER_COUNT && !dmi_uri_text_is(name, parameter_names[i]))
    i++;
  return i;
}

static bool is_presigned(dm_span query) {
  dm_span name, value;
  while (dmi_query_next(&query, &name, &value))
    if (parameter_find(name) < SHOWING_COUNT)
      return true;
  return false;
}

/* Decodes the parameters that belong to the signature. */
static int parameters_read(const dmi_uri_query *query, char *room, size_t capacity,
                           dm_span values[PARAMETER_COUNT]) {
  for (size_t i = 0; i < query->count; i++) {
    const dmi_uri_parameter *one = &query->parameters[i];
    size_t which = parameter_find(one->name);
    if (which == PARAMETER_COUNT)
      continue;
    if (dmi_span_present(values[which]))
      return DM_SIGV4_MALFORMED_AUTHORIZATION;
    if (one->value.len > capacity)
      return DM_ERROR_BUFFER_TOO_SMALL;
    if (!dmi_percent_decode(one->value, room, &values[which]) || values[which].len == 0)
      return DM_SIGV4_MALFORMED_AUTHORIZATION;
    room += values[which].len;
    capacity -= values[which].len;
  }
  for (size_t i = 0; i < REQUIRED_COUNT; i++)
    if (!dmi_span_present(values[i]))
      return DM_SIGV4_MALFORMED_AUTHORIZATION;
  return DM_OK;
}

static int expires_read(dm_span text, dm_sigv4_claims *claims) {
  uint64_t seconds = 0;
  if (dmi_span_present(text) && (!dmi_span_decimal(text, UINT32_MAX, &seconds) || seconds == 0))
    return DM_SIGV4_MALFORMED_EXPIRES;
  claims->expires = seconds * DM_SECOND;
  return DM_OK;
}

static int presigned_form_read(const dmi_uri_query *query, char *room, size_t capacity,
                               dm_sigv4_claims *claims) {
  dm_span values[PARAMETER_COUNT] = {{NULL, 0}};
  int status = parameters_read(query, room, capacity, values);
  if (status != DM_OK)
    return status;
  claims->presigned = 1;
  claims->signed_headers = values[SIGNED_HEADERS];
  claims->signature = values[SIGNATURE];
  claims->security_token = values[SECURITY_TOKEN];
  claims->payload_hash = values[CONTENT_SHA256];
  if (!dmi_span_equal(values[ALGORITHM], SPAN("AWS4-HMAC-SHA256")))
    return DM_SIGV4_UNSUPPORTED_ALGORITHM;
  if (!dmi_timestamp_read(values[DATE], &claims->signed_at))
    return DM_SIGV4_MALFORMED_DATE;
  status = credential_read(values[CREDENTIAL], claims);
  if (status == DM_OK)
    status = parts_check(claims);
  if (status == DM_OK)
    status = expires_read(values[EXPIRES], claims);
  return status;
}

/* ---- Both ----------------------------------------------------------------- */

/* Takes a value from a header, where it is there, unless the query has given it already. */
static int header_value_read(const dm_sigv4_request *request, dm_span name, dm_span *value) {
  dm_span text;
  size_t count = dmi_fields_find(request, name, &text);
  if (count == 0)
    return DM_OK;
  if (count > 1)
    return DM_SIGV4_REPEATED_HEADER;
  if (dmi_span_present(*value))
    return DM_SIGV4_AMBIGUOUS;
  *value = text;
  return DM_OK;
}

static int header_values_read(const dm_sigv4_request *request, dm_sigv4_claims *claims) {
  int status = header_value_read(request, SPAN("x-amz-security-token"), &claims->security_token);
  if (status == DM_OK)
    status = header_value_read(request, SPAN("x-amz-content-sha256"), &claims->payload_hash);
  return status == DM_OK ? payload_hash_check(claims->payload_hash) : status;
}

static bool must_be_signed(dm_span name) {
  const dm_span prefix = SPAN("x-amz-");
  return dmi_span_equal_ignoring_case(name, SPAN("host")) ||
         (name.len >= prefix.len &&
          dmi_span_equal_ignoring_case(dmi_span_head(name, prefix.len), prefix));
}

static int signed_headers_check(const dm_sigv4_request *request, dm_span list) {
  dm_span rest = list, value;
  size_t hosts = dmi_fields_find(request, SPAN("host"), &value);
  if (hosts != 1)
    return hosts == 0 ? DM_SIGV4_NO_HOST : DM_SIGV4_REPEATED_HEADER;
  for (size_t i = 0; i < request->header_count; i++) {
    dm_span name = request->headers[i].key;
    if (must_be_signed(name) && !dmi_signed_list_has(list, name))
      return DM_SIGV4_HEADER_NOT_SIGNED;
  }
  while (rest.len > 0)
    if (dmi_fields_find(request, dmi_span_cut(rest, ';', &rest), &value) == 0)
      return DM_SIGV4_SIGNED_HEADER_MISSING;
  return DM_OK;
}

/* What has to hold before the rest can be looked at: after this, nothing in the request
 * can make the canonical form of it stand for another one. */
static int request_check(const dm_sigv4_request *request, dmi_uri_query *query) {
  dmi_uri_path segments;
  dm_span rest, path = dmi_span_cut(dmi_target_origin(request->target), '?', &rest);
  if (request->header_count > DM_SIGV4_HEADERS_MAX)
    return DM_SIGV4_TOO_MANY;
  if (!dmi_fields_valid(request))
    return DM_SIGV4_MALFORMED_HEADER;
  if (!made_of(request->method, SPAN(UPPER_CASE "-")))
    return DM_SIGV4_MALFORMED_REQUEST;
  int status = dmi_uri_path_read(path, &segments);
  return status == DM_OK ? dmi_uri_query_read(rest, query) : status;
}

static int claims_read(const dm_sigv4_request *request, char *room, size_t capacity,
                       dm_sigv4_claims *read) {
  dmi_uri_query query;
  dm_span rest, authorization;
  size_t authorizations = dmi_fields_find(request, SPAN("authorization"), &authorization);
  dmi_span_cut(dmi_target_origin(request->target), '?', &rest);
  bool presigned = is_presigned(rest);
  if (!presigned && !dmi_span_starts_with(authorization, SPAN("AWS4-")))
    return DM_SIGV4_NOT_SIGNED;
  if (authorizations > (presigned ? 0 : 1))
    return DM_SIGV4_AMBIGUOUS;
  int status = request_check(request, &query);
  if (status == DM_OK)
    status = presigned ? presigned_form_read(&query, room, capacity, read)
                       : header_form_read(request, authorization, read);
  if (status == DM_OK)
    status = header_values_read(request, read);
  if (status == DM_OK)
    status = signed_headers_check(request, read->signed_headers);
  return status;
}

static bool request_sound(const dm_sigv4_request *request) {
  return request != NULL && dmi_span_sound(request->method) && dmi_span_sound(request->target) &&
         (request->headers != NULL || request->header_count == 0);
}

int dm_sigv4_read(const dm_sigv4_request *given, char *room, size_t capacity,
                  dm_sigv4_claims *claims) {
  dm_sigv4_request completed;
  const dm_sigv4_request *request =
      dmi_structure_read(given, SIGV4_REQUEST_FIRST_SIZE, &completed, sizeof completed);
  if (!request_sound(request) || (room == NULL && capacity > 0) ||
      !dmi_structure_sound(claims, SIGV4_CLAIMS_FIRST_SIZE, sizeof *claims))
    return DM_ERROR_INVALID_ARGUMENT;
  dm_sigv4_claims read = {.size = sizeof read};
  int status = claims_read(request, room, capacity, &read);
  if (status == DM_OK)
    dmi_structure_write(claims, &read, sizeof read);
  return status;
}
