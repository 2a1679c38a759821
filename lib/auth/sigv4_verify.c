/* Verifying the signature of a request.
 *
 * SPDX-License-Identifier: MIT
 */
#include <mbedtls/platform_util.h>

#include "auth/canonical.h"
#include "auth/sigv4_sizes.h"
#include "auth/timestamp.h"
#include "base/span.h"
#include "base/structure.h"
#include "base/writer.h"

#define MINUTE (60 * DM_SECOND)
#define DAY    (24 * 60 * MINUTE)

/* Algorithm, date, scope and hash, a line each; longer than credentials may be. */
#define STRING_TO_SIGN_MAX 512

/* ---- Scope and time ------------------------------------------------------- */

static bool service_allowed(dm_span service, const dm_sigv4_options *options) {
  if (options->services == NULL)
    return dmi_span_equal(service, SPAN("iotdata")) ||
           dmi_span_equal(service, SPAN("iotdevicegateway"));
  for (size_t i = 0; i < options->service_count; i++)
    if (dmi_span_equal(service, options->services[i]))
      return true;
  return false;
}

static int scope_check(const dm_sigv4_claims *claims, const dm_sigv4_options *options) {
  char text[TIMESTAMP_LENGTH];
  dmi_writer w = {text, sizeof text, 0};
  if (!service_allowed(claims->service, options))
    return DM_SIGV4_WRONG_SERVICE;
  if (dmi_span_present(options->region) && !dmi_span_equal(claims->region, options->region))
    return DM_SIGV4_WRONG_REGION;
  dmi_timestamp_write(&w, claims->signed_at);
  if (!dmi_span_equal(claims->scope_date, dm_bytes(text, TIMESTAMP_DAY_LENGTH)))
    return DM_SIGV4_WRONG_SCOPE_DATE;
  return DM_OK;
}

/* Dates are told in milliseconds, and differ by too many of them for microseconds. */
static bool further_apart(dm_wall_time earlier, dm_wall_time later, dm_duration most) {
  return later - earlier > most / DM_MILLISECOND;
}

static int time_check(const dm_sigv4_claims *claims, dm_wall_time now,
                      const dm_sigv4_options *options) {
  dm_wall_time signed_at = claims->signed_at;
  if (claims->expires > options->max_expires)
    return DM_SIGV4_EXPIRES_TOO_LATE;
  if (signed_at > now)
    return further_apart(now, signed_at, options->clock_skew) ? DM_SIGV4_NOT_YET_VALID : DM_OK;
  if (claims->expires > 0)
    return further_apart(signed_at, now, claims->expires) ? DM_SIGV4_EXPIRED : DM_OK;
  return further_apart(signed_at, now, options->clock_skew) ? DM_SIGV4_TOO_OLD : DM_OK;
}

/* ---- Payload -------------------------------------------------------------- */

typedef struct hex_digest {
  char text[2 * DIGEST_SIZE];
} hex_digest;

static hex_digest hex_of(const uint8_t bytes[DIGEST_SIZE]) {
  hex_digest out;
  dmi_writer w = {out.text, sizeof out.text, 0};
  dmi_writer_hex(&w, bytes, DIGEST_SIZE);
  return out;
}

static bool body_hash(const dm_sigv4_request *request, hex_digest *out) {
  uint8_t bytes[DIGEST_SIZE];
  if (request->body_sha256 != NULL)
    *out = hex_of(request->body_sha256);
  else if (dmi_digest_of(request->body, bytes))
    *out = hex_of(bytes);
  else
    return false;
  return true;
}

/* The payload hashes that the canonical request may end with; absent ones do not count. */
typedef struct payload_choice {
  dm_span first;
  dm_span second;
} payload_choice;

/* A presigned URL need not say whether its signer knew the body. */
static int payload_choose(const dm_sigv4_claims *claims, const hex_digest *body,
                          const dm_sigv4_options *options, payload_choice *out) {
  const dm_span unsigned_payload = SPAN("UNSIGNED-PAYLOAD");
  *out = (payload_choice){.first = dm_bytes(body->text, sizeof body->text)};
  if (!dmi_span_present(claims->payload_hash)) {
    if (claims->presigned && options->allow_unsigned_payload)
      out->second = unsigned_payload;
    return DM_OK;
  }
  if (dmi_span_equal(claims->payload_hash, unsigned_payload)) {
    out->first = unsigned_payload;
    return options->allow_unsigned_payload ? DM_OK : DM_SIGV4_UNSIGNED_PAYLOAD;
  }
  return dm_auth_equal(claims->payload_hash, out->first) ? DM_OK : DM_SIGV4_PAYLOAD_MISMATCH;
}

/* ---- Signature ------------------------------------------------------------ */

typedef struct signing_key {
  uint8_t bytes[DIGEST_SIZE];
} signing_key;

static bool narrow(signing_key *key, dm_span part) {
  signing_key wider = *key;
  bool good = dmi_digest_keyed(dm_bytes(wider.bytes, sizeof wider.bytes), part, key->bytes);
  mbedtls_platform_zeroize(&wider, sizeof wider);
  return good;
}

static bool signing_key_derive(const dm_sigv4_claims *claims, dm_span secret_key,
                               signing_key *key) {
  char first[4 + DM_SIGV4_SECRET_MAX];
  char *end = dmi_span_put(dmi_span_put(first, SPAN("AWS4")), secret_key);
  bool good =
      dmi_digest_keyed(dm_bytes(first, (size_t)(end - first)), claims->scope_date, key->bytes) &&
      narrow(key, claims->region) && narrow(key, claims->service) &&
      narrow(key, SPAN("aws4_request"));
  mbedtls_platform_zeroize(first, sizeof first);
  return good;
}

