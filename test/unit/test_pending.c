/* Tests of messages that were handed over: what can happen to one in each state, as a table,
 * and what one takes and gives back.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "core/pending.h"
#include "core/settle.h"

/* ---- One message -------------------------------------------------------- */

/* Offered to "boiler", or without a connection. */
typedef struct offered {
  host *host;
  dmi_connection *receiver; /* NULL: none */
  host_call *call;
  dmi_pending *entry;
  dm_message_id id;
} offered;

static dmi_connection *receiver_of(host *h, dm_connection_id id) {
  return dmi_registry_resolve(&h->context->registry, id);
}

static const dm_caller backend = {.size = sizeof backend, .principal = {"backend", 7}};

static offered offer(host *h, dmi_connection *receiver) {
  offered o = {.host = h, .receiver = receiver, .call = host_confirmed(h, "boiler")};
  h->context->now = h->now;
  o.entry = dmi_pending_offer(h->context, receiver, &o.call->message, &backend);
  assert_non_null(o.entry);
  o.id = dmi_slotmap_handle(o.entry);
  return o;
}

/* A message of a host that starts anew, in a state. */
static offered begin(host *h, bool connected, dmi_pending_state state) {
  dm_result result;
  host_reopen(h);
  if (connected)
    h->connection = host_connect(h, "boiler");
  offered o = offer(h, connected ? receiver_of(h, h->connection) : NULL);
  h->context->now = h->now += 7;
  if (state == PENDING_ENDED)
    assert_true(dmi_pending_end(h->context, o.entry, HAPPENED_DEADLINE));
  if (state == PENDING_ACKNOWLEDGED)
    assert_true(dmi_pending_acknowledge(h->context, o.entry, 0));
  if (state == PENDING_WAITING || state == PENDING_LATE)
    assert_true(dmi_pending_delivered(h->context, o.entry, true, &result));
  if (state == PENDING_LATE)
    assert_true(dmi_pending_end(h->context, o.entry, HAPPENED_DEADLINE));
  assert_int_equal(o.entry->state, state);
  o.call->completions = 0;
  host_forget(h);
  return o;
}

static bool happen(offered *o, dmi_happening what, dm_result *result) {
  dm_context *context = o->host->context;
  switch (what) {
  case HAPPENED_TAKEN:
  case HAPPENED_REFUSED:
    return dmi_pending_delivered(context, o->entry, what == HAPPENED_TAKEN, result);
  case HAPPENED_ACCEPTED:
  case HAPPENED_REJECTED:
    return dmi_pending_acknowledge(context, o->entry, what == HAPPENED_ACCEPTED ? 0 : 0x87);
  default:
    return dmi_pending_end(context, o->entry, what);
  }
}

/* ---- Every state, everything that can happen ---------------------------- */

/* Who is told, and what: nobody; dm_send() returns it, or the host's refusal; the caller, by an
 * event and complete(); an event, late. */
typedef enum telling {
  NOBODY,
  SENDER,
  HOST,
  CALLER,
  LATE_EVENT
} telling;

/* Where the states that follow differ, `alone` is that of a message without a connection. */
typedef struct cell {
  dmi_pending_state from;
  dmi_happening what;
  bool concerned;
  dmi_pending_state next, alone;
  telling told;
  int outcome;
} cell;

/* The message was ENDED and LATE by its deadline. */
#define TIMEOUT     DM_DELIVERY_CONFIRMATION_TIMEOUT
#define CALLER_LEFT DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT

