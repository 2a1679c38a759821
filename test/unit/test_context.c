/* Tests of contexts: what makes one, what time is, how it stops and ends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <string.h>

#include "base/span.h"
#include "core/context.h"

/* ---- Making one --------------------------------------------------------- */

static int make(const dm_config *config) {
  dm_context *context = NULL;
  int result = dm_new(&context, config);
  assert_int_equal(context != NULL, result == DM_OK);
  dm_free(context);
  return result;
}

static void test_the_least_configuration(void **state) {
  host *h = *state;
  dm_config config = {
      .size = sizeof config,
      .seed = {1},
      .deliver = h->config.deliver,
      .policies = h->config.policies,
  };
  assert_int_equal(make(&config), DM_OK);
}

static void test_what_a_configuration_must_have(void **state) {
  host *h = *state;
  dm_config config = h->config;
  config.deliver = NULL;
  assert_int_equal(make(&config), DM_ERROR_INVALID_ARGUMENT);
  config = h->config;
  config.policies = NULL;
  assert_int_equal(make(&config), DM_ERROR_INVALID_ARGUMENT);
  config = h->config;
  memset(config.seed, 0, sizeof config.seed);
  assert_int_equal(make(&config), DM_ERROR_INVALID_ARGUMENT);
  config.seed[31] = 1;
  assert_int_equal(make(&config), DM_OK);
}

static void test_what_a_configuration_may_lack(void **state) {
  host *h = *state;
  dm_config config = h->config;
  config.has_session = NULL;
  config.event = NULL;
  config.memory = NULL;
  config.user = NULL;
  config.partition = config.region = config.account = (dm_span){NULL, 0};
  assert_int_equal(make(&config), DM_OK);
}

static void test_no_pointer_may_be_missing(void **state) {
  host *h = *state;
  dm_context *context = NULL;
  assert_int_equal(dm_new(NULL, &h->config), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_new(&context, NULL), DM_ERROR_INVALID_ARGUMENT);
  assert_null(context);
}

static int make_named(host *h, size_t which, dm_span name) {
  dm_config config = h->config;
  dm_span *const fields[] = {&config.partition, &config.region, &config.account};
  *fields[which] = name;
  return make(&config);
}

/* They stand between colons, in front of what strangers choose. */
static void test_the_names_in_an_arn(void **state) {
  host *h = *state;
  char letters[65];
  memset(letters, 'x', sizeof letters);
  for (size_t which = 0; which < 3; which++) {
    assert_int_equal(make_named(h, which, SPAN("aws-us-gov_09AZaz")), DM_OK);
    assert_int_equal(make_named(h, which, dm_bytes(letters, 64)), DM_OK);
    assert_int_equal(make_named(h, which, dm_bytes(letters, 65)), DM_ERROR_INVALID_ARGUMENT);
    assert_int_equal(make_named(h, which, SPAN("")), DM_ERROR_INVALID_ARGUMENT);
    assert_int_equal(make_named(h, which, (dm_span){NULL, 3}), DM_ERROR_INVALID_ARGUMENT);
    for (unsigned c = 0; c < 256; c++) {
      char name[] = {'a', (char)c};
      bool fine = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  c == '-' || c == '_';
      assert_int_equal(make_named(h, which, dm_bytes(name, 2)),
                       fine ? DM_OK : DM_ERROR_INVALID_ARGUMENT);
    }
  }
}

/* A context with these limits. */
static int make_limited(host *h, const dm_limits *limits) {
  dm_config config = h->config;
  config.limits = limits;
  return make(&config);
}

