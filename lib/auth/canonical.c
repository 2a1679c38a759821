/* What is signed of a request: its canonical form, hashed without being written down.
 *
 * SPDX-License-Identifier: MIT
 */
#include "auth/canonical.h"

#include "auth/fields.h"
#include "auth/uri.h"
#include "base/request_target.h"
#include "base/span.h"

/* A signature is not part of what is signed; nor is a token that was added later. */
static bool is_signed(const dmi_uri_parameter *parameter, bool with_token) {
  return !dmi_uri_text_is(parameter->name, SPAN("X-Amz-Signature")) &&
         (with_token || !dmi_uri_text_is(parameter->name, SPAN("X-Amz-Security-Token")));
}

static void query_hash(dmi_uri_query *query, bool with_token, dmi_digest *d) {
  dm_span separator = SPAN("");
  dmi_uri_query_sort(query);
  for (size_t i = 0; i < query->count; i++) {
    const dmi_uri_parameter *one = &query->parameters[i];
    if (!is_signed(one, with_token))
      continue;
    dmi_digest_add(d, separator);
    dmi_uri_text_hash(one->name, d);
    dmi_digest_add(d, SPAN("="));
    dmi_uri_text_hash(one->value, d);
    separator = SPAN("&");
  }
}

int dmi_canonical_hash(const dm_sigv4_request *request, const dm_sigv4_claims *claims,
                       dm_span payload_hash, bool with_token, uint8_t out[DIGEST_SIZE]) {
  dmi_uri_path path;
  dmi_uri_query query;
  dm_span rest;
  int status =
      dmi_uri_path_read(dmi_span_cut(dmi_target_origin(request->target), '?', &rest), &path);
  if (status == DM_OK)
    status = dmi_uri_query_read(rest, &query);
  if (status != DM_OK)
    return status;
  dmi_digest d;
  dmi_digest_start(&d);
  dmi_digest_add(&d, request->method);
  dmi_digest_add(&d, SPAN("\n"));
  dmi_uri_path_hash(&path, &d);
  dmi_digest_add(&d, SPAN("\n"));
  query_hash(&query, with_token, &d);
  dmi_digest_add(&d, SPAN("\n"));
  dmi_fields_hash(request, claims->signed_headers, &d);
  dmi_digest_add(&d, SPAN("\n"));
  dmi_digest_add(&d, claims->signed_headers);
  dmi_digest_add(&d, SPAN("\n"));
  dmi_digest_add(&d, payload_hash);
  return dmi_digest_finish(&d, out) ? DM_OK : DM_ERROR_NO_MEMORY;
}
