/* Tests of dm-policy eval. The program's own files are no library: they are included.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "captured.h"
#include "policy/eval_command.c"
#include "policy/eval_question.c"

#define ALLOW "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}"
#define DENY_TOPIC                                                                                 \
  "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"},"                 \
  "{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\","                                      \
  "\"Condition\":{\"StringEquals\":{\"iot:Topic\":\"no\"}}}]}"
#define LINE(policies, more)                                                                       \
  "{\"policies\":[" policies "],\"action\":\"iot:Receive\",\"resource\":\"arn:x\"" more "}\n"

static const char *const no_arguments[] = {NULL};

static void expect_output(const char *input, const char *output) {
  captured c;
  captured_run(&c, command_eval, no_arguments, input, strlen(input));
  assert_string_equal(c.out, output);
  assert_string_equal(c.err, "");
  assert_int_equal(c.status, EXIT_GOOD);
}

static void decisions(void **state) {
  (void)state;
  expect_output("", "");
  expect_output(LINE(ALLOW, ""), "{\"decision\":\"allowed\",\"policy\":0,\"statement\":0}\n");
  expect_output(LINE("", ""),
                "{\"decision\":\"implicitDeny\",\"policy\":null,\"statement\":null}\n");
  expect_output(LINE(ALLOW "," DENY_TOPIC, ",\"context\":{\"iot:Topic\":\"no\"}"),
                "{\"decision\":\"explicitDeny\",\"policy\":1,\"statement\":1}\n");
  expect_output(LINE(DENY_TOPIC " , " ALLOW, ",\"context\":{\"iot:Topic\":[\"yes\"]}"),
                "{\"decision\":\"allowed\",\"policy\":1,\"statement\":0}\n");
  /* Which of them is meant, the document does not say. */
  expect_output(LINE(DENY_TOPIC "," ALLOW, ",\"context\":{\"iot:Topic\":[\"yes\",\"maybe\"]}"),
                "{\"decision\":\"explicitDeny\",\"policy\":0,\"statement\":1}\n");
  expect_output(LINE(DENY_TOPIC "," ALLOW, ",\"context\":{\"iot:Topic\":[\"yes\",\"no\"]}"),
                "{\"decision\":\"explicitDeny\",\"policy\":0,\"statement\":1}\n");
  expect_output(LINE(DENY_TOPIC "," ALLOW, ",\"context\":{\"iot:Topic\":[]}"),
                "{\"decision\":\"allowed\",\"policy\":1,\"statement\":0}\n");
  /* The last line may lack its end. */
  expect_output("{\"resource\":\"r\",\"action\":\"a:b\",\"policies\":[" ALLOW "]}",
                "{\"decision\":\"allowed\",\"policy\":0,\"statement\":0}\n");
}

/* A document is taken as it stands there: a number and a brace in a string, too. */
static void documents_are_not_written_anew(void **state) {
  (void)state;
  expect_output(LINE("{\"Version\":\"2012-10-17\",\"Id\":\"}]\\\"{\\\\\",\"Statement\":[{"
                     "\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":"
                     "{\"NumericEquals\":{\"aws:EpochTime\":[1.5,0.1]}}}]}",
                     ",\"context\":{\"aws:EpochTime\":\"0.10\"}"),
                "{\"decision\":\"allowed\",\"policy\":0,\"statement\":0}\n");
}

static void expect_error(const char *input, const char *text) {
  captured c;
  captured_run(&c, command_eval, no_arguments, input, strlen(input));
  char start[300];
  snprintf(start, sizeof start, "{\"error\":\"%s", text);
  if (strncmp(c.out, start, strlen(start)) != 0)
    fail_msg("%s instead of %s for %s", c.out, start, input);
  assert_ptr_equal(strchr(c.out, '\n'), c.out + strlen(c.out) - 1);
  assert_int_equal(c.status, EXIT_GOOD);
}