static void test_the_ranges_of_the_limits(void **state) {
  host *h = *state;
  dm_limits limits = {.size = sizeof limits};
  limits.max_correlation_data = 65535;
  assert_int_equal(make_limited(h, &limits), DM_OK);
  limits.max_correlation_data = 65536;
  assert_int_equal(make_limited(h, &limits), DM_ERROR_INVALID_ARGUMENT);

  limits = (dm_limits){.size = sizeof limits};
  limits.default_timeout = limits.max_timeout = 7;
  assert_int_equal(make_limited(h, &limits), DM_OK);
  limits.default_timeout = 8;
  assert_int_equal(make_limited(h, &limits), DM_ERROR_INVALID_ARGUMENT);
  limits.default_timeout = 0; /* 5 seconds, or the maximum where that is less */
  assert_int_equal(make_limited(h, &limits), DM_OK);
  limits.max_timeout = 0; /* 15 seconds */
  limits.default_timeout = 15 * DM_SECOND;
  assert_int_equal(make_limited(h, &limits), DM_OK);
  limits.default_timeout = 15 * DM_SECOND + 1;
  assert_int_equal(make_limited(h, &limits), DM_ERROR_INVALID_ARGUMENT);
}

static void test_every_other_limit_may_be_lifted(void **state) {
  host *h = *state;
  dm_limits limits = {.size = sizeof limits};
  limits.max_connections = limits.max_waiting = limits.max_unacknowledged =
      limits.sends_per_second = limits.publishes_per_second = limits.max_payload =
          limits.max_content_type = limits.max_user_properties = DM_UNLIMITED;
  limits.max_timeout = limits.default_timeout = DM_NEVER;
  assert_int_equal(make_limited(h, &limits), DM_OK);
}

static void assert_default_limits(const dm_limits *limits) {
  assert_int_equal(limits->size, sizeof *limits);
  assert_int_equal(limits->max_connections, DM_UNLIMITED);
  assert_int_equal(limits->max_waiting, 1000000);
  assert_int_equal(limits->max_unacknowledged, 100);
  assert_int_equal(limits->sends_per_second, 20000);
  assert_int_equal(limits->publishes_per_second, 100);
  assert_int_equal(limits->max_payload, 131072);
  assert_int_equal(limits->max_content_type, 256);
  assert_int_equal(limits->max_correlation_data, 8192);
  assert_int_equal(limits->max_user_properties, 8192);
  assert_int_equal(limits->queries_per_second, 100);
  assert_int_equal(limits->client_queries_per_second, 1);
  assert_int_equal(limits->max_remembered, 100000);
  assert_int_equal(limits->remembered_for, 1800 * DM_SECOND);
  assert_int_equal(limits->default_timeout, 5 * DM_SECOND);
  assert_int_equal(limits->max_timeout, 15 * DM_SECOND);
}

/* The same whether they are asked for, left at zero or not given at all. */
static void test_the_defaults(void **state) {
  host *h = *state;
  dm_limits limits = {.size = sizeof limits};
  assert_int_equal(dm_default_limits(&limits), DM_OK);
  assert_default_limits(&limits);
  limits = (dm_limits){.size = sizeof limits, .max_payload = 1};
  assert_int_equal(dm_get_limits(h->context, &limits), DM_OK);
  assert_default_limits(&limits);
  h->config.limits = NULL;
  host_reopen(h);
  limits = (dm_limits){.size = sizeof limits, .max_payload = 1};
  assert_int_equal(dm_get_limits(h->context, &limits), DM_OK);
  assert_default_limits(&limits);
}

static void test_the_limits_in_force(void **state) {
  host *h = *state;
  dm_limits limits = {.size = sizeof limits, .max_payload = 9, .max_timeout = 7};
  dm_limits told = {.size = sizeof told};
  assert_int_equal(dm_set_limits(h->context, &limits), DM_OK);
  assert_int_equal(dm_get_limits(h->context, &told), DM_OK);
  assert_int_equal(told.max_payload, 9);
  assert_int_equal(told.max_timeout, 7);
  assert_int_equal(told.max_waiting, 1000000);
  assert_int_equal(dm_get_limits(NULL, &told), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_get_limits(h->context, NULL), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_default_limits(NULL), DM_ERROR_INVALID_ARGUMENT);
}

static void test_the_default_timeout_is_never_above_the_maximum(void **state) {
  host *h = *state;
  dm_limits limits = {.size = sizeof limits, .max_timeout = 7};
  assert_int_equal(dm_set_limits(h->context, &limits), DM_OK);
  assert_int_equal(h->context->limits.default_timeout, 7);
  limits.max_timeout = 5 * DM_SECOND + 1;
  assert_int_equal(dm_set_limits(h->context, &limits), DM_OK);
  assert_int_equal(h->context->limits.default_timeout, 5 * DM_SECOND);
}

