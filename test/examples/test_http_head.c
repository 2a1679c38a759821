/* Tests of which bytes may stand in the head of a request.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/http1/http_head.h"

static bool http_head_check(http_head *head, dm_span input) {
  http_head_part part;
  dm_span taken;
  bool good = true;
  while (good && input.len > 0)
    good = http_head_take(head, &input, &taken, &part);
  return good;
}

/* Checks a head in one piece and byte by byte; both must say the same. */
static bool accepts(dm_span text) {
  http_head whole = {.state = HTTP_HEAD_START};
  http_head bytewise = {.state = HTTP_HEAD_START};
  bool good = true;
  for (size_t i = 0; i < text.len && good; i++)
    good = http_head_check(&bytewise, dm_bytes(text.ptr + i, 1));
  assert_int_equal(http_head_check(&whole, text), good);
  assert_int_equal(whole.state, bytewise.state);
  return good;
}

static void test_what_is_accepted(void **state) {
  (void)state;
  static const char *const right[] = {
      "",
      "\r\n\r\nGET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX-Y_z.1!#$%&'*+^`|~:\r\nA:b:c \t d\r\n\r\n",
      "GET / HTTP/1.1\r\nA: \xc3\xa9\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n\n\r \n anything",
  };
  for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
    assert_true(accepts(dm_text(right[i])));
}

static void test_what_is_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "\nGET / HTTP/1.1\r\n",
      "\rGET / HTTP/1.1\r\n",
      "GET / HTTP/1.1\n",
      "GET / HTTP/1.1\rHost",
      "GET / HTTP/1.1\r\nHost: a\n",
      "GET / HTTP/1.1\r\nHost: a\rB: c",
      "GET / HTTP/1.1\r\n\rHost: a",
      "GET / HTTP/1.1\r\n\n",
      "GET / HTTP/1.1\r\n Host: a",
      "GET / HTTP/1.1\r\nHost: a\r\n b",
      "GET / HTTP/1.1\r\nHost: a\r\n\tb",
      "GET / HTTP/1.1\r\n: a",
      "GET / HTTP/1.1\r\nHost : a",
      "GET / HTTP/1.1\r\nHo st: a",
      "GET / HTTP/1.1\r\nHost\r\n",
      "GET / HTTP/1.1\r\nHo(st: a",
      "GET / HTTP/1.1\r\nH\xc3\xb6st: a",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    assert_false(accepts(dm_text(wrong[i])));
  assert_false(accepts(dm_bytes("GET / HTTP/1.1\r\nA\0: b", 20)));
}

static void assert_taken(http_head *head, dm_span *input, const char *text, http_head_part part) {
  dm_span taken;
  http_head_part found;
  assert_true(http_head_take(head, input, &taken, &found));
  assert_int_equal(found, part);
  assert_int_equal(taken.len, strlen(text));
  assert_memory_equal(taken.ptr, text, taken.len);
}

static void test_methods_and_tabs_are_parts_of_their_own(void **state) {
  (void)state;
  http_head head = {.state = HTTP_HEAD_START};
  dm_span input = dm_text("\r\nGET /\t HTTP/1.1\r\nA:\tb\t\tc\r\n\r\nD \t");
  assert_taken(&head, &input, "\r\n", HTTP_HEAD_REST);
  assert_taken(&head, &input, "GET", HTTP_HEAD_OF_METHOD);
  assert_taken(&head, &input, " /\t HTTP/1.1\r\nA:", HTTP_HEAD_REST);
  assert_taken(&head, &input, "\t", HTTP_HEAD_TAB);
  assert_taken(&head, &input, "b", HTTP_HEAD_REST);
  assert_taken(&head, &input, "\t", HTTP_HEAD_TAB);
  assert_taken(&head, &input, "\t", HTTP_HEAD_TAB);
  assert_taken(&head, &input, "c\r\n\r\nD \t", HTTP_HEAD_REST);
  assert_int_equal(input.len, 0);
}

static void test_the_end_is_found(void **state) {
  (void)state;
  http_head head = {.state = HTTP_HEAD_START};
  assert_true(http_head_check(&head, dm_text("GET / HTTP/1.1\r\nA: b\r\n\r")));
  assert_int_equal(head.state, HTTP_HEAD_END_CR);
  assert_true(http_head_check(&head, dm_text("\n")));
  assert_int_equal(head.state, HTTP_HEAD_DONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_is_accepted),
      cmocka_unit_test(test_what_is_refused),
      cmocka_unit_test(test_methods_and_tabs_are_parts_of_their_own),
      cmocka_unit_test(test_the_end_is_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
