/* Tests of comparing and searching borrowed bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/span.h"

static const dm_span absent = {NULL, 0};

static void test_a_text_becomes_a_span(void **state) {
  (void)state;
  assert_true(dmi_span_equal(dm_text("abc"), SPAN("abc")));
  assert_int_equal(SPAN("a\0b").len, 3);
  assert_int_equal(dm_bytes("a\0b", 3).len, 3);
  assert_false(dmi_span_present(dm_text(NULL)));
  assert_true(dmi_span_present(dm_text("")));
}

static void test_only_length_0_goes_without_bytes(void **state) {
  (void)state;
  assert_true(dmi_span_sound(absent));
  assert_true(dmi_span_sound(SPAN("a")));
  assert_false(dmi_span_sound((dm_span){NULL, 1}));
}

static void test_equality_is_bytewise(void **state) {
  (void)state;
  assert_true(dmi_span_equal(absent, SPAN("")));
  assert_true(dmi_span_equal(SPAN("a\0b"), SPAN("a\0b")));
  assert_false(dmi_span_equal(SPAN("a\0b"), SPAN("a\0c")));
  assert_false(dmi_span_equal(SPAN("abc"), SPAN("ab")));
  assert_false(dmi_span_equal(SPAN("abc"), SPAN("Abc")));
}

static void test_only_ascii_letters_have_a_case(void **state) {
  (void)state;
  assert_true(dmi_span_equal_ignoring_case(absent, SPAN("")));
  assert_true(dmi_span_equal_ignoring_case(SPAN("Content-Type"), SPAN("cONTENT-tYPE")));
  assert_true(dmi_span_equal_ignoring_case(SPAN("AZaz"), SPAN("azAZ")));
  assert_false(dmi_span_equal_ignoring_case(SPAN("a"), SPAN("aa")));
  assert_false(dmi_span_equal_ignoring_case(SPAN("ab"), SPAN("ac")));
  assert_false(dmi_span_equal_ignoring_case(SPAN("@["), SPAN("`{"))); /* next to A and Z */
  assert_false(dmi_span_equal_ignoring_case(SPAN("\xC4"), SPAN("\xE4")));
}

static void test_starts_with(void **state) {
  (void)state;
  assert_true(dmi_span_starts_with(SPAN("$share/a"), SPAN("$share/")));
  assert_true(dmi_span_starts_with(SPAN("a"), SPAN("a")));
  assert_true(dmi_span_starts_with(SPAN("a"), absent));
  assert_true(dmi_span_starts_with(absent, absent));
  assert_false(dmi_span_starts_with(SPAN("ab"), SPAN("b")));
  assert_false(dmi_span_starts_with(SPAN("a"), SPAN("ab")));
}

static void test_find_gives_the_first_place_or_the_end(void **state) {
  (void)state;
  assert_int_equal(dmi_span_find(SPAN("a/b/c"), '/'), 1);
  assert_int_equal(dmi_span_find(SPAN("a/b/c"), 'c'), 4);
  assert_int_equal(dmi_span_find(SPAN("a\0b"), '\0'), 1);
  assert_int_equal(dmi_span_find(SPAN("abc"), '\0'), 3);
  assert_int_equal(dmi_span_find(dmi_span_head(SPAN("a/b"), 1), '/'), 1);
  assert_int_equal(dmi_span_find(absent, '/'), 0);
}

static void test_head_and_tail_share_the_bytes(void **state) {
  (void)state;
  dm_span text = SPAN("a/b");
  assert_true(dmi_span_equal(dmi_span_head(text, 1), SPAN("a")));
  assert_true(dmi_span_equal(dmi_span_tail(text, 2), SPAN("b")));
  assert_int_equal(dmi_span_tail(text, 3).len, 0);
  assert_false(dmi_span_present(dmi_span_tail(absent, 0)));
  assert_false(dmi_span_present(dmi_span_head(absent, 0)));
}

static void test_put_copies_and_moves_on(void **state) {
  (void)state;
  char out[4] = "...";
  char *end = dmi_span_put(dmi_span_put(dmi_span_put(out, SPAN("a")), absent), SPAN("b"));
  assert_ptr_equal(end, out + 2);
  assert_string_equal(out, "ab.");
}

static void assert_cut(const char *text, const char *head, const char *tail) {
  dm_span rest;
  assert_true(dmi_span_equal(dmi_span_cut(dm_text(text), ';', &rest), dm_text(head)));
  assert_true(dmi_span_equal(rest, dm_text(tail)));
}

static void test_cut_is_at_the_first_separator(void **state) {
  (void)state;
  assert_cut("a;b;c", "a", "b;c");
  assert_cut(";a", "", "a");
  assert_cut("a;", "a", "");
  assert_cut("a", "a", "");
  assert_cut("", "", "");
}

static void assert_trimmed(const char *text, const char *expected) {
  assert_true(dmi_span_equal(dmi_span_trim(dm_text(text)), dm_text(expected)));
}

static void test_trim_takes_spaces_and_tabs_off_both_ends(void **state) {
  (void)state;
  assert_trimmed(" \t a \t b\t ", "a \t b");
  assert_trimmed("a", "a");
  assert_trimmed(" \t", "");
  assert_trimmed("", "");
  assert_trimmed("\n", "\n");
}

/* The value of a text that must be accepted. */
static uint64_t decimal(dm_span text, uint64_t max) {
  uint64_t value = UINT64_MAX - 1;
  assert_true(dmi_span_decimal(text, max, &value));
  return value;
}

static void assert_not_decimal(dm_span text, uint64_t max) {
  uint64_t value = 77;
  assert_false(dmi_span_decimal(text, max, &value));
  assert_int_equal(value, 77);
}

static void test_decimal(void **state) {
  (void)state;
  assert_int_equal(decimal(SPAN("0"), 0), 0);
  assert_int_equal(decimal(SPAN("0015"), 15), 15);
  assert_int_equal(decimal(SPAN("18446744073709551615"), UINT64_MAX), UINT64_MAX);
  assert_int_equal(decimal(dmi_span_head(SPAN("12x"), 2), 99), 12);

  assert_not_decimal(absent, 9);
  assert_not_decimal(SPAN("16"), 15);
  assert_not_decimal(SPAN("5"), 4);
  assert_not_decimal(SPAN("1"), 0);
  assert_not_decimal(SPAN("18446744073709551616"), UINT64_MAX);
  assert_not_decimal(SPAN("99999999999999999999999"), UINT64_MAX);
}

static void test_decimal_takes_digits_only(void **state) {
  (void)state;
  const char *refused[] = {"+1", "-1", " 1", "1 ", "1.0", "1e1", "0x1", "/", ":", "1:"};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    assert_not_decimal(dm_text(refused[i]), UINT64_MAX);
  assert_not_decimal(SPAN("1\0"), UINT64_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_text_becomes_a_span),
      cmocka_unit_test(test_only_length_0_goes_without_bytes),
      cmocka_unit_test(test_equality_is_bytewise),
      cmocka_unit_test(test_only_ascii_letters_have_a_case),
      cmocka_unit_test(test_starts_with),
      cmocka_unit_test(test_find_gives_the_first_place_or_the_end),
      cmocka_unit_test(test_head_and_tail_share_the_bytes),
      cmocka_unit_test(test_put_copies_and_moves_on),
      cmocka_unit_test(test_cut_is_at_the_first_separator),
      cmocka_unit_test(test_trim_takes_spaces_and_tabs_off_both_ends),
      cmocka_unit_test(test_decimal),
      cmocka_unit_test(test_decimal_takes_digits_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
