/* Tests of the PROXY protocol's header, byte by byte.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/net/proxy_protocol.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

static void assert_header(endpoint source, endpoint destination, const char *expected, size_t len) {
  char header[PROXY_PROTOCOL_MAX];
  assert_int_equal(proxy_protocol_header(&source, &destination, NULL, header), len);
  assert_memory_equal(header, expected, len);
}

static void test_ipv4(void **state) {
  (void)state;
  endpoint source = {.ip = "192.0.2.1", .port = 50000};
  endpoint destination = {.ip = "127.0.0.1", .port = 1884};
  assert_header(source, destination,
                SIGNATURE "\x21\x11\x00\x0c"
                          "\xc0\x00\x02\x01"
                          "\x7f\x00\x00\x01"
                          "\xc3\x50\x07\x5c",
                28);
}

static void test_ipv6(void **state) {
  (void)state;
  endpoint source = {.ip = "2001:db8::1", .port = 1};
  endpoint destination = {.ip = "::1", .port = 65535};
  assert_header(source, destination,
                SIGNATURE "\x21\x21\x00\x24"
                          "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
                          "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"
                          "\x00\x01\xff\xff",
                52);
}

/* What follows the addresses begins with `expected`, and is `len` bytes long. */
static void assert_tls(const stream_tls *tls, const char *expected, size_t expected_len,
                       size_t len) {
  char header[PROXY_PROTOCOL_MAX];
  endpoint source = {.ip = "192.0.2.1", .port = 50000};
  endpoint destination = {.ip = "127.0.0.1", .port = 1884};
  assert_int_equal(proxy_protocol_header(&source, &destination, tls, header), 28 + len);
  assert_int_equal(header[14] * 256 + (unsigned char)header[15], 12 + len);
  assert_memory_equal(header + 28, expected, expected_len);
}

static void test_tls(void **state) {
  (void)state;
  static const char nameless[] = "\x20\x00\x0f\x07\0\0\0\0\x21\x00\x07TLSv1.2";
  char name[PROXY_PROTOCOL_NAME_MAX + 1];
  stream_tls tls = {.version = "TLSv1.2"};
  assert_tls(&tls, "\x20\x00\x0f\x01\0\0\0\x01\x21\x00\x07TLSv1.2", 18, 18);
  tls.certificate = dm_text("its DER");
  assert_tls(&tls, nameless, 18, 18);
  tls.common_name = dm_text("myDevice");
  assert_tls(&tls, "\x20\x00\x1a\x07\0\0\0\0\x21\x00\x07TLSv1.2\x22\x00\x08myDevice", 29, 29);
  memset(name, 'x', sizeof name);
  tls.common_name = dm_bytes(name, sizeof name);
  assert_tls(&tls, nameless, 18, 18);
  tls.common_name.len--;
  assert_tls(&tls, "\x20\x01\x12\x07\0\0\0\0\x21\x00\x07TLSv1.2\x22\x01\x00xxxx", 25, 277);
}

static void test_nothing_known(void **state) {
  (void)state;
  endpoint unknown = {.ip = "", .port = 0};
  endpoint v4 = {.ip = "192.0.2.1", .port = 1};
  endpoint v6 = {.ip = "::1", .port = 1};
  const char expected[] = SIGNATURE "\x20\x00\x00";
  assert_header(unknown, v4, expected, 16);
  assert_header(v4, unknown, expected, 16);
  assert_header(v4, v6, expected, 16);
  assert_header(v6, v4, expected, 16);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ipv4),
      cmocka_unit_test(test_ipv6),
      cmocka_unit_test(test_nothing_known),
      cmocka_unit_test(test_tls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