#define ROW(from, what, concerned, next, alone, told, outcome)                                     \
  { PENDING_##from, HAPPENED_##what, concerned, PENDING_##next, PENDING_##alone, told, outcome }

static const cell cells[] = {
    ROW(OFFERED, TAKEN, true, WAITING, WAITING, SENDER, DM_PENDING),
    ROW(OFFERED, REFUSED, false, GONE, GONE, HOST, 0),
    ROW(OFFERED, ACCEPTED, true, ACKNOWLEDGED, ACKNOWLEDGED, NOBODY, DM_CONFIRMED),
    ROW(OFFERED, REJECTED, true, ACKNOWLEDGED, ACKNOWLEDGED, NOBODY, DM_RECEIVER_REJECTED),
    ROW(OFFERED, DEADLINE, true, ENDED, ENDED, NOBODY, TIMEOUT),
    ROW(OFFERED, DISCONNECT, true, ENDED, ENDED, NOBODY, DM_RECEIVER_DISCONNECTED),
    ROW(OFFERED, CANCEL, true, ENDED, ENDED, NOBODY, CALLER_LEFT),
    ROW(OFFERED, STOP, true, ENDED, ENDED, NOBODY, DM_SHUTTING_DOWN),

    ROW(ENDED, TAKEN, true, LATE, GONE, SENDER, TIMEOUT),
    ROW(ENDED, REFUSED, false, GONE, GONE, HOST, 0),
    ROW(ENDED, ACCEPTED, true, ACKNOWLEDGED, ACKNOWLEDGED, NOBODY, DM_CONFIRMED),
    ROW(ENDED, REJECTED, true, ACKNOWLEDGED, ACKNOWLEDGED, NOBODY, DM_RECEIVER_REJECTED),
    ROW(ENDED, DEADLINE, false, ENDED, ENDED, NOBODY, TIMEOUT),
    ROW(ENDED, DISCONNECT, false, ENDED, ENDED, NOBODY, TIMEOUT),
    ROW(ENDED, CANCEL, false, ENDED, ENDED, NOBODY, TIMEOUT),
    ROW(ENDED, STOP, false, ENDED, ENDED, NOBODY, TIMEOUT),

    ROW(ACKNOWLEDGED, TAKEN, true, GONE, GONE, SENDER, DM_CONFIRMED),
    ROW(ACKNOWLEDGED, REFUSED, true, GONE, GONE, SENDER, DM_CONFIRMED),
    ROW(ACKNOWLEDGED, ACCEPTED, false, ACKNOWLEDGED, ACKNOWLEDGED, NOBODY, DM_CONFIRMED),
    ROW(ACKNOWLEDGED, REJECTED, false, ACKNOWLEDGED, ACKNOWLEDGED, NOBODY, DM_CONFIRMED),
    ROW(ACKNOWLEDGED, DEADLINE, false, ACKNOWLEDGED, ACKNOWLEDGED, NOBODY, DM_CONFIRMED),
    ROW(ACKNOWLEDGED, DISCONNECT, false, ACKNOWLEDGED, ACKNOWLEDGED, NOBODY, DM_CONFIRMED),
    ROW(ACKNOWLEDGED, CANCEL, false, ACKNOWLEDGED, ACKNOWLEDGED, NOBODY, DM_CONFIRMED),
    ROW(ACKNOWLEDGED, STOP, false, ACKNOWLEDGED, ACKNOWLEDGED, NOBODY, DM_CONFIRMED),

    ROW(WAITING, TAKEN, false, WAITING, WAITING, NOBODY, DM_PENDING),
    ROW(WAITING, REFUSED, false, WAITING, WAITING, NOBODY, DM_PENDING),
    ROW(WAITING, ACCEPTED, true, GONE, GONE, CALLER, DM_CONFIRMED),
    ROW(WAITING, REJECTED, true, GONE, GONE, CALLER, DM_RECEIVER_REJECTED),
    ROW(WAITING, DEADLINE, true, LATE, GONE, CALLER, TIMEOUT),
    ROW(WAITING, DISCONNECT, true, GONE, GONE, CALLER, DM_RECEIVER_DISCONNECTED),
    ROW(WAITING, CANCEL, true, LATE, GONE, CALLER, CALLER_LEFT),
    ROW(WAITING, STOP, true, LATE, GONE, CALLER, DM_SHUTTING_DOWN),

    ROW(LATE, TAKEN, false, LATE, LATE, NOBODY, TIMEOUT),
    ROW(LATE, REFUSED, false, LATE, LATE, NOBODY, TIMEOUT),
    ROW(LATE, ACCEPTED, true, GONE, GONE, LATE_EVENT, TIMEOUT),
    ROW(LATE, REJECTED, true, GONE, GONE, LATE_EVENT, TIMEOUT),
    ROW(LATE, DEADLINE, false, LATE, LATE, NOBODY, TIMEOUT),
    ROW(LATE, DISCONNECT, true, GONE, GONE, NOBODY, TIMEOUT),
    ROW(LATE, CANCEL, false, LATE, LATE, NOBODY, TIMEOUT),
    ROW(LATE, STOP, false, LATE, LATE, NOBODY, TIMEOUT),
};

static void test_the_table_is_complete(void **state) {
  (void)state;
  size_t i = 0;
  for (dmi_pending_state from = PENDING_OFFERED; from < PENDING_GONE; from++)
    for (int what = HAPPENED_TAKEN; what <= HAPPENED_STOP; what++, i++) {
      assert_int_equal(cells[i].from, from);
      assert_int_equal(cells[i].what, what);
    }
  assert_int_equal(i, sizeof cells / sizeof *cells);
}

/* What it holds: a place, its deadline, what its event will need. */
static void assert_held(const offered *o, const cell *c, dmi_pending_state next) {
  const dmi_ack_tracker *tracker = &o->host->context->tracker;
  bool gone = next == PENDING_GONE;
  bool connected = o->receiver != NULL && c->what != HAPPENED_DISCONNECT;
  assert_int_equal(dmi_tracker_find(tracker, o->id) == NULL, gone);
  assert_int_equal(tracker->pendings.taken, !gone);
  assert_int_equal(tracker->deadlines.count, next == PENDING_OFFERED || next == PENDING_WAITING);
  assert_int_equal(tracker->calls.taken, !gone && next != PENDING_LATE);
  assert_int_equal(tracker->late, next == PENDING_LATE);
  assert_int_equal(dm_unacknowledged(o->host->context, o->host->connection), connected && !gone);
  if (gone)
    return;
  assert_int_equal(o->entry->state, next);
  assert_int_equal(o->entry->outcome, c->outcome);
}

static void assert_told(const offered *o, const cell *c, const dm_result *result) {
  static const char *const orders[] = {
      [NOBODY] = "", [SENDER] = "", [HOST] = "", [CALLER] = "EC", [LATE_EVENT] = "E"};
  const host *h = o->host;
  bool acknowledged = c->what == HAPPENED_ACCEPTED || c->what == HAPPENED_REJECTED;
  assert_string_equal(h->order, orders[c->told]);
  assert_int_equal(result->outcome, c->told == SENDER ? c->outcome : 0);
  assert_int_equal(result->message_id, c->told == SENDER ? o->id : 0);
  assert_int_equal(o->call->completions, c->told == CALLER);
  if (c->told == CALLER) {
    assert_int_equal(o->call->completed.outcome, c->outcome);
    assert_int_equal(o->call->completed.message_id, o->id);
  }
  if (c->told != CALLER && c->told != LATE_EVENT)
    return;
  assert_int_equal(h->told.event.kind, c->told == CALLER ? DM_EVENT_CALL : DM_EVENT_LATE_PUBACK);
  assert_int_equal(h->told.event.outcome, c->outcome);
  assert_int_equal(h->told.event.message_id, o->id);
  assert_int_equal(h->told.event.connection, o->receiver == NULL ? 0 : h->connection);
  assert_int_equal(h->told.event.ack_latency, acknowledged ? 7 : DM_NEVER);
  assert_int_equal(h->told.event.puback_reason, c->what == HAPPENED_REJECTED ? 0x87 : 0);
}

/* deliver() returns in the end. */
static void wind_up(offered *o) {
  dm_result result;
  if (dmi_tracker_find(&o->host->context->tracker, o->id) != NULL &&
      o->entry->state <= PENDING_ACKNOWLEDGED)
    dmi_pending_delivered(o->host->context, o->entry, true, &result);
}

static void try_cell(host *h, const cell *c, bool connected) {
  offered o = begin(h, connected, c->from);
  dm_result result = {0};
  bool concerned = c->concerned;
  if (connected && c->what == HAPPENED_DISCONNECT)
    assert_int_equal(dm_disconnected(h->context, h->connection, 0, h->now), DM_OK);
  else
    concerned = happen(&o, c->what, &result);
  assert_int_equal(concerned, c->concerned);
  assert_held(&o, c, connected ? c->next : c->alone);
  assert_told(&o, c, &result);
  wind_up(&o);
}

static void test_every_cell(void **state) {
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    try_cell(*state, &cells[i], true);
}

/* It waits for something else than a client's PUBACK, and never becomes LATE. */
static void test_every_cell_without_a_connection(void **state) {
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    if (cells[i].from != PENDING_LATE)
      try_cell(*state, &cells[i], false);
}

/* ---- Several happenings ------------------------------------------------- */

/* What the result says of a message that ended inside deliver(), by letters: Deadline, eNd of
 * the connection, Cancel, Stop, Accepted, Rejected. */
static const struct {
  const char *happened;
  int outcome;
  uint64_t late;
} inside[] = {
    {"D", TIMEOUT, 1},
    {"N", DM_RECEIVER_DISCONNECTED, 0},
    {"C", CALLER_LEFT, 1},
    {"S", DM_SHUTTING_DOWN, 1},
    {"A", DM_CONFIRMED, 0},
    {"R", DM_RECEIVER_REJECTED, 0},
    {"DN", TIMEOUT, 0},
    {"CN", CALLER_LEFT, 0},
    {"SN", DM_SHUTTING_DOWN, 0},
    {"AN", DM_CONFIRMED, 0},
    {"DCS", TIMEOUT, 1},
    {"DA", DM_CONFIRMED, 0},
    {"CR", DM_RECEIVER_REJECTED, 0},
    {"AR", DM_CONFIRMED, 0},
    {"DCRSAN", DM_RECEIVER_REJECTED, 0},
};

static void happen_by_letter(offered *o, char letter) {
  dm_result result;
  static const char letters[] = "ARDNCS";
  dmi_happening what = (dmi_happening)(HAPPENED_ACCEPTED + (strchr(letters, letter) - letters));
  if (what == HAPPENED_DISCONNECT)
    dm_disconnected(o->host->context, o->host->connection, 0, o->host->now);
  else
    happen(o, what, &result);
}

static void test_what_happens_inside_deliver(void **state) {
  host *h = *state;
  for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
    offered o = begin(h, true, PENDING_OFFERED);
    dm_result result = {0};
    for (const char *at = inside[i].happened; *at != '\0'; at++)
      happen_by_letter(&o, *at);
    assert_true(dmi_pending_delivered(h->context, o.entry, true, &result));
    assert_int_equal(result.outcome, inside[i].outcome);
    assert_int_equal(result.delivered == DM_DELIVERED_YES,
                     strpbrk(inside[i].happened, "AR") != NULL);
    assert_int_equal(h->context->tracker.late, inside[i].late);
    assert_int_equal(o.call->completions, 0);
  }
}