static void test_limits_change_while_it_runs(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *waiting = host_confirmed(h, "boiler");
  host_send_pending(waiting);

  dm_limits limits = {.size = sizeof limits, .max_unacknowledged = 1, .max_payload = 4};
  assert_int_equal(dm_set_limits(h->context, &limits), DM_OK);
  assert_int_equal(host_send(host_confirmed(h, "boiler")), DM_PAYLOAD_TOO_LARGE);
  limits.max_payload = 0;
  assert_int_equal(dm_set_limits(h->context, &limits), DM_OK);
  assert_int_equal(host_send(host_confirmed(h, "boiler")), DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED);

  host_puback_of(waiting, 0);
  assert_completed(waiting, DM_CONFIRMED, DM_DELIVERED_YES);
  limits.sends_per_second = 1;
  assert_int_equal(dm_set_limits(h->context, &limits), DM_OK);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SENT);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SEND_DIRECT_MESSAGE_THROTTLED);
}

static void test_wrong_limits_change_nothing(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  dm_limits limits = {.size = sizeof limits, .max_payload = 1, .max_correlation_data = 65536};
  assert_int_equal(dm_set_limits(h->context, &limits), DM_ERROR_INVALID_ARGUMENT);
  limits.max_correlation_data = 0;
  limits.default_timeout = 20 * DM_SECOND;
  assert_int_equal(dm_set_limits(h->context, &limits), DM_ERROR_INVALID_ARGUMENT);
  limits.default_timeout = 0;
  limits.size--;
  assert_int_equal(dm_set_limits(h->context, &limits), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_set_limits(h->context, NULL), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_set_limits(NULL, &limits), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(host_send(host_unconfirmed(h, "boiler")), DM_SENT);
}

/* The configuration and its memory may go once the context is made. */
static void test_a_configuration_is_copied(void **state) {
  host *h = *state;
  char account[] = "111122223333";
  dm_memory memory = h->interface;
  dm_config config = h->config;
  config.memory = &memory;
  config.account = dm_text(account);
  dm_free(h->context);
  assert_int_equal(dm_new(&h->context, &config), DM_OK);
  memset(&memory, 0, sizeof memory);
  memset(&config, 0, sizeof config);
  memset(account, 'x', sizeof account - 1);
  host_connect(h, "boiler");
  host_call *call = host_unconfirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_SENT);
  assert_string_equal(h->told.account, "111122223333");
}

static void test_the_version(void **state) {
  (void)state;
  char expected[] = {'0' + DM_VERSION_MAJOR, '.', '0' + DM_VERSION_MINOR, '.',
                     '0' + DM_VERSION_PATCH, '\0'};
  assert_string_equal(dm_version(), expected);
}

/* ---- Trace ids ---------------------------------------------------------- */

static void test_a_trace_id_is_a_random_uuid(void **state) {
  host *h = *state;
  enum {
    MANY = 2000
  };
  static dm_trace_id seen[MANY];
  uint8_t ones[16] = {0}, zeroes[16] = {0};
  for (size_t i = 0; i < MANY; i++) {
    seen[i] = dmi_context_trace_id(h->context);
    assert_int_equal(seen[i].bytes[6] >> 4, 4);
    assert_int_equal(seen[i].bytes[8] >> 6, 2);
    for (size_t j = 0; j < i; j++)
      assert_memory_not_equal(&seen[i], &seen[j], sizeof seen[i]);
    for (size_t j = 0; j < 16; j++) {
      ones[j] |= seen[i].bytes[j];
      zeroes[j] |= (uint8_t)~seen[i].bytes[j];
    }
  }
  for (size_t j = 0; j < 16; j++) { /* every other bit is both at times */
    uint8_t fixed = j == 6 ? 0xF0 : j == 8 ? 0xC0 : 0;
    assert_int_equal((ones[j] & zeroes[j]) | fixed, 0xFF);
  }
}

