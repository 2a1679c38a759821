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
  assert_true(dmi_base64_decode(dm_text(text), out, &written));
  assert_true(dmi_span_equal(dm_bytes(out, written), expected));
  free(out);
}

static void assert_refused(const char *text) {
  char out[64];
  size_t written = 77;
  if (dmi_base64_decode(dm_text(text), out, &written))
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
    assert_int_equal(dmi_base64_decode(dm_bytes(text, 4), out, &written), expected);
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
    assert_true(dmi_base64_decode(dm_text(texts[i]), bytes, &len));
    assert_int_equal(BASE64_ENCODED_LENGTH(len), strlen(texts[i]));
    dmi_base64_encode(dm_bytes(bytes, len), text);
    assert_string_equal(text, texts[i]);
  }
}

/* ---- base64url ----------------------------------------------------------- */

static void test_base64url_vectors(void **state) {
  (void)state;
  static const struct {
    dm_span bytes;
    const char *text;
  } pairs[] = {{{"", 0}, ""},        {{"f", 1}, "Zg"},        {{"fo", 2}, "Zm8"},
               {{"foo", 3}, "Zm9v"}, {{"foob", 4}, "Zm9vYg"}, {{"\xFB\xEF\xFF", 3}, "--__"}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    char out[8];
    size_t len = BASE64URL_LENGTH(pairs[i].bytes.len), written = 77;
    assert_int_equal(len, strlen(pairs[i].text));
    dmi_base64url_encode(pairs[i].bytes, out);
    assert_memory_equal(out, pairs[i].text, len);
    assert_true(dmi_base64url_decode(dm_text(pairs[i].text), out, &written));
    assert_true(dmi_span_equal(dm_bytes(out, written), pairs[i].bytes));
  }
}

/* Of every length, in buffers of the sizes promised. */
static void test_base64url_there_and_back(void **state) {
  (void)state;
  char bytes[64];
  for (size_t len = 0; len < sizeof bytes; len++) {
    for (size_t i = 0; i < len; i++)
      bytes[i] = (char)(unsigned char)(len * 31 + i * 71);
    size_t written, coded = BASE64URL_LENGTH(len);
    char *text = malloc(coded + (coded == 0)), *back = malloc(len + (len == 0));
    dmi_base64url_encode(dm_bytes(bytes, len), text);
    assert_true(dmi_base64url_decode(dm_bytes(text, coded), back, &written));
    assert_int_equal(written, len);
    assert_memory_equal(back, bytes, len);
    free(text);
    free(back);
  }
}

static void test_base64url_is_strict(void **state) {
  (void)state;
  const char *const refused[] = {"Z",  "Zm9vZ", "Zh",   "Zm9", "Zg==",  "Zm8=", "Zm+/",
                                 "==", "Z g",   "Zg\n", "=",   "Zm9v=", "Z\xC3"};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    char out[8];
    size_t written = 77;
    if (dmi_base64url_decode(dm_text(refused[i]), out, &written))
      fail_msg("accepted: %s", refused[i]);
    assert_int_equal(written, 77);
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
      cmocka_unit_test(test_base64url_vectors),
      cmocka_unit_test(test_base64url_there_and_back),
      cmocka_unit_test(test_base64url_is_strict),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