/* ---- What it takes and gives back --------------------------------------- */

static void refuse(offered *o) {
  dm_result result;
  assert_false(dmi_pending_delivered(o->host->context, o->entry, false, &result));
}

static void test_an_offer_holds_everything_it_needs(void **state) {
  host *h = *state;
  dmi_connection *boiler = receiver_of(h, host_connect(h, "boiler"));
  offered o = offer(h, boiler);
  assert_int_equal(o.entry->connection, dmi_slotmap_handle(boiler));
  assert_int_equal(o.entry->delivered_at, h->now);
  assert_ptr_equal(o.entry->complete, o.call->message.complete);
  assert_ptr_equal(o.entry->user, o.call->message.user);
  assert_ptr_equal(dmi_tracker_find(&h->context->tracker, o.id), o.entry);
  assert_int_equal(boiler->unacknowledged, 1);
  assert_int_equal(dm_next_deadline(h->context), h->now + 5 * DM_SECOND);
  assert_ptr_equal(dmi_tracker_due(&h->context->tracker, h->now + 5 * DM_SECOND), o.entry);
  assert_null(dmi_tracker_due(&h->context->tracker, h->now + 5 * DM_SECOND - 1));
  refuse(&o);
}

static void test_a_released_message_is_stale(void **state) {
  host *h = *state;
  dmi_connection *boiler = receiver_of(h, host_connect(h, "boiler"));
  offered first = offer(h, boiler);
  refuse(&first);
  assert_null(dmi_tracker_find(&h->context->tracker, first.id));
  assert_int_equal(boiler->unacknowledged, 0);
  assert_null(boiler->pendings);
  assert_int_equal(dm_next_deadline(h->context), DM_NEVER);
  offered second = offer(h, boiler);
  assert_ptr_equal(second.entry, first.entry);
  assert_int_not_equal(second.id, first.id);
  refuse(&second);
}

