/* Fuzzes libdm-auth: requests, certificates and stored passwords.
 *
 * The first byte of the input says which. A request is its method, target and header lines,
 * an empty line and the body; of one that can be read, the right signature is accepted and
 * nothing else, however its query is spelled. A certificate's values are text; reading it
 * needs exactly the room that it says. A stored password and a password are a line each.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stdlib.h>

#include "auth/canonical.h"
#include "auth/timestamp.h"
#include "base/span.h"
#include "base/utf8.h"
#include "base/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
  HEADERS_MAX = 140
};

static void check(bool holds) {
  if (!holds)
    abort();
}

/* A copy that ends where the bytes end. */
static char *copy_of(dm_span bytes) {
  char *copy = malloc(bytes.len + (bytes.len == 0));
  check(copy != NULL);
  dmi_span_put(copy, bytes);
  return copy;
}

/* ---- Requests ------------------------------------------------------------- */

static const dm_span secret_key = {"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", 40};

/* Writes what the signature of a request should be. */
static void sign(const dm_sigv4_request *request, const dm_sigv4_claims *claims,
                 dm_span payload_hash, char signature[64]) {
  uint8_t key[DIGEST_SIZE], hash[DIGEST_SIZE], next[DIGEST_SIZE];
  char text[512];
  dmi_writer w = {text, sizeof text, 0};
  const dm_span parts[] = {claims->scope_date, claims->region, claims->service,
                           SPAN("aws4_request")};
  check(dmi_canonical_hash(request, claims, payload_hash, true, hash) == DM_OK);
  dmi_writer_bytes(&w, SPAN("AWS4"));
  dmi_writer_bytes(&w, secret_key);
  check(dmi_digest_keyed(dm_bytes(text, w.needed), parts[0], key));
  for (size_t i = 1; i < 4; i++) {
    check(dmi_digest_keyed(dm_bytes(key, sizeof key), parts[i], next));
    memcpy(key, next, sizeof key);
  }
  w.needed = 0;
  dmi_writer_bytes(&w, SPAN("AWS4-HMAC-SHA256\n"));
  dmi_timestamp_write(&w, claims->signed_at);
  for (size_t i = 0; i < 4; i++) {
    dmi_writer_byte(&w, i == 0 ? '\n' : '/');
    dmi_writer_bytes(&w, parts[i]);
  }
  dmi_writer_byte(&w, '\n');
  dmi_writer_hex(&w, hash, sizeof hash);
  check(dmi_writer_fits(&w));
  check(dmi_digest_keyed(dm_bytes(key, sizeof key), dm_bytes(text, w.needed), hash));
  w = (dmi_writer){signature, 64, 0};
  dmi_writer_hex(&w, hash, sizeof hash);
}

/* Spells every byte of the query's names and values in another way. */
static dm_span respelled(dm_span target, dmi_writer *w) {
  dm_span query;
  dmi_writer_bytes(w, dmi_span_cut(target, '?', &query));
  if (query.ptr != target.ptr + target.len)
    dmi_writer_byte(w, '?');
  for (size_t i = 0; i < query.len; i++) {
    bool escape = query.ptr[i] == '%';
    if (escape || query.ptr[i] == '&' || query.ptr[i] == '=') {
      dmi_writer_bytes(w, dm_bytes(query.ptr + i, escape ? 3 : 1));
      i += escape ? 2 : 0;
      continue;
    }
    dmi_writer_byte(w, '%');
    dmi_writer_hex(w, (const uint8_t *)query.ptr + i, 1);
  }
  check(dmi_writer_fits(w));
  return dm_bytes(w->out, w->needed);
}