static void string_to_sign_write(dmi_writer *w, const dm_sigv4_claims *claims,
                                 const uint8_t canonical[DIGEST_SIZE]) {
  dmi_writer_bytes(w, SPAN("AWS4-HMAC-SHA256\n"));
  dmi_timestamp_write(w, claims->signed_at);
  dmi_writer_byte(w, '\n');
  dmi_writer_bytes(w, claims->scope_date);
  dmi_writer_byte(w, '/');
  dmi_writer_bytes(w, claims->region);
  dmi_writer_byte(w, '/');
  dmi_writer_bytes(w, claims->service);
  dmi_writer_bytes(w, SPAN("/aws4_request\n"));
  dmi_writer_hex(w, canonical, DIGEST_SIZE);
}

/* Whether the signature is the one of the request in this form; *status tells why not. */
static bool signature_matches(const dm_sigv4_request *request, const dm_sigv4_claims *claims,
                              const signing_key *key, dm_span payload_hash, bool with_token,
                              int *status) {
  uint8_t hash[DIGEST_SIZE];
  char text[STRING_TO_SIGN_MAX];
  dmi_writer w = {text, sizeof text, 0};
  if (!dmi_span_present(payload_hash))
    return false;
  *status = dmi_canonical_hash(request, claims, payload_hash, with_token, hash);
  if (*status != DM_OK)
    return false;
  string_to_sign_write(&w, claims, hash);
  if (!dmi_writer_fits(&w)) {
    *status = DM_ERROR_INVALID_ARGUMENT;
    return false;
  }
  if (!dmi_digest_keyed(dm_bytes(key->bytes, sizeof key->bytes), dm_bytes(text, w.needed), hash)) {
    *status = DM_ERROR_NO_MEMORY;
    return false;
  }
  hex_digest signature = hex_of(hash);
  *status = DM_SIGV4_WRONG_SIGNATURE;
  return dm_auth_equal(claims->signature, dm_bytes(signature.text, sizeof signature.text)) != 0;
}

/* Tries the forms that the signer may have signed. */
static int signature_check(const dm_sigv4_request *request, const dm_sigv4_claims *claims,
                           const signing_key *key, const payload_choice *payload,
                           const dm_sigv4_options *options) {
  int status = DM_SIGV4_WRONG_SIGNATURE;
  bool late_token = options->allow_unsigned_token && claims->presigned &&
                    dmi_span_present(claims->security_token);
  bool good =
      signature_matches(request, claims, key, payload->first, true, &status) ||
      signature_matches(request, claims, key, payload->second, true, &status) ||
      (late_token && (signature_matches(request, claims, key, payload->first, false, &status) ||
                      signature_matches(request, claims, key, payload->second, false, &status)));
  return good ? DM_OK : status;
}

/* ---- All of it ------------------------------------------------------------ */

static bool options_read(const dm_sigv4_options *given, dm_sigv4_options *out) {
  const dm_sigv4_options none = {.size = sizeof none};
  dm_sigv4_options room;
  const dm_sigv4_options *read =
      given == NULL ? &none
                    : dmi_structure_read(given, SIGV4_OPTIONS_FIRST_SIZE, &room, sizeof room);
  if (read == NULL)
    return false;
  *out = *read;
  if (out->clock_skew == 0)
    out->clock_skew = 5 * MINUTE;
  if (out->max_expires == 0)
    out->max_expires = 7 * DAY;
  return true;
}

static bool secret_key_sound(dm_span secret_key) {
  return secret_key.ptr != NULL && secret_key.len > 0 && secret_key.len <= DM_SIGV4_SECRET_MAX;
}

static int verify(const dm_sigv4_request *request, const dm_sigv4_claims *claims,
                  dm_span secret_key, dm_wall_time now, const dm_sigv4_options *options) {
  hex_digest body;
  payload_choice payload;
  signing_key key;
  int status = scope_check(claims, options);
  if (status == DM_OK)
    status = time_check(claims, now, options);
  if (status == DM_OK && !body_hash(request, &body))
    status = DM_ERROR_NO_MEMORY;
  if (status == DM_OK)
    status = payload_choose(claims, &body, options, &payload);
  if (status != DM_OK)
    return status;
  status = signing_key_derive(claims, secret_key, &key)
               ? signature_check(request, claims, &key, &payload, options)
               : DM_ERROR_NO_MEMORY;
  mbedtls_platform_zeroize(&key, sizeof key);
  return status;
}

int dm_sigv4_verify(const dm_sigv4_request *given_request, const dm_sigv4_claims *given_claims,
                    dm_span secret_key, dm_wall_time now, const dm_sigv4_options *given_options) {
  dm_sigv4_request request_room;
  dm_sigv4_claims claims_room;
  dm_sigv4_options options;
  const dm_sigv4_request *request = dmi_structure_read(given_request, SIGV4_REQUEST_FIRST_SIZE,
                                                       &request_room, sizeof request_room);
  const dm_sigv4_claims *claims =
      dmi_structure_read(given_claims, SIGV4_CLAIMS_FIRST_SIZE, &claims_room, sizeof claims_room);
  if (request == NULL || !dmi_span_sound(request->body) || claims == NULL ||
      !secret_key_sound(secret_key) || !options_read(given_options, &options))
    return DM_ERROR_INVALID_ARGUMENT;
  return verify(request, claims, secret_key, now, &options);
}
