/* Tests of matching with wildcards.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/glob.h"

#define LONG_TEXT 20000

/* In these tests '*' and '?' stand for the two wildcards. */
static size_t with_wildcards(char *out, size_t room, const char *pattern) {
  size_t len = strlen(pattern);
  assert_true(len <= room);
  for (size_t i = 0; i < len; i++)
    out[i] = pattern[i] == '*' ? GLOB_RUN : pattern[i] == '?' ? GLOB_ONE : pattern[i];
  return len;
}

static bool matches(const char *pattern, const char *text) {
  char bytes[256];
  dmi_glob g = dmi_glob_of(dm_bytes(bytes, with_wildcards(bytes, sizeof bytes, pattern)));
  return dmi_glob_match(&g, NULL, dm_text(text));
}

static bool matches_ignoring_case(const char *pattern, const char *text) {
  char bytes[256];
  dmi_glob g = dmi_glob_of(dm_bytes(bytes, with_wildcards(bytes, sizeof bytes, pattern)));
  return dmi_glob_match_ignoring_case(&g, NULL, dm_text(text));
}

static void literal(void **state) {
  (void)state;
  assert_true(matches("", ""));
  assert_false(matches("", "a"));
  assert_false(matches("a", ""));
  assert_true(matches("abc", "abc"));
  assert_false(matches("abc", "abd"));
  assert_false(matches("abc", "ab"));
  assert_false(matches("abc", "abcd"));
  assert_false(matches("abc", "Abc"));
  assert_false(matches("abcd", "xbcd"));
}

static void run(void **state) {
  (void)state;
  assert_true(matches("*", ""));
  assert_true(matches("*", "a/b/c"));
  assert_true(matches("a*", "a"));
  assert_true(matches("a*", "a/b"));
  assert_false(matches("a*", "b"));
  assert_true(matches("*z", "xyz"));
  assert_false(matches("*z", "xyza"));
  assert_true(matches("a*z", "az"));
  assert_true(matches("a*z", "a/b/z"));
  assert_false(matches("aa*aa", "aaa"));
  assert_true(matches("aa*aa", "aaaa"));
  assert_true(matches("a*b*c", "a-b-b-c"));
  assert_false(matches("a*b*c", "a-c-c"));
  assert_true(matches("**", "x"));
  assert_true(matches("*ab*", "aab"));
  assert_false(matches("*ab*", "aacb"));
  assert_true(matches("*aab*z", "aaabz"));
}

static void one_character(void **state) {
  (void)state;
  assert_true(matches("?", "a"));
  assert_false(matches("?", ""));
  assert_false(matches("?", "ab"));
  assert_true(matches("?", "/"));
  assert_true(matches("a?c", "abc"));
  assert_false(matches("a?c", "ac"));
  assert_true(matches("?*", "a"));
  assert_false(matches("?*", ""));
  assert_true(matches("*?", "ab"));
  assert_true(matches("a*?z", "abz"));
  assert_false(matches("a*?z", "az"));
  assert_true(matches("??", "ab"));
}

static void characters_are_utf8(void **state) {
  (void)state;
  assert_true(matches("?", "\xC3\xA9"));
  assert_false(matches("??", "\xC3\xA9"));
  assert_true(matches("a?c", "a\xE2\x82\xAC"
                             "c"));
  assert_true(matches("?", "\xF0\x9F\x98\x80"));
  assert_false(matches("???\?", "\xF0\x9F\x98\x80"));
  /* A run takes whole characters: what is left for '?' is never half of one. */
  assert_false(matches("*??", "\xC3\xA9"));
  assert_false(matches("*??b*", "\xE2\x82\xAC"
                                "bx"));
  assert_true(matches("*\xC3\xA9", "a\xC3\xA9"));
}

static void what_is_not_utf8_stays_inside(void **state) {
  (void)state;
  assert_true(matches("?", "\xF0"));
  assert_true(matches("*?", "a\xE2"));
  assert_true(matches("?", "\x80"));
  /* The bytes that mark wildcards mean nothing in a text. */
  assert_false(matches("ab", "\xFF"));
  assert_true(matches("?", "\xFF"));
}

