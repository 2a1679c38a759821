/* Tests of the pending-ack tracker.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "allocator.h"
#include "base/span.h"
#include "core/pending.h"

typedef struct fixture {
  allocator memory;
  dm_memory interface;
  dmi_connection_registry registry;
  dmi_ack_tracker tracker;
  dmi_connection *boiler, *pump;
} fixture;

static dmi_connection *enter(fixture *f, const char *client_id) {
  dm_connection client = {
      .size = sizeof client, .client_id = dm_text(client_id), .protocol_level = 5};
  dmi_connection *entry = dmi_registry_prepare(&f->registry, &client);
  assert_non_null(entry);
  dmi_registry_enter(&f->registry, entry);
  return entry;
}

static int setup(void **state) {
  fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->memory.allowed = SIZE_MAX;
  f->interface = allocator_memory(&f->memory);
  dmi_registry_init(&f->registry, (dmi_siphash_key){{1, 2}}, &f->interface);
  dmi_tracker_init(&f->tracker, &f->interface);
  f->boiler = enter(f, "boiler");
  f->pump = enter(f, "pump");
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  dmi_tracker_free(&f->tracker);
  dmi_registry_free(&f->registry);
  assert_int_equal(f->memory.blocks, 0);
  free(f);
  return 0;
}

static void complete(void *user, const dm_result *result) {
  (void)user;
  (void)result;
}

static dm_message message(void) {
  return (dm_message){
      .size = sizeof(dm_message),
      .client_id = SPAN("boiler"),
      .topic = SPAN("a/b"),
      .mode = DM_MODE_ACKNOWLEDGED,
      .complete = complete,
  };
}

static const dm_caller from = {
    .size = sizeof from,
    .principal = {"backend", 7},
    .source_ip = {"192.0.2.7", 9},
    .source_port = 50000,
    .protocol = DM_PROTOCOL_HTTP,
    .invocation_id = {"inv", 3},
    .attempt = 3,
};

static dmi_pending *offer(fixture *f, dmi_connection *receiver, dm_time now, dm_duration timeout) {
  dm_message offered = message();
  offered.user = f;
  dmi_pending *entry = dmi_tracker_offer(&f->tracker, receiver, &offered, &from, now, timeout);
  assert_non_null(entry);
  return entry;
}

/* Answers and forgets a message in one go. */
static void drop(fixture *f, dmi_pending *entry) {
  dmi_tracker_stop_waiting(&f->tracker, entry);
  dmi_tracker_unlink(&f->registry, entry);
  dmi_tracker_release(&f->tracker, entry);
}

static void test_an_offer_holds_everything_it_needs(void **state) {
  fixture *f = *state;
  dmi_pending *entry = offer(f, f->boiler, 1000, 5000);
  assert_int_equal(entry->state, PENDING_OFFERED);
  assert_int_equal(entry->connection, dmi_slotmap_handle(f->boiler));
  assert_int_equal(entry->delivered_at, 1000);
  assert_ptr_equal(entry->complete, complete);
  assert_ptr_equal(entry->user, f);
  assert_ptr_equal(dmi_tracker_find(&f->tracker, dmi_slotmap_handle(entry)), entry);
  assert_int_equal(f->boiler->unacknowledged, 1);
  assert_int_equal(f->pump->unacknowledged, 0);
  assert_int_equal(dmi_deadlines_first(&f->tracker.deadlines)->due, 6000);
  assert_int_equal(dmi_deadlines_first(&f->tracker.deadlines)->number, entry->slot.place);
}

static void test_a_released_message_is_stale(void **state) {
  fixture *f = *state;
  dmi_pending *entry = offer(f, f->boiler, 0, 1);
  uint64_t handle = dmi_slotmap_handle(entry);
  drop(f, entry);
  assert_null(dmi_tracker_find(&f->tracker, handle));
  assert_int_equal(f->boiler->unacknowledged, 0);
  assert_null(f->boiler->pendings);
  assert_null(dmi_deadlines_first(&f->tracker.deadlines));
  assert_int_equal(f->tracker.calls.taken, 0);
  assert_int_not_equal(dmi_slotmap_handle(offer(f, f->boiler, 0, 1)), handle);
}

