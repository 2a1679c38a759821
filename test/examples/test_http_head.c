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
      cmocka_unit_test(test_the_end_is_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
