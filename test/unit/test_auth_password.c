/* Tests of stored passwords, of comparing secrets, and of the codes' texts.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/span.h"
#include "dm/auth.h"

/* From Python: hashlib.pbkdf2_hmac("sha512", b"secret", b"saltsalt", 1000). */
#define SALT "c2FsdHNhbHQ="
#define HASH                                                                                       \
  "sm09rUzS3++3+cqsWziIoWFO8bEknKwJwGEvyD1ra4PcWJt5OiWFlM/BVv8ybJe4XW8qMpq33ecFrOai"               \
  "bNGiHA=="
#define STORED "$pbkdf2-sha512$i=1000$" SALT "$" HASH

static void test_what_another_implementation_made(void **state) {
  (void)state;
  assert_int_equal(dm_password_verify(SPAN(STORED), SPAN("secret")), DM_OK);
  assert_int_equal(
      dm_password_verify(
          SPAN("$pbkdf2-sha512$i=1234$AAECAwQFBgcICQoLDA0ODw==$/m5/f5ZYbgj7sR9f3vyMWUPVcypsqurLQ"
               "7C1pYRidMhZLA6gL/964UwKcMhtG7QJOs/h2szbvEgy7I5Q//HrZA=="),
          (dm_span){NULL, 0}),
      DM_OK);
  assert_int_equal(
      dm_password_verify(
          SPAN("$pbkdf2-sha512$i=54321$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=$O5zRx1kR2FuY"
               "Vd9EpT43LCJnE+Jn7mYkxRk3WagExtbT3scodv2C48mgm9nTo36sL+MDMBUQlR6KnUIIpP+rnQ=="),
          SPAN("sch\xC3\xB6n\0er")),
      DM_OK);
}

static void test_wrong_passwords(void **state) {
  (void)state;
  assert_int_equal(dm_password_verify(SPAN(STORED), SPAN("secre")), DM_PASSWORD_WRONG);
  assert_int_equal(dm_password_verify(SPAN(STORED), SPAN("secret ")), DM_PASSWORD_WRONG);
  assert_int_equal(dm_password_verify(SPAN(STORED), SPAN("Secret")), DM_PASSWORD_WRONG);
  assert_int_equal(dm_password_verify(SPAN(STORED), SPAN("")), DM_PASSWORD_WRONG);
  assert_int_equal(dm_password_verify(SPAN("$pbkdf2-sha512$i=1001$" SALT "$" HASH), SPAN("secret")),
                   DM_PASSWORD_WRONG);
  assert_int_equal(
      dm_password_verify(SPAN("$pbkdf2-sha512$i=1000$c2FsdHNhbHU=$" HASH), SPAN("secret")),
      DM_PASSWORD_WRONG);
}