static void test_what_an_event_will_need_is_copied(void **state) {
  fixture *f = *state;
  char topic[] = "a/b";
  dm_message offered = message();
  offered.topic = dm_text(topic);
  dmi_pending *entry = dmi_tracker_offer(&f->tracker, f->boiler, &offered, &from, 0, 7 * DM_SECOND);
  assert_non_null(entry);
  memset(topic, 'x', sizeof topic - 1);
  dm_event event = {0};
  dm_caller told;
  dmi_call_describe(entry->call, &event, &told);
  assert_ptr_equal(event.caller, &told);
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
  fixture *f = *state;
  char letters[6][256];
  for (size_t i = 0; i < 6; i++)
    memset(letters[i], (int)('a' + i), sizeof letters[i]);
  dm_message offered = message();
  dm_caller caller = {.size = sizeof caller};
  offered.client_id = dm_bytes(letters[0], 128);
  offered.topic = dm_bytes(letters[1], 256);
  caller.principal = dm_bytes(letters[2], 256);
  caller.source_ip = dm_bytes(letters[3], 45);
  caller.invocation_id = dm_bytes(letters[4], 64);
  caller.trace_parent = dm_bytes(letters[5], 55);
  dmi_pending *entry = dmi_tracker_offer(&f->tracker, f->boiler, &offered, &caller, 0, 1);
  assert_non_null(entry);
  dm_event event = {0};
  dm_caller told;
  dmi_call_describe(entry->call, &event, &told);
  assert_ptr_equal(event.caller, &told);
  assert_true(dmi_span_equal(event.client_id, offered.client_id));
  assert_true(dmi_span_equal(event.topic, offered.topic));
  assert_true(dmi_span_equal(told.principal, caller.principal));
  assert_true(dmi_span_equal(told.source_ip, caller.source_ip));
  assert_true(dmi_span_equal(told.invocation_id, caller.invocation_id));
  assert_true(dmi_span_equal(told.trace_parent, caller.trace_parent));
}

/* Taken out of the list of its connection from every place in it. */
static void test_a_connections_list_in_any_order(void **state) {
  fixture *f = *state;
  static const unsigned orders[][4] = {
      {0, 1, 2, 3}, {3, 2, 1, 0}, {1, 2, 0, 3}, {2, 0, 3, 1}, {1, 3, 0, 2}};
  for (size_t order = 0; order < 5; order++) {
    dmi_pending *entries[4];
    for (size_t i = 0; i < 4; i++)
      entries[i] = offer(f, f->boiler, 0, 1);
    dmi_pending *other = offer(f, f->pump, 0, 1);
    for (uint32_t i = 0; i < 4; i++) {
      assert_int_equal(f->boiler->unacknowledged, 4 - i);
      drop(f, entries[orders[order][i]]);
      uint32_t left = 0;
      for (dmi_pending *at = f->boiler->pendings; at != NULL; at = at->next, left++)
        assert_ptr_equal(at->previous == NULL ? f->boiler->pendings : at->previous->next, at);
      assert_int_equal(left, 3 - i);
    }
    assert_int_equal(f->pump->unacknowledged, 1);
    drop(f, other);
  }
}

/* The end of a connection leaves its messages without one. */
static void test_unlinking_from_a_connection_that_is_gone(void **state) {
  fixture *f = *state;
  dmi_pending *entry = offer(f, f->boiler, 0, 1);
  dmi_registry_hide(&f->registry, f->boiler);
  dmi_registry_release(&f->registry, f->boiler);
  dmi_connection *again = enter(f, "boiler"); /* in the same place */
  assert_ptr_equal(again, f->boiler);
  drop(f, entry);
  assert_int_equal(again->unacknowledged, 0);
  assert_null(again->pendings);
}

static void test_out_of_memory_changes_nothing(void **state) {
  fixture *f = *state;
  dm_message offered = message();
  dmi_pending *entry = NULL;
  size_t allowed = 0;
  for (; entry == NULL; allowed++) {
    dmi_tracker_free(&f->tracker);
    dmi_tracker_init(&f->tracker, &f->interface);
    f->memory.allowed = allowed;
    entry = dmi_tracker_offer(&f->tracker, f->boiler, &offered, &from, 0, 1);
    if (entry == NULL) {
      assert_int_equal(f->boiler->unacknowledged, 0);
      assert_int_equal(f->tracker.pendings.taken, 0);
      assert_int_equal(f->tracker.calls.taken, 0);
      assert_null(dmi_deadlines_first(&f->tracker.deadlines));
    }
  }
  f->memory.allowed = SIZE_MAX;
  assert_in_range(allowed, 6, 10);
  assert_int_equal(f->boiler->unacknowledged, 1);
}

#define pending_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      pending_test(test_an_offer_holds_everything_it_needs),
      pending_test(test_a_released_message_is_stale),
      pending_test(test_what_an_event_will_need_is_copied),
      pending_test(test_texts_at_their_limits),
      pending_test(test_a_connections_list_in_any_order),
      pending_test(test_unlinking_from_a_connection_that_is_gone),
      pending_test(test_out_of_memory_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
