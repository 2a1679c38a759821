/* What is signed of a request: its canonical form, hashed without being written down.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/canonical.h"

#include "auth/fields.h"
#include "auth/uri.h"
#include "base/span.h"

/* A signature is not part of what is signed; nor is a token that was added later. */
static bool is_signed(const uri_parameter *parameter, bool with_token) {
  return !uri_text_is(parameter->name, SPAN("X-Amz-Signature")) &&
         (with_token || !uri_text_is(parameter->name, SPAN("X-Amz-Security-Token")));
}

static void query_hash(uri_query *query, bool with_token, digest *d) {
  dm_span separator = SPAN("");
  uri_query_sort(query);
  for (size_t i = 0; i < query->count; i++) {
    const uri_parameter *one = &query->parameters[i];
    if (!is_signed(one, with_token))
      continue;
    digest_add(d, separator);
    uri_text_hash(one->name, d);
    digest_add(d, SPAN("="));
    uri_text_hash(one->value, d);
    separator = SPAN("&");
  }
}

int canonical_hash(const dm_sigv4_request *request, const dm_sigv4_claims *claims,
                   dm_span payload_hash, bool with_token, uint8_t out[DIGEST_SIZE]) {
  uri_path path;
  uri_query query;
  dm_span rest;
  int status = uri_path_read(span_cut(request->target, '?', &rest), &path);
  if (status == DM_OK)
    status = uri_query_read(rest, &query);
  if (status != DM_OK)
    return status;
  digest d;
  digest_start(&d);
  digest_add(&d, request->method);
  digest_add(&d, SPAN("\n"));
  uri_path_hash(&path, &d);
  digest_add(&d, SPAN("\n"));
  query_hash(&query, with_token, &d);
  digest_add(&d, SPAN("\n"));
  fields_hash(request, claims->signed_headers, &d);
  digest_add(&d, SPAN("\n"));
  digest_add(&d, claims->signed_headers);
  digest_add(&d, SPAN("\n"));
  digest_add(&d, payload_hash);
  return digest_finish(&d, out) ? DM_OK : DM_ERROR_NO_MEMORY;
}