static void request_verify(const dm_sigv4_request *request, dm_sigv4_claims *claims) {
  dm_sigv4_options options = {.size = sizeof options,
                              .services = &claims->service,
                              .service_count = 1,
                              .max_expires = UINT64_MAX,
                              .allow_unsigned_payload = 1,
                              .allow_unsigned_token = 1};
  uint8_t hash[DIGEST_SIZE];
  char hex[64], signature[64];
  dmi_writer w = {hex, sizeof hex, 0};
  check(dmi_digest_of(request->body, hash));
  dmi_writer_hex(&w, hash, sizeof hash);
  dm_span payload =
      dmi_span_present(claims->payload_hash) ? claims->payload_hash : dm_bytes(hex, 64);
  sign(request, claims, payload, signature);
  claims->signature = dm_bytes(signature, sizeof signature);

  int expected = !dmi_span_present(claims->payload_hash) || claims->payload_hash.len != 64 ||
                         dmi_span_equal(payload, dm_bytes(hex, 64))
                     ? DM_OK
                     : DM_SIGV4_PAYLOAD_MISMATCH;
  int status = dm_sigv4_verify(request, claims, secret_key, claims->signed_at, &options);
  check(status == expected || status == DM_SIGV4_WRONG_SCOPE_DATE);
  if (status != DM_OK)
    return;

  dm_sigv4_request other = *request;
  w = (dmi_writer){malloc(3 * request->target.len + 1), 3 * request->target.len + 1, 0};
  check(w.out != NULL);
  other.target = respelled(request->target, &w);
  check(dm_sigv4_verify(&other, claims, secret_key, claims->signed_at, &options) == DM_OK);
  free(w.out);
  other = *request;
  other.method = SPAN("OTHER");
  check(dm_sigv4_verify(&other, claims, secret_key, claims->signed_at, &options) ==
        DM_SIGV4_WRONG_SIGNATURE);
  signature[63] = signature[63] == '0' ? '1' : '0';
  check(dm_sigv4_verify(request, claims, secret_key, claims->signed_at, &options) ==
        DM_SIGV4_WRONG_SIGNATURE);
}

static void fuzz_request(dm_span input) {
  dm_property headers[HEADERS_MAX];
  dm_sigv4_request request = {.size = sizeof request, .headers = headers};
  request.method = dmi_span_cut(input, '\n', &input);
  request.target = dmi_span_cut(input, '\n', &input);
  while (input.len > 0 && request.header_count < HEADERS_MAX) {
    dm_span line = dmi_span_cut(input, '\n', &input);
    if (line.len == 0)
      break;
    dm_property *field = &headers[request.header_count++];
    field->key = dmi_span_cut(line, ':', &field->value);
  }
  request.body = input;
  char *room = copy_of(request.target);
  dm_sigv4_claims claims = {.size = sizeof claims};
  if (dm_sigv4_read(&request, room, request.target.len, &claims) == DM_OK)
    request_verify(&request, &claims);
  free(room);
}

/* ---- Certificates --------------------------------------------------------- */

static void values_check(const dm_x509_principal *p) {
  for (size_t i = 0; i < p->value_count; i++) {
    dm_span key = p->values[i].key, value = p->values[i].value;
    check(dmi_span_starts_with(key, SPAN("iot:Certificate")));
    check(value.len > 0 && value.len <= DM_X509_VALUE_MAX && dmi_utf8_valid_mqtt(value));
  }
}

static void fuzz_certificate(dm_span input) {
  dm_x509_principal needs = {.size = sizeof needs};
  int status = dm_x509_read(input, &needs);
  check((status == DM_X509_MALFORMED) == (needs.certificate_id[0] == '\0'));
  if (status != DM_ERROR_BUFFER_TOO_SMALL) {
    check(status == DM_X509_MALFORMED || status == DM_X509_UNUSABLE_VALUE);
    check(needs.value_count == 0);
    return;
  }
  dm_x509_principal p = {
      .size = sizeof p, .value_capacity = needs.value_count, .text_capacity = needs.text_len};
  p.values = malloc(p.value_capacity * sizeof *p.values);
  p.text = malloc(p.text_capacity);
  check(p.values != NULL && p.text != NULL);
  check(dm_x509_read(input, &p) == DM_OK);
  check(p.value_count == needs.value_count && p.text_len == needs.text_len);
  values_check(&p);
  free(p.values);
  free(p.text);
}

/* ---- Passwords ------------------------------------------------------------ */

/* Not those that take long. */
static void fuzz_password(dm_span input) {
  dm_span password, stored = dmi_span_cut(input, '\n', &password);
  char text[DM_PASSWORD_STORED_MAX];
  size_t len;
  dm_span number = dmi_span_tail(stored, stored.len < 17 ? stored.len : 17);
  if (dmi_span_find(number, '$') <= 4) {
    int status = dm_password_verify(stored, password);
    check(status == DM_OK || status == DM_PASSWORD_WRONG || status == DM_PASSWORD_MALFORMED);
  }
  int status = dm_password_hash(password, stored, 1000, text, sizeof text, &len);
  check(status == (stored.len < 8 || stored.len > 32 ? DM_ERROR_INVALID_ARGUMENT : DM_OK));
  check(status != DM_OK || dm_password_verify(dm_bytes(text, len), password) == DM_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  char *copy = copy_of(dm_bytes(data + 1, size - 1));
  dm_span input = dm_bytes(copy, size - 1);
  if (data[0] == 'r')
    fuzz_request(input);
  else if (data[0] == 'x')
    fuzz_certificate(input);
  else if (data[0] == 'p')
    fuzz_password(input);
  free(copy);
  return 0;
}