static void errors(void **state) {
  (void)state;
  expect_error("\n", "1: not JSON");
  expect_error("{]\n", "2: not JSON");
  expect_error("[]\n", "must be an object");
  expect_error("7\n", "must be an object");
  expect_error(LINE(ALLOW, ",\"more\":1"), "must be an object of policies");
  expect_error(LINE(ALLOW, ",\"action\":\"a:b\""), "125: not JSON: duplicate object key");
  expect_error("{\"policies\":{},\"action\":\"a:b\",\"resource\":\"r\"}",
               "policies must be an array");
  expect_error("{\"action\":\"a:b\",\"resource\":\"r\"}", "policies must be an array");
  expect_error("{\"policies\":[],\"resource\":\"r\"}", "action must be a string");
  expect_error("{\"policies\":[],\"action\":\"a:b\",\"resource\":7}", "resource must be a string");
  expect_error(LINE("[]", ""), "policies[0] must be an object");
  expect_error(LINE(ALLOW ", {\"Statement\":7}", ""),
               "policies[1]:1:2: must be an object: \\\"Statement\\\"");
  expect_error(LINE("{\"Id\":\"\",\"Id\":\"\"}", ""), "26: not JSON: duplicate object key");
  expect_error(LINE("", ",\"context\":[]"), "context must be an object");
  expect_error(LINE("", ",\"context\":{\"a\":7}"), "context: the values of a must be strings");
  expect_error(LINE("", ",\"context\":{\"a\":[\"b\",null]}"), "context: the values of a must be");
  expect_error(LINE("", ",\"context\":{\"a\":\"b\",\"A\":\"b\"}"), "context: duplicate key A");
  expect_error("{\"a\":\"\xFF\"}", "");
  expect_error("{\"a\":\"\\u0000\"}", "");
}

/* An error is one line, and the next line is answered as if nothing had been. */
static void goes_on_after_an_error(void **state) {
  (void)state;
  captured c;
  static const char input[] = "x\n" LINE("", "") "\0\n" LINE(ALLOW, "");
  captured_run(&c, command_eval, no_arguments, input, sizeof input - 1);
  const char *second = strchr(c.out, '\n') + 1, *third = strchr(second, '\n') + 1;
  assert_memory_equal(c.out, "{\"error\":", 9);
  assert_memory_equal(second, "{\"decision\":\"implicitDeny\"", 25);
  assert_memory_equal(third, "{\"error\":", 9);
  assert_string_equal(strchr(third, '\n') + 1,
                      "{\"decision\":\"allowed\",\"policy\":0,\"statement\":0}\n");
}

/* A key that is quoted is cut in the middle of a character. */
static void quoted_text_is_cut(void **state) {
  (void)state;
  char line[1000] = "{\"policies\":[],\"action\":\"a:b\",\"resource\":\"r\",\"context\":{\"x";
  size_t len = strlen(line);
  for (size_t i = 0; i < 200; i++, len += 2)
    memcpy(line + len, "\xC3\xA9", 2);
  memcpy(line + len, "\":7}}", 6);
  expect_error(line, "context: the values of x??");
}

static void long_lines(void **state) {
  (void)state;
  size_t most = 3000000;
  char *line = malloc(most);
  assert_non_null(line);
  size_t len = (size_t)snprintf(
      line, most, "{\"policies\":[" ALLOW "],\"action\":\"a:b\",\"context\":{\"iot:Topic\":[\"x\"");
  for (size_t i = 0; i < 300000; i++, len += 7)
    memcpy(line + len, ",\"abcd\"", 7);
  len += (size_t)snprintf(line + len, most - len, "]},\"resource\":\"r\"}\n");
  captured c;
  captured_run(&c, command_eval, no_arguments, line, len);
  free(line);
  assert_string_equal(c.out, "{\"decision\":\"allowed\",\"policy\":0,\"statement\":0}\n");
}

static void arguments(void **state) {
  (void)state;
  captured c;
  captured_run(&c, command_eval, (const char *const[]){"x", NULL}, "", 0);
  assert_int_equal(c.status, EXIT_MISUSED);
  assert_string_equal(c.out, "");
  assert_non_null(strstr(c.err, "takes no arguments"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(decisions),
      cmocka_unit_test(documents_are_not_written_anew),
      cmocka_unit_test(errors),
      cmocka_unit_test(goes_on_after_an_error),
      cmocka_unit_test(quoted_text_is_cut),
      cmocka_unit_test(long_lines),
      cmocka_unit_test(arguments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
