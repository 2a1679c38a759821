/* Tests of what is remembered of a call until it is answered.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/span.h"
#include "core/call_record.h"

static void test_what_an_event_will_need_is_copied(void **state) {
  (void)state;
  char topic[] = "a/b";
  dmi_call_record call;
  dm_message message = {
      .size = sizeof message,
      .client_id = SPAN("boiler"),
      .topic = dm_text(topic),
      .mode = DM_MODE_ACKNOWLEDGED,
  };
  dm_caller from = {
      .size = sizeof from,
      .principal = SPAN("backend"),
      .source_ip = SPAN("192.0.2.7"),
      .source_port = 50000,
      .protocol = DM_PROTOCOL_HTTP,
      .invocation_id = SPAN("inv"),
      .attempt = 3,
  };
  dmi_call_keep(&call, &message, &from, 7 * DM_SECOND);
  memset(topic, 'x', sizeof topic - 1);
  memset(&from, 0, sizeof from);
  dm_event event = {0};
  dmi_call_describe(&call, &event);
  dm_caller told = *event.caller;
  assert_true(dmi_span_equal(event.client_id, SPAN("boiler")));
  assert_true(dmi_span_equal(event.topic, SPAN("a/b")));
  assert_true(dmi_span_equal(told.principal, SPAN("backend")));
  assert_true(dmi_span_equal(told.source_ip, SPAN("192.0.2.7")));
  assert_true(dmi_span_equal(told.invocation_id, SPAN("inv")));
  assert_int_equal(event.timeout, 7 * DM_SECOND);
  assert_int_equal(told.attempt, 3);
  assert_int_equal(told.protocol, DM_PROTOCOL_HTTP);
  assert_int_equal(told.source_port, 50000);
  assert_int_equal(event.mode, DM_MODE_ACKNOWLEDGED);
}

static void test_texts_at_their_limits(void **state) {
  (void)state;
  char letters[6][256];
  for (size_t i = 0; i < 6; i++)
    memset(letters[i], (int)('a' + i), sizeof letters[i]);
  dmi_call_record call;
  dm_message message = {
      .size = sizeof message,
      .client_id = dm_bytes(letters[0], 128),
      .topic = dm_bytes(letters[1], 256),
  };
  dm_caller caller = {
      .size = sizeof caller,
      .principal = dm_bytes(letters[2], 256),
      .source_ip = dm_bytes(letters[3], 45),
      .invocation_id = dm_bytes(letters[4], 64),
      .trace_parent = dm_bytes(letters[5], 55),
  };
  dmi_call_keep(&call, &message, &caller, 1);
  dm_event event = {0};
  dmi_call_describe(&call, &event);
  dm_caller told = *event.caller;
  assert_true(dmi_span_equal(event.client_id, message.client_id));
  assert_true(dmi_span_equal(event.topic, message.topic));
  assert_true(dmi_span_equal(told.principal, caller.principal));
  assert_true(dmi_span_equal(told.source_ip, caller.source_ip));
  assert_true(dmi_span_equal(told.invocation_id, caller.invocation_id));
  assert_true(dmi_span_equal(told.trace_parent, caller.trace_parent));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_an_event_will_need_is_copied),
      cmocka_unit_test(test_texts_at_their_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