static void literal_asterisk(void **state) {
  (void)state;
  dmi_glob g = dmi_glob_of(dm_text("a*?"));
  assert_true(dmi_glob_match(&g, NULL, dm_text("a*?")));
  assert_false(dmi_glob_match(&g, NULL, dm_text("abc")));
}

static void letter_case(void **state) {
  (void)state;
  assert_true(matches_ignoring_case("iot:Receive", "IOT:receive"));
  assert_false(matches_ignoring_case("iot:Receive", "iot:Received"));
  assert_true(matches_ignoring_case("iot:*", "IOT:Anything"));
  assert_true(matches_ignoring_case("*:receive", "iot:RECEIVE"));
  assert_true(matches_ignoring_case("*Get?Shadow*", "iot:getXshadow"));
  assert_false(matches_ignoring_case("*Get?Shadow*", "iot:getshadow"));
  /* Only ASCII letters have a case here. */
  assert_false(matches_ignoring_case("[", "{"));
  assert_false(matches_ignoring_case("@", "`"));
  assert_false(matches_ignoring_case("\xC3\x89", "\xC3\xA9"));
}

static void absent_text(void **state) {
  (void)state;
  char run_only = GLOB_RUN;
  dmi_glob any = dmi_glob_of(dm_bytes(&run_only, 1)), nothing = dmi_glob_of(dm_text(NULL));
  assert_true(dmi_glob_match(&any, NULL, dm_text(NULL)));
  assert_true(dmi_glob_match(&nothing, NULL, dm_text(NULL)));
  assert_false(dmi_glob_match(&nothing, NULL, dm_text("a")));
}

/* In these tests '$' stands for a value; the values are separated by commas. */
static bool matches_values(const char *pattern, const char *values, const char *text) {
  char bytes[256];
  dm_span list[8];
  size_t len = with_wildcards(bytes, sizeof bytes, pattern), count = 0;
  for (size_t i = 0; i < len; i++)
    if (bytes[i] == '$')
      bytes[i] = GLOB_VALUE;
  for (const char *end; values != NULL; values = end == NULL ? NULL : end + 1) {
    end = strchr(values, ',');
    assert_true(count < 8);
    list[count++] = dm_bytes(values, end == NULL ? strlen(values) : (size_t)(end - values));
  }
  dmi_glob g = dmi_glob_of(dm_bytes(bytes, len));
  bool same = dmi_glob_match(&g, list, dm_text(text));
  if (same)
    assert_true(dmi_glob_match_ignoring_case(&g, list, dm_text(text)));
  return same;
}

static void values(void **state) {
  (void)state;
  assert_true(matches_values("$", "abc", "abc"));
  assert_false(matches_values("$", "abc", "abcd"));
  assert_false(matches_values("$", "abc", "ab"));
  assert_true(matches_values("$", "", ""));
  assert_false(matches_values("$", "", "a"));
  assert_true(matches_values("x$y", "abc", "xabcy"));
  assert_true(matches_values("$$", "ab,cd", "abcd"));
  assert_false(matches_values("$$", "ab,cd", "cdab"));
  assert_true(matches_values("$$$", ",ab,", "ab"));
  assert_true(matches_values("*$*", "ab", "aab"));
  assert_true(matches_values("*$*$", "ab,b", "xabxbb"));
  assert_false(matches_values("*$*$", "ab,b", "xabxbc"));
  assert_true(matches_values("*$$c", "ab,ab", "abababc"));
  assert_true(matches_values("?$?", "ab", "xaby"));
  assert_true(matches_values("*$", "", "anything"));
  assert_true(matches_values("$*", ",", "anything"));
  assert_true(matches_values("*$$*z", "a,a", "aaaz"));
  /* What is put in is literal. */
  assert_false(matches_values("$", "*", "abc"));
  assert_true(matches_values("$", "*", "*"));
  assert_false(matches_values("$", "\xFF", "abc"));
  assert_true(matches_values("a$", "\xFF", "a\xFF"));
  assert_false(matches_values("a$", "\xFE", "ab"));
  assert_false(matches_values("a$b", "\xFD", "ab"));
  char mark = GLOB_VALUE;
  dmi_glob g = dmi_glob_of(dm_bytes(&mark, 1));
  assert_true(dmi_glob_match_ignoring_case(&g, &(dm_span){"aB", 2}, dm_text("Ab")));
  assert_false(dmi_glob_match(&g, &(dm_span){"aB", 2}, dm_text("Ab")));
  assert_true(dmi_glob_match(&g, &(dm_span){NULL, 0}, dm_text("")));
}

