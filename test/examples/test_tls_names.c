/* Tests of which server names a certificate is for.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <mbedtls/x509_crt.h>
#include <stdio.h>

#include "common/tls/tls_names.h"
#include "examples/tls_peer.h"

/* ---- One name --------------------------------------------------------------------- */

static const struct {
  const char *pattern;
  const char *name;
  tls_fit fit;
} names[] = {
    {"example.com", "example.com", TLS_FIT_EXACT},
    {"Example.COM", "eXAMPLE.com", TLS_FIT_EXACT},
    {"example.com", "example.org", TLS_FIT_NONE},
    {"example.com", "a.example.com", TLS_FIT_NONE},
    {"example.com", "xample.com", TLS_FIT_NONE},
    {"example.com", "example.comm", TLS_FIT_NONE},
    {"example.com", "", TLS_FIT_NONE},
    {"", "", TLS_FIT_NONE},
    {"", "example.com", TLS_FIT_NONE},
    {"[", "{", TLS_FIT_NONE}, /* what differs as letters do, and is none */
    {"*.example.com", "a.example.com", TLS_FIT_WILDCARD},
    {"*.EXAMPLE.com", "A.example.COM", TLS_FIT_WILDCARD},
    {"*.example.com", "xn--bcher-kva.example.com", TLS_FIT_WILDCARD},
    {"*.example.com", "*.example.com", TLS_FIT_EXACT},
    {"*.example.com", "example.com", TLS_FIT_NONE},
    {"*.example.com", ".example.com", TLS_FIT_NONE},
    {"*.example.com", "a.b.example.com", TLS_FIT_NONE},
    {"*.example.com", "a.example.com.", TLS_FIT_NONE},
    {"*.example.com", "aexample.com", TLS_FIT_NONE},
    {"*.example.com", "a.example", TLS_FIT_NONE},
    {"*", "example", TLS_FIT_NONE},
    {"*.", "example.", TLS_FIT_NONE},
    {"*com", "example.com", TLS_FIT_NONE},
    {"a*.example.com", "ab.example.com", TLS_FIT_NONE},
    {"*a.example.com", "ba.example.com", TLS_FIT_NONE},
    {"*.*.example.com", "a.b.example.com", TLS_FIT_NONE},
    {"a.*.example.com", "a.b.example.com", TLS_FIT_NONE},
    {"*.example.com", "*.*.example.com", TLS_FIT_NONE},
    {"a.example.com", "*.example.com", TLS_FIT_NONE}, /* a client's star means nothing */
};

static void test_names(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    tls_fit fit = tls_name_fits(dm_text(names[i].pattern), dm_text(names[i].name));
    if (fit != names[i].fit)
      fail_msg("\"%s\", \"%s\": %d", names[i].pattern, names[i].name, (int)fit);
  }
}

/* Names end where they end, not at a NUL. */
static void test_a_nul(void **state) {
  (void)state;
  dm_span longer = dm_bytes("example.com\0.evil.org", 21);
  assert_int_equal(tls_name_fits(longer, dm_text("example.com")), TLS_FIT_NONE);
  assert_int_equal(tls_name_fits(dm_text("example.com"), longer), TLS_FIT_NONE);
  assert_int_equal(tls_name_fits(dm_bytes("*.example.com", 13), dm_bytes("\0.example.com", 13)),
                   TLS_FIT_WILDCARD);
}

/* ---- Those of a certificate ---------------------------------------------------------- */

static tls_fit fit_of(const char *file, const char *name) {
  mbedtls_x509_crt certificate;
  mbedtls_x509_crt_init(&certificate);
  assert_int_equal(mbedtls_x509_crt_parse_file(&certificate, tls_peer_file(file)), 0);
  tls_fit fit = tls_certificate_fits(&certificate, dm_text(name));
  mbedtls_x509_crt_free(&certificate);
  return fit;
}

static void test_alternative_names(void **state) {
  (void)state;
  assert_int_equal(fit_of("server.pem", "LocalHost"), TLS_FIT_EXACT);
  assert_int_equal(fit_of("server.pem", "server"), TLS_FIT_NONE); /* the common name */
  assert_int_equal(fit_of("server.pem", "127.0.0.1"), TLS_FIT_NONE);
}

static void test_common_name(void **state) {
  (void)state;
  assert_int_equal(fit_of("other.pem", "Other"), TLS_FIT_EXACT);
  assert_int_equal(fit_of("other.pem", "localhost"), TLS_FIT_NONE);
}

static int set_up(void **state) {
  (void)state;
  tls_peer_begin();
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  tls_peer_end();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_a_nul),
      cmocka_unit_test(test_alternative_names),
      cmocka_unit_test(test_common_name),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