/* Taken out of the list of its connection from every place in it. */
static void test_a_connections_list_in_any_order(void **state) {
  host *h = *state;
  dmi_connection *boiler = receiver_of(h, host_connect(h, "boiler"));
  dmi_connection *pump = receiver_of(h, host_connect(h, "pump"));
  static const unsigned orders[][4] = {
      {0, 1, 2, 3}, {3, 2, 1, 0}, {1, 2, 0, 3}, {2, 0, 3, 1}, {1, 3, 0, 2}};
  for (size_t order = 0; order < 5; order++) {
    offered all[4], other;
    for (size_t i = 0; i < 4; i++)
      all[i] = offer(h, boiler);
    other = offer(h, pump);
    for (uint32_t i = 0; i < 4; i++) {
      assert_int_equal(boiler->unacknowledged, 4 - i);
      refuse(&all[orders[order][i]]);
      uint32_t left = 0;
      for (dmi_pending *at = boiler->pendings; at != NULL; at = at->next, left++)
        assert_ptr_equal(at->previous == NULL ? boiler->pendings : at->previous->next, at);
      assert_int_equal(left, 3 - i);
    }
    assert_int_equal(pump->unacknowledged, 1);
    refuse(&other);
  }
}

/* The end of a connection leaves its messages without one. */
static void test_the_place_of_a_connection_that_is_over(void **state) {
  host *h = *state;
  dm_connection_id id = host_connect(h, "boiler");
  dmi_connection *boiler = receiver_of(h, id);
  offered o = offer(h, boiler);
  assert_int_equal(dm_disconnected(h->context, id, 0, h->now), DM_OK);
  dmi_connection *again = receiver_of(h, host_connect(h, "boiler"));
  assert_ptr_equal(again, boiler);
  refuse(&o);
  assert_int_equal(again->unacknowledged, 0);
  assert_null(again->pendings);
}

