/* Tests of HOST:PORT and unix:PATH.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/base/address.h"

static void assert_reads(const char *text, const char *host, unsigned port) {
  address a;
  char back[ADDRESS_TEXT_SIZE];
  assert_true(address_parse(dm_text(text), &a));
  assert_string_equal(a.host, host);
  assert_int_equal(a.port, port);
  assert_string_equal(address_text(&a, back), text);
}

static void test_what_can_be_read(void **state) {
  (void)state;
  assert_reads("127.0.0.1:1883", "127.0.0.1", 1883);
  assert_reads("localhost:0", "localhost", 0);
  assert_reads("[::1]:65535", "::1", 65535);
  assert_reads("[::]:1", "::", 1);
}

static void test_what_is_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {"",        ":",        "host",     "host:",    ":1883",
                                      "1883",    "a:b",      "a:-1",     "a:+1",     "a: 1",
                                      "a:65536", "a:000001", "a:999999", "::1:1883", "[]:1",
                                      "[a]:1",   "[::1]",    "[::1]1",   "a:1883x",  "[::1:1"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    address a = {.port = 7};
    assert_false(address_parse(dm_text(wrong[i]), &a));
    assert_int_equal(a.port, 7);
  }
  address a;
  assert_false(address_parse(dm_bytes("a\0b:1", 5), &a));
}

static void test_paths(void **state) {
  (void)state;
  static const char *const good[] = {"unix:/run/mosquitto.sock", "unix:a", "unix:/a b:1"};
  static const char *const wrong[] = {"unix:", "unix", "Unix:/a", "/run/mosquitto.sock"};
  address a;
  char back[ADDRESS_TEXT_SIZE];
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    assert_true(address_parse_peer(dm_text(good[i]), &a));
    assert_true(a.local);
    assert_string_equal(a.host, good[i] + 5);
    assert_string_equal(address_text(&a, back), good[i]);
  }
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    assert_false(address_parse_peer(dm_text(wrong[i]), &a));
  assert_false(address_parse_peer(dm_bytes("unix:a\0b", 8), &a));
}

static void test_a_path_is_for_peers_only(void **state) {
  (void)state;
  address a;
  assert_false(address_parse(dm_text("unix:/run/mosquitto.sock"), &a));
  assert_true(address_parse_peer(dm_text("[::1]:1883"), &a));
  assert_false(a.local);
  assert_int_equal(a.port, 1883);
}

static void test_the_longest_path(void **state) {
  (void)state;
  char text[200] = "unix:";
  address a;
  memset(text + 5, 'a', sizeof text - 5);
  assert_true(address_parse_peer(dm_bytes(text, 5 + ADDRESS_PATH_MAX), &a));
  assert_int_equal(strlen(a.host), ADDRESS_PATH_MAX);
  assert_false(address_parse_peer(dm_bytes(text, 5 + ADDRESS_PATH_MAX + 1), &a));
}

static void test_the_longest_host(void **state) {
  (void)state;
  char text[300];
  memset(text, 'a', sizeof text);
  memcpy(text + 255, ":1", 2);
  address a;
  assert_true(address_parse(dm_bytes(text, 257), &a));
  memcpy(text + 255, "a:1", 3);
  assert_false(address_parse(dm_bytes(text, 258), &a));
}

static void test_equality(void **state) {
  (void)state;
  address a = {.host = "a", .port = 1};
  address b = {.host = "a", .port = 2};
  address c = {.host = "b", .port = 1};
  assert_true(address_equal(&a, &a));
  assert_false(address_equal(&a, &b));
  assert_false(address_equal(&a, &c));
  address local = {.host = "a", .port = 1, .local = true};
  assert_false(address_equal(&a, &local));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_can_be_read),
      cmocka_unit_test(test_what_is_refused),
      cmocka_unit_test(test_paths),
      cmocka_unit_test(test_a_path_is_for_peers_only),
      cmocka_unit_test(test_the_longest_path),
      cmocka_unit_test(test_the_longest_host),
      cmocka_unit_test(test_equality),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
