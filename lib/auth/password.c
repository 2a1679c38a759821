/* Passwords in configuration files.
 *
 * SPDX-License-Identifier: MIT
 */
#include <mbedtls/md.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/version.h>

#include "base/base64.h"
#include "base/span.h"
#include "base/writer.h"
#include "dm/auth.h"

#define SALT_MIN  8
#define SALT_MAX  32
#define HASH_SIZE 64

static const char prefix[] = "$pbkdf2-sha512$i=";

static bool derive(dm_span password, dm_span salt, uint32_t iterations,
                   unsigned char out[HASH_SIZE]) {
  const unsigned char *secret = (const unsigned char *)(password.len == 0 ? "" : password.ptr);
  const unsigned char *grain = (const unsigned char *)salt.ptr;
#if MBEDTLS_VERSION_NUMBER >= 0x03030000
  return mbedtls_pkcs5_pbkdf2_hmac_ext(MBEDTLS_MD_SHA512, secret, password.len, grain, salt.len,
                                       iterations, HASH_SIZE, out) == 0;
#else
  mbedtls_md_context_t sha512;
  mbedtls_md_init(&sha512);
  bool good = mbedtls_md_setup(&sha512, mbedtls_md_info_from_type(MBEDTLS_MD_SHA512), 1) == 0 &&
              mbedtls_pkcs5_pbkdf2_hmac(&sha512, secret, password.len, grain, salt.len, iterations,
                                        HASH_SIZE, out) == 0;
  mbedtls_md_free(&sha512);
  return good;
#endif
}

static void base64_write(dmi_writer *w, const char *bytes, size_t len) {
  char text[BASE64_ENCODED_LENGTH(HASH_SIZE)];
  dmi_base64_encode(dm_bytes(bytes, len), text);
  dmi_writer_byte(w, '$');
  dmi_writer_bytes(w, dm_bytes(text, BASE64_ENCODED_LENGTH(len)));
}

int dm_password_hash(dm_span password, dm_span salt, uint32_t iterations, char *out,
                     size_t capacity, size_t *len) {
  unsigned char hash[HASH_SIZE];
  dmi_writer w = {out, capacity, 0};
  if (iterations == 0)
    iterations = DM_PASSWORD_ITERATIONS_DEFAULT;
  if (!dmi_span_sound(password) || !dmi_span_sound(salt) || salt.len < SALT_MIN ||
      salt.len > SALT_MAX || iterations < DM_PASSWORD_ITERATIONS_MIN ||
      iterations > DM_PASSWORD_ITERATIONS_MAX || (out == NULL && capacity > 0) || len == NULL)
    return DM_ERROR_INVALID_ARGUMENT;
  if (!derive(password, salt, iterations, hash))
    return DM_ERROR_NO_MEMORY;
  dmi_writer_bytes(&w, SPAN(prefix));
  dmi_writer_decimal(&w, iterations, 1);
  base64_write(&w, salt.ptr, salt.len);
  base64_write(&w, (const char *)hash, sizeof hash);
  mbedtls_platform_zeroize(hash, sizeof hash);
  *len = w.needed;
  return dmi_writer_fits(&w) ? DM_OK : DM_ERROR_BUFFER_TOO_SMALL;
}

/* A stored password taken apart. */
typedef struct stored_form {
  uint32_t iterations;
  char salt[SALT_MAX + 1]; /* as much as decoding may write */
  size_t salt_len;
  char hash[HASH_SIZE + 2];
} stored_form;

static bool base64_read(dm_span text, size_t max, char *out, size_t *len) {
  return text.len <= BASE64_ENCODED_LENGTH(max) && dmi_base64_decode(text, out, len) && *len <= max;
}

static bool stored_read(dm_span text, stored_form *out) {
  uint64_t iterations;
  size_t hash_len;
  if (!dmi_span_starts_with(text, SPAN(prefix)))
    return false;
  dm_span rest = dmi_span_tail(text, SPAN(prefix).len);
  dm_span number = dmi_span_cut(rest, '$', &rest);
  dm_span salt = dmi_span_cut(rest, '$', &rest);
  if (!dmi_span_decimal(number, DM_PASSWORD_ITERATIONS_MAX, &iterations) ||
      iterations < DM_PASSWORD_ITERATIONS_MIN)
    return false;
  out->iterations = (uint32_t)iterations;
  return base64_read(salt, SALT_MAX, out->salt, &out->salt_len) && out->salt_len >= SALT_MIN &&
         base64_read(rest, HASH_SIZE, out->hash, &hash_len) && hash_len == HASH_SIZE;
}

int dm_password_check(dm_span stored) {
  stored_form form;
  if (!dmi_span_sound(stored))
    return DM_ERROR_INVALID_ARGUMENT;
  return stored_read(stored, &form) ? DM_OK : DM_PASSWORD_MALFORMED;
}

int dm_password_verify(dm_span stored, dm_span password) {
  stored_form form;
  unsigned char hash[HASH_SIZE];
  if (!dmi_span_sound(stored) || !dmi_span_sound(password))
    return DM_ERROR_INVALID_ARGUMENT;
  if (!stored_read(stored, &form))
    return DM_PASSWORD_MALFORMED;
  if (!derive(password, dm_bytes(form.salt, form.salt_len), form.iterations, hash))
    return DM_ERROR_NO_MEMORY;
  int same = dm_auth_equal(dm_bytes(hash, HASH_SIZE), dm_bytes(form.hash, HASH_SIZE));
  mbedtls_platform_zeroize(hash, sizeof hash);
  return same ? DM_OK : DM_PASSWORD_WRONG;
}
