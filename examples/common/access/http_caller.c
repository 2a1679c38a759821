/* Who sends an HTTP request.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/http_caller.h"

#include "dm/auth.h"

static http_caller nobody(const char *failure) {
  return (http_caller){.failure = failure};
}

/* ---- By a signature ---------------------------------------------------------- */

/* Verifies with a secret that belongs to nobody where the access key is not known: that takes
 * as long as a wrong signature. */
static int verify(const access_rules *a, const dm_sigv4_request *request,
                  const dm_sigv4_claims *claims, const access_key *key, dm_wall_time now) {
  static const char no_secret[] = "0123456789012345678901234567890123456789";
  const dm_sigv4_options options = {
      .size = sizeof options,
      .region = a->region[0] == '\0' ? dm_text(NULL) : dm_text(a->region),
      .allow_unsigned_payload = a->rules.allow_unsigned_payload,
  };
  dm_span secret = dm_text(key == NULL ? no_secret : key->secret);
  return dm_sigv4_verify(request, claims, secret, now, &options);
}

static bool has_token(const access_key *key, dm_span token) {
  if (key->session_token == NULL || token.ptr == NULL)
    return key->session_token == NULL && token.ptr == NULL;
  return dm_auth_equal(dm_text(key->session_token), token);
}

static http_caller by_claims(const access_rules *a, const dm_sigv4_request *request,
                             const dm_sigv4_claims *claims, dm_wall_time now) {
  const access_key *key = NULL;
  const principal *owner = principals_with_key(&a->principals, claims->access_key_id, &key);
  int result = verify(a, request, claims, key, now);
  if (owner == NULL)
    return nobody("The access key is not known.");
  if (result != DM_OK)
    return nobody(dm_auth_strerror(result));
  if (!has_token(key, claims->security_token))
    return nobody("The security token is not the one of the access key.");
  return (http_caller){.principal = dm_text(owner->name)};
}

/* The header fields as the library's other half wants them. */
static const dm_property *put_headers(const dm_http_request *request, dm_property *out) {
  for (size_t i = 0; i < request->header_count; i++)
    out[i] = (dm_property){request->headers[i].name, request->headers[i].value};
  return out;
}

/* `room` holds the header fields and, behind them, what the signature says. */
static http_caller by_signature(const access_rules *a, const dm_http_request *request,
                                dm_wall_time now, bytes *room, bool *is_signed) {
  const size_t fields = request->header_count * sizeof(dm_property);
  *is_signed = true;
  bytes_reset(room, room->capacity);
  if (!bytes_reserve(room, fields + request->target.len + 1))
    return nobody(dm_auth_strerror(DM_ERROR_NO_MEMORY));
  const dm_sigv4_request given = {.size = sizeof given,
                                  .method = request->method,
                                  .target = request->target,
                                  .headers = put_headers(request, (dm_property *)room->data),
                                  .header_count = request->header_count,
                                  .body = request->body};
  dm_sigv4_claims claims = {.size = sizeof claims};
  int result = dm_sigv4_read(&given, room->data + fields, room->capacity - fields, &claims);
  *is_signed = result != DM_SIGV4_NOT_SIGNED;
  return result == DM_OK ? by_claims(a, &given, &claims, now) : nobody(dm_auth_strerror(result));
}

/* ---- All ways -------------------------------------------------------------------- */

static http_caller by_certificate(const access_rules *a, const certificate *shown) {
  const http_caller anonymous = {.principal = dm_text(ANONYMOUS), .peer.certificate = shown};
  const principal *owner = principals_with_certificate(&a->principals, shown);
  if (owner != NULL)
    return (http_caller){.principal = dm_text(owner->name), .peer.certificate = shown};
  if (!a->principals.configured || a->rules.anonymous_callers)
    return anonymous;
  if (shown == NULL)
    return nobody("There is neither a signature nor a client certificate.");
  return nobody(certificate_usable(shown)
                    ? "The client certificate is not one of a principal's."
                    : "The client certificate holds a value that policies cannot be asked about.");
}

http_caller http_caller_of(const access_rules *a, const dm_http_request *request,
                           const access_peer *peer, dm_wall_time now, bytes *room) {
  bool is_signed = false;
  http_caller found = {.failure = NULL};
  if (a->principals.configured)
    found = by_signature(a, request, now, room, &is_signed);
  if (!is_signed)
    found = by_certificate(a, peer->certificate);
  found.peer.secure = peer->secure;
  found.peer.server_name = peer->server_name;
  return found;
}