static void test_trace_ids_depend_on_the_seed(void **state) {
  host *h = *state;
  dm_trace_id first = dmi_context_trace_id(h->context);
  host_reopen(h);
  dm_trace_id again = dmi_context_trace_id(h->context);
  assert_memory_equal(&first, &again, sizeof first);
  h->config.seed[16]++;
  host_reopen(h);
  again = dmi_context_trace_id(h->context);
  assert_memory_not_equal(&first, &again, sizeof first);
}

static void test_the_text_of_a_trace_id(void **state) {
  (void)state;
  char text[38];
  memset(text, '!', sizeof text);
  dm_trace_id id = {{0x00, 0x01, 0x0A, 0xA0, 0xFF, 0xFE, 0x4D, 0x00, 0x8F, 0x01, 0x23, 0x45, 0x67,
                     0x89, 0xAB, 0xCD}};
  dm_trace_id_text(id, text);
  assert_string_equal(text, "00010aa0-fffe-4d00-8f01-23456789abcd");
  assert_int_equal(text[37], '!');
}

/* ---- Counters ----------------------------------------------------------- */

static void test_calls_are_counted_by_outcome(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *sent = host_unconfirmed(h, "boiler");
  host_call *confirmed = host_confirmed(h, "boiler");
  host_call *missed = host_confirmed(h, "nobody");
  assert_int_equal(host_send(sent), DM_SENT);
  assert_int_equal(host_send(sent), DM_SENT);
  assert_int_equal(host_send(missed), DM_TARGET_CLIENT_ID_NOT_FOUND);
  host_send_pending(confirmed);
  assert_int_equal(dm_count(h->context, DM_OPERATION_SEND, DM_CONFIRMED), 0);
  host_puback(h, 0);
  for (int code = DM_OUTCOME_LAST - 1; code <= DM_CONFIRMED + 1; code++) {
    uint64_t expected = code == DM_SENT                                                 ? 2
                        : code == DM_CONFIRMED || code == DM_TARGET_CLIENT_ID_NOT_FOUND ? 1
                                                                                        : 0;
    assert_int_equal(dm_count(h->context, DM_OPERATION_SEND, code), expected);
  }
  assert_int_equal(dm_count(NULL, DM_OPERATION_SEND, DM_SENT), 0);
}

/* Each operation has counters of its own. */
static void test_calls_are_counted_by_operation(void **state) {
  host *h = *state;
  static const int none[] = {INT32_MIN, -1, 0, DM_OPERATION_LAST + 1, INT32_MAX};
  dm_connection_information known;
  host_page page = {0};
  host_send(host_unconfirmed(h, "nobody"));
  host_get(h, "nobody", 0, &known);
  host_list(h, "nobody", 0, NULL, &page);
  host_delete(h, "nobody", 0, 0);
  host_delete(h, "nobody", 0, 0);
  for (int operation = DM_OPERATION_SEND; operation <= DM_OPERATION_LAST; operation++)
    assert_int_equal(dm_count(h->context, operation, DM_TARGET_CLIENT_ID_NOT_FOUND),
                     operation == DM_OPERATION_DELETE_CONNECTION ? 2 : 1);
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    assert_int_equal(dm_count(h->context, none[i], DM_TARGET_CLIENT_ID_NOT_FOUND), 0);
}

static void assert_statistics(const host *h, uint64_t connections, uint64_t waiting, uint64_t late,
                              uint64_t late_pubacks) {
  dm_statistics now = host_statistics(h);
  assert_int_equal(now.connections, connections);
  assert_int_equal(now.waiting, waiting);
  assert_int_equal(now.late, late);
  assert_int_equal(now.late_pubacks, late_pubacks);
}

