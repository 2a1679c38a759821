/* Tests of base64.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/base64.h"
#include "base/span.h"

/* The buffer is as large as promised and no larger. */
static void assert_decodes(const char *text, dm_span expected) {
  size_t len = strlen(text), room = BASE64_DECODED_MAX(len);
  char *out = malloc(room + (room == 0));
  size_t written = 77;
  assert_true(base64_decode(dm_text(text), out, &written));
  assert_true(span_equal(dm_bytes(out, written), expected));
  free(out);
}

static void assert_refused(const char *text) {
  char out[64];
  size_t written = 77;
  if (base64_decode(dm_text(text), out, &written))
    fail_msg("accepted: %s", text);
  assert_int_equal(written, 77);
}

/* RFC 4648 section 10. */
static void test_the_standards_vectors(void **state) {
  (void)state;
  assert_decodes("", SPAN(""));
  assert_decodes("Zg==", SPAN("f"));
  assert_decodes("Zm8=", SPAN("fo"));
  assert_decodes("Zm9v", SPAN("foo"));
  assert_decodes("Zm9vYg==", SPAN("foob"));
  assert_decodes("Zm9vYmE=", SPAN("fooba"));
  assert_decodes("Zm9vYmFy", SPAN("foobar"));
}

static void test_the_whole_alphabet(void **state) {
  (void)state;
  assert_decodes("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                 SPAN("\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f\x41\x14\x93\x51"
                      "\x55\x97\x61\x96\x9b\x71\xd7\x9f\x82\x18\xa3\x92\x59\xa7\xa2\x9a"
                      "\xab\xb2\xdb\xaf\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e\xbb\xf3\xdf\xbf"));
  assert_decodes("AAAA", SPAN("\0\0\0"));
  assert_decodes("/w==", SPAN("\xff"));
}

static void test_no_other_character_is_in_the_alphabet(void **state) {
  (void)state;
  const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int byte = 0; byte < 256; byte++) {
    char text[] = "AAAA", out[3];
    size_t written;
    text[1] = (char)byte;
    bool expected = byte != 0 && strchr(alphabet, byte) != NULL;
    assert_int_equal(base64_decode(dm_bytes(text, 4), out, &written), expected);
  }
}

static void test_padding_is_required_and_only_at_the_end(void **state) {
  (void)state;
  const char *refused[] = {"Zg",  "Zg=",  "Zm8",  "Z",    "Zm9vY", "=",        "==",
                           "===", "====", "Z===", "Zg=A", "=Zg=",  "Zg==Zg==", "Zm9vZg==="};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    assert_refused(refused[i]);
}

static void test_one_value_has_one_spelling(void **state) {
  (void)state;
  assert_refused("Zh=="); /* "f" with a bit too many */
  assert_refused("Zm9="); /* "fo" likewise */
  assert_refused("Zg==\n");
  assert_refused("Zm9v Zm9");
  assert_refused("Zm-_"); /* the URL-safe alphabet of section 5 */
}

static void test_encoding_is_the_other_way_round(void **state) {
  (void)state;
  const char *const texts[] = {
      "",         "Zg==",
      "Zm8=",     "Zm9v",
      "Zm9vYg==", "Zm9vYmE=",
      "Zm9vYmFy", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char bytes[64], text[64 + 1] = "";
    size_t len;
    assert_true(base64_decode(dm_text(texts[i]), bytes, &len));
    assert_int_equal(BASE64_ENCODED_LENGTH(len), strlen(texts[i]));
    base64_encode(dm_bytes(bytes, len), text);
    assert_string_equal(text, texts[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_standards_vectors),
      cmocka_unit_test(test_the_whole_alphabet),
      cmocka_unit_test(test_no_other_character_is_in_the_alphabet),
      cmocka_unit_test(test_padding_is_required_and_only_at_the_end),
      cmocka_unit_test(test_one_value_has_one_spelling),
      cmocka_unit_test(test_encoding_is_the_other_way_round),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
