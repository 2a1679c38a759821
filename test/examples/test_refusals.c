/* Tests of what the log says of connections that are refused, and of how much it says.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/refusals.h"

/* A log into a file that has no name any more. */
typedef struct written {
  FILE *file;
  line_log log;
  refusals refusals;
  off_t seen;
} written;

static written w;

static int begin(void **state) {
  (void)state;
  w = (written){.file = tmpfile()};
  if (w.file == NULL)
    return -1;
  line_log_open(&w.log, fileno(w.file));
  w.refusals = (refusals){.log = &w.log, .account = "123456789012"};
  return 0;
}

static int end(void **state) {
  (void)state;
  line_log_close(&w.log, 0);
  return fclose(w.file);
}

static refused_connection connection(void) {
  return (refused_connection){.listener = "mqtts",
                              .reason = "CLIENT_CERTIFICATE_REFUSED",
                              .details = "The certificate has been revoked",
                              .source_ip = "192.0.2.7",
                              .source_port = 50000,
                              .target_ip = "192.0.2.1",
                              .target_port = 8883};
}

static void refuse(dm_time now) {
  const refused_connection r = connection();
  refusals_log(&w.refusals, &r, now, 1500000000123);
}

/* What was written since the last time, as one text. */
static const char *lines(void) {
  static char text[65536];
  assert_false(line_log_flush(&w.log));
  ssize_t len = pread(fileno(w.file), text, sizeof text - 1, w.seen);
  assert_true(len >= 0);
  w.seen += len;
  text[len] = '\0';
  return text;
}

static size_t count_lines(void) {
  size_t count = 0;
  for (const char *c = lines(); *c != '\0'; c++)
    count += *c == '\n';
  return count;
}

/* ---- Tests ------------------------------------------------------------------------------ */

static void test_a_line(void **state) {
  (void)state;
  refuse(0);
  assert_string_equal(
      lines(), "{\"timestamp\":\"2017-07-14 02:40:00.123\",\"logLevel\":\"ERROR\","
               "\"accountId\":\"123456789012\",\"status\":\"Failure\",\"eventType\":\"Connect\","
               "\"protocol\":\"MQTT\",\"listener\":\"mqtts\",\"sourceIp\":\"192.0.2.7\","
               "\"sourcePort\":50000,\"targetIp\":\"192.0.2.1\",\"targetPort\":8883,"
               "\"reason\":\"CLIENT_CERTIFICATE_REFUSED\","
               "\"details\":\"The certificate has been revoked\"}\n");
}

static void test_what_is_not_known_is_left_out(void **state) {
  (void)state;
  refused_connection r = connection();
  r.listener = "https";
  r.details = "";
  r.source_ip = r.target_ip = "";
  r.source_port = r.target_port = 0;
  refusals_log(&w.refusals, &r, 0, 0);
  const char *text = lines();
  assert_non_null(strstr(text, "\"protocol\":\"HTTP\",\"listener\":\"https\",\"reason\""));
  assert_null(strstr(text, "Ip\""));
  assert_null(strstr(text, "Port\""));
  assert_null(strstr(text, "details"));
}

/* A client ID is any bytes, and as long as its sender likes. */
static void test_client_ids(void **state) {
  (void)state;
  char long_id[200];
  refused_connection r = connection();
  r.client_id = dm_bytes("\xff\xfe", 2);
  refusals_log(&w.refusals, &r, 0, 0);
  assert_null(strstr(lines(), "clientId"));
  memset(long_id, 'x', sizeof long_id);
  memcpy(long_id + 127, "\xc3\xa4", 2); /* a character that would be cut in two */
  r.client_id = dm_bytes(long_id, sizeof long_id);
  refusals_log(&w.refusals, &r, 0, 0);
  const char *id = strstr(lines(), "\"clientId\":\"");
  assert_non_null(id);
  assert_int_equal(strspn(id + 12, "x"), 127);
  assert_int_equal(id[12 + 127], '"');
}

static void test_many(void **state) {
  (void)state;
  for (size_t i = 0; i < 250; i++)
    refuse(0);
  assert_int_equal(count_lines(), 100);
  assert_int_equal(w.refusals.omitted, 150);
  refuse(99 * DM_MILLISECOND);
  assert_int_equal(count_lines(), 0);
  refuse(100 * DM_MILLISECOND);
  assert_non_null(strstr(lines(), ",\"omitted\":151}\n"));
  assert_int_equal(w.refusals.omitted, 0);
  for (size_t i = 0; i < 10; i++)
    refuse(1100 * DM_MILLISECOND);
  assert_int_equal(count_lines(), 10);
  assert_int_equal(w.refusals.omitted, 0);
}

static void test_a_log_that_takes_nothing(void **state) {
  (void)state;
  w.log.broken = true;
  refuse(0);
  refuse(0);
  assert_string_equal(lines(), "");
}

#define refusals_test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      refusals_test(test_a_line),
      refusals_test(test_what_is_not_known_is_left_out),
      refusals_test(test_client_ids),
      refusals_test(test_many),
      refusals_test(test_a_log_that_takes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