static void test_the_statistics_follow_what_happens(void **state) {
  host *h = *state;
  assert_statistics(h, 0, 0, 0, 0);
  dm_connection_id boiler = host_connect(h, "boiler");
  host_connect(h, "pump");
  assert_statistics(h, 2, 0, 0, 0);
  host_call *first = host_confirmed(h, "boiler");
  host_call *second = host_confirmed(h, "boiler");
  host_call *third = host_confirmed(h, "boiler");
  host_send_pending(first);
  host_send_pending(second);
  host_send_pending(third);
  assert_statistics(h, 2, 3, 0, 0);
  assert_int_equal(host_puback_of(first, 0), DM_OK);
  assert_statistics(h, 2, 2, 0, 0);
  host_wait(h, 5 * DM_SECOND);
  assert_statistics(h, 2, 0, 2, 0);
  assert_int_equal(host_puback_of(second, 0), DM_OK);
  assert_statistics(h, 2, 0, 1, 1);
  assert_int_equal(dm_disconnected(h->context, boiler, DM_DISCONNECT_CONNECTION_LOST, h->now),
                   DM_OK);
  assert_statistics(h, 1, 0, 0, 1);
}

static void test_statistics_need_both_pointers(void **state) {
  host *h = *state;
  dm_statistics out = {.size = sizeof out};
  assert_int_equal(dm_statistics_get(NULL, &out), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_statistics_get(h->context, NULL), DM_ERROR_INVALID_ARGUMENT);
}

/* ---- Time --------------------------------------------------------------- */