/* With a matcher that goes back to every run these would never come to an end. */
static void work_is_bounded(void **state) {
  (void)state;
  static char text[LONG_TEXT];
  char pattern[200], bytes[200];
  memset(text, 'a', sizeof text);
  for (size_t i = 0; i + 2 < sizeof pattern; i += 2)
    memcpy(pattern + i, "a*", 2);
  memcpy(pattern + sizeof pattern - 2, "b", 2);
  dmi_glob g = dmi_glob_of(dm_bytes(bytes, with_wildcards(bytes, sizeof bytes, pattern)));
  assert_false(dmi_glob_match(&g, NULL, dm_bytes(text, sizeof text)));
  assert_false(dmi_glob_match_ignoring_case(&g, NULL, dm_bytes(text, sizeof text)));
  /* The same where the missing byte is not in the tail. */
  memcpy(pattern + sizeof pattern - 4, "b?*", 4);
  g = dmi_glob_of(dm_bytes(bytes, with_wildcards(bytes, sizeof bytes, pattern)));
  assert_false(dmi_glob_match(&g, NULL, dm_bytes(text, sizeof text)));
  text[sizeof text - 2] = 'b';
  assert_true(dmi_glob_match(&g, NULL, dm_bytes(text, sizeof text)));
}

/* The same where runs stand between values that begin alike. */
static void work_with_values_is_bounded(void **state) {
  (void)state;
  static char text[LONG_TEXT], value[100];
  char pattern[64];
  dm_span values[32];
  memset(text, 'a', sizeof text);
  memset(value, 'a', sizeof value);
  for (size_t i = 0; i < 32; i++) {
    values[i] = dm_bytes(value, i == 31 ? sizeof value : 1 + i % 3);
    pattern[2 * i] = GLOB_VALUE;
    pattern[2 * i + 1] = GLOB_RUN;
  }
  value[sizeof value - 1] = 'b';
  dmi_glob g = dmi_glob_of(dm_bytes(pattern, sizeof pattern));
  assert_false(dmi_glob_match(&g, values, dm_bytes(text, sizeof text)));
  assert_false(dmi_glob_match_ignoring_case(&g, values, dm_bytes(text, sizeof text)));
  text[sizeof text - 7] = 'b';
  assert_true(dmi_glob_match(&g, values, dm_bytes(text, sizeof text)));
}

/* What matching means, written down without regard to cost. */
static bool plain_match(const char *pattern, const char *text) {
  if (*pattern == '\0')
    return *text == '\0';
  if (*pattern == '*')
    return plain_match(pattern + 1, text) || (*text != '\0' && plain_match(pattern, text + 1));
  return *text != '\0' && (*pattern == '?' || *pattern == *text) &&
         plain_match(pattern + 1, text + 1);
}

/* The n-th word over an alphabet, the short ones first. */
static void nth_word(size_t n, const char *alphabet, char *out) {
  size_t letters = strlen(alphabet), len = 0;
  for (; n > 0; n = (n - 1) / letters)
    out[len++] = alphabet[(n - 1) % letters];
  out[len] = '\0';
}

static void all_short_patterns(void **state) {
  (void)state;
  char pattern[16], text[16];
  for (size_t p = 0; p < 1365; p++) {
    nth_word(p, "ab*?", pattern);
    for (size_t t = 0; t < 127; t++) {
      nth_word(t, "ab", text);
      if (matches(pattern, text) != plain_match(pattern, text))
        fail_msg("pattern %s, text %s", pattern, text);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values),
      cmocka_unit_test(work_with_values_is_bounded),
      cmocka_unit_test(literal),
      cmocka_unit_test(run),
      cmocka_unit_test(one_character),
      cmocka_unit_test(characters_are_utf8),
      cmocka_unit_test(what_is_not_utf8_stays_inside),
      cmocka_unit_test(literal_asterisk),
      cmocka_unit_test(letter_case),
      cmocka_unit_test(absent_text),
      cmocka_unit_test(work_is_bounded),
      cmocka_unit_test(all_short_patterns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