static void test_out_of_memory_changes_nothing(void **state) {
  host *h = *state;
  dm_connection_id id = host_connect(h, "boiler");
  dm_message message = host_confirmed(h, "boiler")->message;
  const dmi_ack_tracker *tracker = &h->context->tracker;
  dmi_pending *entry = NULL;
  size_t allowed = 0;
  for (; entry == NULL; allowed++) {
    dmi_tracker_free(&h->context->tracker);
    dmi_tracker_init(&h->context->tracker, &h->context->memory);
    h->memory.allowed = allowed;
    entry = dmi_pending_offer(h->context, receiver_of(h, id), &message, &backend);
    assert_int_equal(dm_unacknowledged(h->context, id), entry != NULL);
    assert_int_equal(tracker->pendings.taken, entry != NULL);
    assert_int_equal(tracker->calls.taken, entry != NULL);
    assert_int_equal(tracker->deadlines.count, entry != NULL);
  }
  h->memory.allowed = SIZE_MAX;
  assert_in_range(allowed, 6, 10);
  dm_result result;
  dmi_pending_delivered(h->context, entry, false, &result);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_table_is_complete),
      host_test(test_every_cell),
      host_test(test_every_cell_without_a_connection),
      host_test(test_what_happens_inside_deliver),
      host_test(test_an_offer_holds_everything_it_needs),
      host_test(test_a_released_message_is_stale),
      host_test(test_a_connections_list_in_any_order),
      host_test(test_the_place_of_a_connection_that_is_over),
      host_test(test_out_of_memory_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
