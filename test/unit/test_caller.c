/* Tests of who calls: what a host may say, and what is remembered of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/span.h"
#include "core/caller.h"
#include "dm/outcome.h"

static const char valid[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

static void test_nobody_has_no_name(void **state) {
  (void)state;
  dm_caller room;
  const dm_caller *caller = dmi_caller_read(NULL, &room);
  assert_non_null(caller);
  assert_int_equal(caller->size, sizeof *caller);
  assert_int_equal(caller->principal.len, 0);
  assert_null(caller->user);
  assert_int_equal(caller->protocol, DM_PROTOCOL_C);
}

static void test_a_caller_is_read_in_its_place(void **state) {
  (void)state;
  dm_caller room, given = {.size = sizeof given, .principal = SPAN("backend")};
  assert_ptr_equal(dmi_caller_read(&given, &room), &given);
  given.trace_parent = dm_text(valid);
  assert_ptr_equal(dmi_caller_read(&given, &room), &given);
}

static void test_a_length_needs_a_pointer(void **state) {
  (void)state;
  dm_caller room, given;
  dm_span *const fields[] = {&given.principal, &given.source_ip, &given.invocation_id,
                             &given.trace_parent};
  for (size_t i = 0; i < 4; i++) {
    given = (dm_caller){.size = sizeof given};
    assert_non_null(dmi_caller_read(&given, &room));
    *fields[i] = (dm_span){NULL, 1};
    assert_null(dmi_caller_read(&given, &room));
  }
}

static void test_what_a_caller_says_of_itself_is_limited(void **state) {
  (void)state;
  static char letters[300];
  memset(letters, 'x', sizeof letters);
  static const size_t limit[] = {256, 45, 64};
  static const char *const says[] = {"principal", "source IP", "invocation id"};
  dm_caller caller;
  dm_span *const fields[] = {&caller.principal, &caller.source_ip, &caller.invocation_id};
  for (size_t i = 0; i < 3; i++) {
    caller = (dm_caller){.size = sizeof caller};
    const char *text = NULL;
    *fields[i] = dm_bytes(letters, limit[i]);
    assert_int_equal(dmi_caller_check(&caller, &text), DM_OK);
    assert_null(text);
    fields[i]->len++;
    assert_int_equal(dmi_caller_check(&caller, &text), DM_INVALID_REQUEST);
    assert_non_null(strstr(text, says[i]));
  }
}

/* ---- Trace parents ------------------------------------------------------ */

/* Whether a text, which ends where its memory ends, counts as a trace parent. */
static bool counts(const char *text, size_t len) {
  char *copy = malloc(len == 0 ? 1 : len);
  assert_non_null(copy);
  memcpy(copy, text, len);
  dm_caller room, given = {.size = sizeof given,
                           .principal = SPAN("backend"),
                           .trace_parent = dm_bytes(copy, len)};
  const dm_caller *read = dmi_caller_read(&given, &room);
  assert_non_null(read);
  assert_true(dmi_span_equal(read->principal, SPAN("backend")));
  assert_int_equal(read->size, sizeof *read);
  bool present = dmi_span_present(read->trace_parent);
  assert_true(!present || dmi_span_equal(read->trace_parent, given.trace_parent));
  free(copy);
  return present;
}

static void test_trace_parents(void **state) {
  (void)state;
  static const char *const good[] = {
      valid,
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff",
      "00-00000000000000000000000000000001-0000000000000001-01",
  };
  static const char *const bad[] = {
      "",
      "00",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
      " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    assert_true(counts(good[i], strlen(good[i])));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false(counts(bad[i], strlen(bad[i])));
}

/* Every byte matters, and every length. */
static void test_a_trace_parent_is_read_strictly(void **state) {
  (void)state;
  char text[sizeof valid];
  for (size_t len = 0; len < sizeof valid - 1; len++)
    assert_false(counts(valid, len));
  for (size_t at = 0; at < sizeof valid - 1; at++)
    for (int byte = 0; byte < 256; byte++) {
      memcpy(text, valid, sizeof text);
      text[at] = (char)byte;
      bool dash = at == 2 || at == 35 || at == 52;
      bool digit = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
      bool expected = dash ? byte == '-' : at < 2 ? byte == '0' : digit;
      assert_int_equal(counts(text, sizeof text - 1), expected);
    }
}

/* ---- Remembering -------------------------------------------------------- */

static void test_what_is_remembered_of_a_caller(void **state) {
  (void)state;
  int me;
  char text[CALLER_TEXT_MAX];
  const dm_caller given = {
      .size = sizeof given,
      .principal = SPAN("backend"),
      .source_ip = SPAN("192.0.2.7"),
      .invocation_id = SPAN("inv"),
      .trace_parent = dm_text(valid),
      .user = &me,
      .attempt = UINT32_MAX,
      .source_port = 50000,
      .protocol = DM_PROTOCOL_HTTP,
  };
  dm_caller told;
  dmi_caller_keep(&told, &given, text);
  assert_int_equal(told.size, sizeof told);
  assert_ptr_equal(told.principal.ptr, text);
  assert_true(dmi_span_equal(told.principal, given.principal));
  assert_true(dmi_span_equal(told.source_ip, given.source_ip));
  assert_true(dmi_span_equal(told.invocation_id, given.invocation_id));
  assert_true(dmi_span_equal(told.trace_parent, given.trace_parent));
  assert_null(told.user);
  assert_true(told.attempt == UINT32_MAX);
  assert_int_equal(told.source_port, 50000);
  assert_int_equal(told.protocol, DM_PROTOCOL_HTTP);
}

static void test_what_is_absent_stays_absent(void **state) {
  (void)state;
  char text[CALLER_TEXT_MAX];
  const dm_caller given = {.size = sizeof given};
  dm_caller told = {0};
  dmi_caller_keep(&told, &given, text);
  assert_memory_equal(&told, &given, sizeof told);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nobody_has_no_name),
      cmocka_unit_test(test_a_caller_is_read_in_its_place),
      cmocka_unit_test(test_a_length_needs_a_pointer),
      cmocka_unit_test(test_what_a_caller_says_of_itself_is_limited),
      cmocka_unit_test(test_trace_parents),
      cmocka_unit_test(test_a_trace_parent_is_read_strictly),
      cmocka_unit_test(test_what_is_remembered_of_a_caller),
      cmocka_unit_test(test_what_is_absent_stays_absent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