static void test_time_that_goes_back_stands_still(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  h->now = DM_SECOND;
  host_send_pending(call);
  assert_int_equal(dm_next_deadline(h->context), 6 * DM_SECOND);
  assert_int_equal(dm_tick(h->context, 6 * DM_SECOND - 1), DM_OK);
  assert_int_equal(call->completions, 0);

  host_call *second = host_confirmed(h, "boiler");
  h->now = 10;
  host_send_pending(second);
  h->now = 20;
  assert_int_equal(host_puback_of(second, 0), DM_OK);
  assert_completed(second, DM_CONFIRMED, DM_DELIVERED_YES);
  assert_int_equal(second->completed.ack_latency, 0);

  host_call *third = host_confirmed(h, "boiler");
  host_send_pending(third);
  assert_int_equal(dm_tick(h->context, 6 * DM_SECOND), DM_OK);
  assert_completed(call, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
  assert_int_equal(third->completions, 0);
  assert_int_equal(dm_next_deadline(h->context),
                   11 * DM_SECOND - 1); /* it was sent at 6 * DM_SECOND - 1 */
}

static void test_time_may_start_at_0(void **state) {
  host *h = *state;
  h->now = 0;
  host_connect(h, "boiler");
  host_call *call = host_confirmed(h, "boiler");
  host_send_pending(call);
  assert_int_equal(dm_next_deadline(h->context), 5 * DM_SECOND);
  host_wait(h, 5 * DM_SECOND - 1);
  assert_int_equal(call->completions, 0);
  host_wait(h, 1);
  assert_completed(call, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
}

static void test_a_deadline_after_the_end_of_time_is_never(void **state) {
  host *h = *state;
  h->limits.max_timeout = DM_NEVER;
  host_reopen(h);
  host_connect(h, "boiler");
  h->now = DM_NEVER - 100;
  host_call *long_call = host_confirmed(h, "boiler");
  host_call *endless = host_confirmed(h, "boiler");
  host_call *last = host_confirmed(h, "boiler");
  long_call->message.timeout = 101;
  endless->message.timeout = DM_NEVER;
  last->message.timeout = 99;
  host_send_pending(long_call);
  host_send_pending(endless);
  assert_int_equal(dm_next_deadline(h->context), DM_NEVER);
  host_send_pending(last);
  assert_int_equal(dm_next_deadline(h->context), DM_NEVER - 1);
  host_wait(h, 99);
  assert_completed(last, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
  assert_int_equal(long_call->completions, 0);
  assert_int_equal(endless->completions, 0);
  assert_int_equal(dm_stop(h->context, h->now), DM_OK); /* finds those as well */
  assert_completed(long_call, DM_SHUTTING_DOWN, DM_DELIVERED_MAYBE);
  assert_completed(endless, DM_SHUTTING_DOWN, DM_DELIVERED_MAYBE);
}

/* A host that ticks at dm_next_deadline() without looking must not end time. */
static void test_never_is_no_moment(void **state) {
  host *h = *state;
  dm_connection_id boiler = host_connect(h, "boiler");
  assert_int_equal(dm_tick(h->context, dm_next_deadline(h->context)), DM_OK);
  assert_int_equal(dm_count_publish(h->context, boiler, DM_NEVER), DM_OK);
  host_call *call = host_confirmed(h, "boiler");
  host_send_pending(call);
  assert_int_equal(dm_next_deadline(h->context), h->now + 5 * DM_SECOND);
  assert_int_equal(dm_tick(h->context, DM_NEVER), DM_OK);
  assert_int_equal(call->completions, 0);
}

/* ---- Stopping ----------------------------------------------------------- */

static void test_stopping_answers_everybody_who_waits(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  dm_connection_id pump = host_connect(h, "pump");
  host_call *first = host_confirmed(h, "boiler");
  host_call *second = host_confirmed(h, "pump");
  host_send_pending(first);
  host_send_pending(second);
  assert_int_equal(dm_stop(h->context, h->now), DM_OK);
  assert_completed(first, DM_SHUTTING_DOWN, DM_DELIVERED_MAYBE);
  assert_completed(second, DM_SHUTTING_DOWN, DM_DELIVERED_MAYBE);
  assert_int_equal(dm_next_deadline(h->context), DM_NEVER);
  assert_statistics(h, 2, 0, 2, 0);
  assert_int_equal(host_puback_of(second, 0), DM_OK); /* late */
  assert_int_equal(h->told.event.outcome, DM_SHUTTING_DOWN);
  assert_int_equal(dm_unacknowledged(h->context, pump), 0);
}

static void test_a_stopped_context_refuses_to_send(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  dm_stop(h->context, h->now);
  host_call *call = host_confirmed(h, "boiler");
  assert_int_equal(host_send(call), DM_SHUTTING_DOWN);
  assert_sent(call, DM_SHUTTING_DOWN, DM_DELIVERED_NO);
  assert_string_equal(h->order, "E");
  assert_int_equal(dm_count(h->context, DM_OPERATION_SEND, DM_SHUTTING_DOWN), 1);
}

static void test_connections_outlive_a_stop(void **state) {
  host *h = *state;
  dm_connection_id boiler = host_connect(h, "boiler");
  dm_stop(h->context, h->now);
  dm_stop(h->context, h->now);
  host_connect(h, "pump");
  assert_int_equal(host_statistics(h).connections, 2);
  assert_int_equal(dm_count_publish(h->context, boiler, h->now), DM_OK);
  assert_int_equal(dm_disconnected(h->context, boiler, DM_DISCONNECT_CONNECTION_LOST, h->now),
                   DM_OK);
}

static void test_stopping_nothing(void **state) {
  (void)state;
  assert_int_equal(dm_stop(NULL, 0), DM_ERROR_INVALID_ARGUMENT);
}

/* ---- Ending ------------------------------------------------------------- */

static void test_ending_answers_everybody_who_waits(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *first = host_confirmed(h, "boiler");
  host_call *second = host_confirmed(h, "boiler");
  host_call *late = host_confirmed(h, "boiler");
  late->message.timeout = 1;
  host_send_pending(late);
  host_wait(h, 1);
  host_send_pending(first);
  host_send_pending(second);
  host_close(h);
  assert_completed(late, DM_DELIVERY_CONFIRMATION_TIMEOUT, DM_DELIVERED_MAYBE);
  assert_completed(first, DM_SHUTTING_DOWN, DM_DELIVERED_MAYBE);
  assert_completed(second, DM_SHUTTING_DOWN, DM_DELIVERED_MAYBE);
  assert_int_equal(h->events, 3);
}

static void test_ending_nothing(void **state) {
  (void)state;
  dm_free(NULL);
}

/* From a callback the end waits, and nothing new begins. */
static void call_everything(host *h) {
  dm_connection given = host_connection(h, "other");
  dm_connection_id out = 77;
  host_call *call = host_confirmed(h, "boiler");
  dm_result refused = {.size = sizeof refused};
  dm_free(h->context);
  dm_free(h->context);
  assert_int_equal(dm_connected(h->context, &given, h->now, &out), DM_ERROR_CLOSED);
  assert_int_equal(out, 77);
  assert_int_equal(
      dm_disconnected(h->context, h->connection, DM_DISCONNECT_CONNECTION_LOST, h->now),
      DM_ERROR_CLOSED);
  assert_int_equal(dm_count_publish(h->context, h->connection, h->now), DM_ERROR_CLOSED);
  assert_int_equal(host_puback(h, 0), DM_ERROR_CLOSED);
  assert_int_equal(dm_tick(h->context, h->now), DM_ERROR_CLOSED);
  assert_int_equal(dm_stop(h->context, h->now), DM_ERROR_CLOSED);
  assert_int_equal(dm_set_limits(h->context, &h->limits), DM_ERROR_CLOSED);
  assert_int_equal(host_send(call), DM_SHUTTING_DOWN);
  assert_sent(call, DM_SHUTTING_DOWN, DM_DELIVERED_NO);
  assert_int_equal(
      dm_refuse(h->context, &call->message, DM_INVALID_REQUEST, NULL, h->now, &refused),
      DM_INVALID_REQUEST);
  assert_int_equal(refused.outcome, DM_INVALID_REQUEST);
  assert_int_equal(dm_unacknowledged(h->context, h->connection), 1);
  assert_int_equal(dm_next_deadline(h->context), DM_NEVER);
  assert_int_equal(dm_count(h->context, DM_OPERATION_SEND, DM_SHUTTING_DOWN), 2);
  assert_int_equal(host_statistics(h).connections, 1);
  assert_int_not_equal(h->memory.blocks, 0);
}

static void test_a_context_that_ends_in_a_callback(void **state) {
  host *h = *state;
  h->connection = host_connect(h, "boiler");
  host_call *first = host_confirmed(h, "boiler");
  host_send_pending(first);
  h->in_complete = call_everything;
  assert_int_equal(dm_stop(h->context, h->now), DM_OK);
  h->context = NULL;
  assert_int_equal(h->memory.blocks, 0);
  assert_completed(first, DM_SHUTTING_DOWN, DM_DELIVERED_MAYBE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      host_test(test_the_least_configuration),
      host_test(test_what_a_configuration_must_have),
      host_test(test_what_a_configuration_may_lack),
      host_test(test_no_pointer_may_be_missing),
      host_test(test_the_names_in_an_arn),
      host_test(test_the_ranges_of_the_limits),
      host_test(test_the_limits_in_force),
      host_test(test_the_default_timeout_is_never_above_the_maximum),
      host_test(test_limits_change_while_it_runs),
      host_test(test_wrong_limits_change_nothing),
      host_test(test_every_other_limit_may_be_lifted),
      host_test(test_the_defaults),
      host_test(test_a_configuration_is_copied),
      cmocka_unit_test(test_the_version),
      host_test(test_a_trace_id_is_a_random_uuid),
      host_test(test_trace_ids_depend_on_the_seed),
      cmocka_unit_test(test_the_text_of_a_trace_id),
      host_test(test_calls_are_counted_by_outcome),
      host_test(test_calls_are_counted_by_operation),
      host_test(test_the_statistics_follow_what_happens),
      host_test(test_statistics_need_both_pointers),
      host_test(test_time_that_goes_back_stands_still),
      host_test(test_time_may_start_at_0),
      host_test(test_a_deadline_after_the_end_of_time_is_never),
      host_test(test_never_is_no_moment),
      host_test(test_stopping_answers_everybody_who_waits),
      host_test(test_a_stopped_context_refuses_to_send),
      host_test(test_connections_outlive_a_stop),
      cmocka_unit_test(test_stopping_nothing),
      host_test(test_ending_answers_everybody_who_waits),
      cmocka_unit_test(test_ending_nothing),
      host_test(test_a_context_that_ends_in_a_callback),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
