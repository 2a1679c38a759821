/* Tests of IP addresses, against those of the C library.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/ip.h"

/* The address as inet_pton() reads it, an IPv4 address in front of which stands ::ffff: */
static bool reference(const char *text, uint8_t out[16]) {
  static const uint8_t in_front[12] = {[10] = 0xFF, [11] = 0xFF};
  memcpy(out, in_front, 12);
  return inet_pton(AF_INET, text, out + 12) == 1 || inet_pton(AF_INET6, text, out) == 1;
}

static void check_address(const char *text) {
  uint8_t wanted[16];
  dmi_ip_address found;
  bool good = reference(text, wanted);
  if (dmi_ip_read_address(dm_text(text), &found) != good)
    fail_msg("%s is %s address", text, good ? "an" : "no");
  if (good && memcmp(wanted, found.bytes, 16) != 0)
    fail_msg("%s is another address", text);
}

static void addresses(void **state) {
  (void)state;
  static const char *const texts[] = {"1.2.3.4",
                                      "255.255.255.255",
                                      "0.0.0.0",
                                      "256.1.1.1",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "1..2.3",
                                      "1.2.3.",
                                      ".1.2.3",
                                      "01.2.3.4",
                                      "1.2.3.4 ",
                                      "1.2.3.a",
                                      "",
                                      ":",
                                      "::",
                                      ":::",
                                      "::1",
                                      "1::",
                                      "1::2",
                                      "1:2:3:4:5:6:7:8",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      "1:2:3:4:5:6:7::",
                                      "::2:3:4:5:6:7:8",
                                      "1::3:4:5:6:7:8",
                                      "1:2:3:4::5:6:7:8",
                                      "1::2::3",
                                      "12345::",
                                      "g::",
                                      "::1.2.3.4",
                                      "1:2:3:4:5:6:1.2.3.4",
                                      "1:2:3:4:5:6:7:1.2.3.4",
                                      "::1.2.3",
                                      "::1.2.3.4:5",
                                      "1.2.3.4::",
                                      "::ffff:1.2.3.4",
                                      "::FFFF:102:304",
                                      "ABCD:EF01:2345:6789:abcd:ef01:2345:6789",
                                      ":1::",
                                      "1:",
                                      "::1:",
                                      "fe80::1%1",
                                      "2001:db8::/32",
                                      "1:2:3:4:5:6:7:",
                                      "::1:2:3:4:5:6:7:8",
                                      "0:0:0:0:0:0:0:0"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    check_address(texts[i]);
  assert_false(dmi_ip_read_address(dm_text(NULL), &(dmi_ip_address){0}));
}

/* All short texts over a few characters. */
static void all_short_texts(void **state) {
  (void)state;
  static const char letters[] = ":.1fg0";
  for (size_t n = 0; n < 6 * 6 * 6 * 6 * 6 * 6 * 6; n++) {
    char text[24] = {0};
    size_t len = 0;
    for (size_t rest = n; rest > 0; rest = (rest - 1) / 6)
      text[len++] = letters[(rest - 1) % 6];
    check_address(text);
    memcpy(text + len, "1.0.1.1", 8);
    check_address(text);
  }
}

static bool in_range(const char *address, const char *range) {
  dmi_ip_address a;
  dmi_ip_range r;
  assert_true(dmi_ip_read_address(dm_text(address), &a));
  if (!dmi_ip_read_range(dm_text(range), &r))
    fail_msg("%s is no range", range);
  return dmi_ip_in_range(&a, &r);
}

/* For each prefix, the last address inside and the first one outside. */
static void prefixes(void **state) {
  (void)state;
  for (unsigned prefix = 1; prefix <= 32; prefix++) {
    uint32_t host = prefix == 32 ? 0 : UINT32_MAX >> prefix, first = UINT32_C(0x5A5A5A5A) & ~host;
    char range[40], inside[20], outside[20];
    snprintf(range, sizeof range, "90.90.90.90/%u", prefix);
    uint32_t in = htonl(first | host), out = htonl(first ^ (host + 1));
    inet_ntop(AF_INET, &in, inside, sizeof inside);
    inet_ntop(AF_INET, &out, outside, sizeof outside);
    if (!in_range(inside, range) || in_range(outside, range))
      fail_msg("%s", range);
  }
  for (unsigned bit = 0; bit < 128; bit++) {
    uint8_t address[16] = {0x20, 0x01};
    char range[60], text[50];
    address[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    inet_ntop(AF_INET6, address, text, sizeof text);
    snprintf(range, sizeof range, "2001::/%u", bit + 1);
    assert_false(in_range(text, range));
    snprintf(range, sizeof range, "2001::/%u", bit);
    assert_true(in_range(text, range));
  }
}

static void families(void **state) {
  (void)state;
  assert_true(in_range("1.2.3.4", "0.0.0.0/0"));
  assert_true(in_range("::ffff:1.2.3.4", "1.2.3.0/24"));
  assert_true(in_range("1.2.3.4", "::ffff:1.2.3.0/120"));
  assert_false(in_range("1.2.3.4", "::/0"));
  assert_false(in_range("1.2.3.4", "::ffff:0:0/95"));
  assert_true(in_range("1.2.3.4", "::ffff:0:0/96"));
  assert_true(in_range("::1", "::/0"));
  assert_false(in_range("::1", "0.0.0.0/0"));
  assert_false(in_range("::102:304", "1.2.3.4"));
}

static void what_is_no_range(void **state) {
  (void)state;
  static const char *const bad[] = {"1.2.3.4/33",  "1.2.3.4/",   "1.2.3.4/-1", "1.2.3.4/08",
                                    "1.2.3.4/8/8", "1.2.3.4/ 8", "1.2.3/8",    "/8",
                                    "::/129",      "::/",        "::1/0x10",   "1.2.3.4/255.0.0.0"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (dmi_ip_read_range(dm_text(bad[i]), &(dmi_ip_range){0}))
      fail_msg("%s", bad[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(addresses), cmocka_unit_test(all_short_texts),  cmocka_unit_test(prefixes),
      cmocka_unit_test(families),  cmocka_unit_test(what_is_no_range),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