static void test_malformed_stored_passwords(void **state) {
  (void)state;
  static const char *const bad[] = {
      "",
      "secret",
      "$7$101$c2FsdHNhbHQ=$AAAA",
      "$pbkdf2-sha256$i=1000$" SALT "$" HASH,
      "pbkdf2-sha512$i=1000$" SALT "$" HASH,
      "$pbkdf2-sha512$1000$" SALT "$" HASH,
      "$pbkdf2-sha512$i=999$" SALT "$" HASH,
      "$pbkdf2-sha512$i=10000001$" SALT "$" HASH,
      "$pbkdf2-sha512$i=4294968296$" SALT "$" HASH,
      "$pbkdf2-sha512$i=-1000$" SALT "$" HASH,
      "$pbkdf2-sha512$i=$" SALT "$" HASH,
      "$pbkdf2-sha512$i=1000$c2FsdHNhbHQ$" HASH,
      "$pbkdf2-sha512$i=1000$c2FsdHNhbA==$" HASH,
      "$pbkdf2-sha512$i=1000$" SALT "$" HASH "$",
      "$pbkdf2-sha512$i=1000$" SALT "$" HASH "AAAA",
      "$pbkdf2-sha512$i=1000$" SALT "$",
      "$pbkdf2-sha512$i=1000$" SALT,
      "$pbkdf2-sha512$i=1000$$" HASH,
      "$pbkdf2-sha512$i=1000$" SALT "$c2FsdHNhbHQ=",
      "$pbkdf2-sha512$i=1000$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA$" HASH,
      STORED "\n",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (dm_password_verify(dm_text(bad[i]), SPAN("secret")) != DM_PASSWORD_MALFORMED ||
        dm_password_check(dm_text(bad[i])) != DM_PASSWORD_MALFORMED)
      fail_msg("%s", bad[i]);
  assert_int_equal(dm_password_verify((dm_span){NULL, 0}, SPAN("a")), DM_PASSWORD_MALFORMED);
  assert_int_equal(dm_password_check((dm_span){NULL, 0}), DM_PASSWORD_MALFORMED);
  assert_int_equal(dm_password_check((dm_span){NULL, 1}), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_password_check(dm_text(STORED)), DM_OK);
}

static void test_hashing_gives_what_verifying_takes(void **state) {
  (void)state;
  char stored[DM_PASSWORD_STORED_MAX];
  size_t len = 0;
  assert_int_equal(
      dm_password_hash(SPAN("secret"), SPAN("saltsalt"), 1000, stored, sizeof stored, &len), DM_OK);
  assert_true(dmi_span_equal(dm_bytes(stored, len), SPAN(STORED)));
}

static void test_the_default_number_of_iterations(void **state) {
  (void)state;
  char stored[DM_PASSWORD_STORED_MAX];
  size_t len = 0;
  const dm_span expected = SPAN("$pbkdf2-sha512$i=210000$");
  assert_int_equal(dm_password_hash(SPAN("a"), SPAN("saltsalt"), 0, stored, sizeof stored, &len),
                   DM_OK);
  assert_true(dmi_span_starts_with(dm_bytes(stored, len), expected));
}

/* The longest of all fits into what the header says. */
static void test_salts_from_8_to_32_bytes(void **state) {
  (void)state;
  const dm_span bytes = SPAN("0123456789abcdef0123456789abcdef0");
  for (size_t salt = 0; salt <= bytes.len; salt++) {
    char stored[DM_PASSWORD_STORED_MAX];
    size_t len = 77;
    int status = dm_password_hash(SPAN("secret"), dmi_span_head(bytes, salt), 1000, stored,
                                  sizeof stored, &len);
    if (salt < 8 || salt > 32) {
      assert_int_equal(status, DM_ERROR_INVALID_ARGUMENT);
      assert_int_equal(len, 77);
      continue;
    }
    assert_int_equal(status, DM_OK);
    assert_in_range(len, 1, sizeof stored - strlen("0000"));
    assert_int_equal(dm_password_verify(dm_bytes(stored, len), SPAN("secret")), DM_OK);
  }
}

static void test_too_little_room(void **state) {
  (void)state;
  size_t needed = 0;
  assert_int_equal(dm_password_hash(SPAN("secret"), SPAN("saltsalt"), 1000, NULL, 0, &needed),
                   DM_ERROR_BUFFER_TOO_SMALL);
  assert_int_equal(needed, strlen(STORED));
  char *room = malloc(needed - 1);
  assert_non_null(room);
  assert_int_equal(
      dm_password_hash(SPAN("secret"), SPAN("saltsalt"), 1000, room, needed - 1, &needed),
      DM_ERROR_BUFFER_TOO_SMALL);
  free(room);
}

static void test_misuse(void **state) {
  (void)state;
  char out[DM_PASSWORD_STORED_MAX];
  size_t len;
  const dm_span nothing = {NULL, 1}, salt = SPAN("saltsalt");
  assert_int_equal(dm_password_hash(nothing, salt, 1000, out, sizeof out, &len),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_password_hash(salt, salt, 999, out, sizeof out, &len),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_password_hash(salt, salt, 10000001, out, sizeof out, &len),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_password_hash(salt, salt, 1000, NULL, 1, &len), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_password_hash(salt, salt, 1000, out, sizeof out, NULL),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_password_verify(nothing, salt), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_password_verify(SPAN(STORED), nothing), DM_ERROR_INVALID_ARGUMENT);
}

static void test_equal_looks_at_every_byte(void **state) {
  (void)state;
  const dm_span text = SPAN("0123456789");
  for (size_t i = 0; i < text.len; i++) {
    for (unsigned bit = 0; bit < 8; bit++) {
      char other[10];
      memcpy(other, text.ptr, sizeof other);
      assert_int_equal(dm_auth_equal(text, dm_bytes(other, sizeof other)), 1);
      other[i] = (char)(other[i] ^ (1 << bit));
      assert_int_equal(dm_auth_equal(text, dm_bytes(other, sizeof other)), 0);
    }
    assert_int_equal(dm_auth_equal(text, dmi_span_head(text, i)), 0);
    assert_int_equal(dm_auth_equal(dmi_span_head(text, i), text), 0);
  }
  assert_int_equal(dm_auth_equal((dm_span){NULL, 0}, SPAN("")), 1);
}

static void test_every_code_has_a_text_of_its_own(void **state) {
  (void)state;
  const char *unknown = dm_auth_strerror(12345);
  const char *seen[64];
  size_t count = 0;
  for (int code = 1; code > -120; code--) {
    const char *text = dm_auth_strerror(code);
    assert_non_null(text);
    bool expected = code == DM_OK || code == DM_ERROR_INVALID_ARGUMENT ||
                    code == DM_ERROR_NO_MEMORY || code == DM_ERROR_BUFFER_TOO_SMALL ||
                    (code <= DM_SIGV4_NOT_SIGNED && code >= DM_SIGV4_WRONG_SIGNATURE) ||
                    (code <= DM_X509_MALFORMED && code >= DM_PASSWORD_WRONG);
    assert_int_equal(strcmp(text, unknown) != 0, expected);
    for (size_t i = 0; expected && i < count; i++)
      assert_string_not_equal(seen[i], text);
    if (expected)
      seen[count++] = text;
  }
}

static void test_wiping(void **state) {
  (void)state;
  char secret[] = "abcdef";
  dm_auth_wipe(secret + 1, 4);
  assert_memory_equal(secret, "a\0\0\0\0f", 7);
  dm_auth_wipe(secret, 0);
  assert_int_equal(secret[0], 'a');
  dm_auth_wipe(NULL, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wiping),
      cmocka_unit_test(test_what_another_implementation_made),
      cmocka_unit_test(test_wrong_passwords),
      cmocka_unit_test(test_malformed_stored_passwords),
      cmocka_unit_test(test_hashing_gives_what_verifying_takes),
      cmocka_unit_test(test_the_default_number_of_iterations),
      cmocka_unit_test(test_salts_from_8_to_32_bytes),
      cmocka_unit_test(test_too_little_room),
      cmocka_unit_test(test_misuse),
      cmocka_unit_test(test_equal_looks_at_every_byte),
      cmocka_unit_test(test_every_code_has_a_text_of_its_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
