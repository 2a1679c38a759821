/* A random simulation of the core on virtual time, held against a small model.
 *
 * Connects, takeovers, sends, PUBACKs (early, late, foreign, twice), cancels, disconnects,
 * ticks, stops and frees, and queries about clients that are here, gone or unknown, at the
 * top and inside every callback, with hosts that refuse. The oracle: every call gets
 * exactly one answer, and it is the one the model expects.
 *
 *   sim_core [STEPS [SEED]]     the same seed replays the same run; STEPS may also come from
 *                               the environment as SIM_STEPS
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "dm/dm.h"

enum {
  CLIENTS = 6,
  CALLS = 64,
  DEPTH_MAX = 4,
  WINDOW = 5,
  REMEMBERED = 3,      /* clients that are gone */
  REMEMBERED_FOR = 150 /* milliseconds */
};

typedef enum call_state {
  CALL_FREE,    /* the record is not in use */
  CALL_ASKED,   /* inside dm_send() */
  CALL_OFFERED, /* inside deliver() or just after it */
  CALL_WAITING, /* dm_send() returned DM_PENDING */
  CALL_LATE,    /* answered; its packet identifier is still taken */
  CALL_OVER     /* answered and acknowledged, or its connection ended: its id is stale */
} call_state;

typedef struct call {
  call_state state;
  int client;
  unsigned serial; /* of the connection it was handed to */
  dm_message_id id;
  dm_time due;
  int expected;  /* the only outcome that complete() may bring now */
  int early;     /* the PUBACK that settled it inside deliver(), if one did */
  uint64_t ends; /* what else may have settled it there: a bit for each outcome */
  int events, answers;
  int told;            /* what the event said */
  int undisturbed;     /* what dm_send() answers if nothing happens meanwhile */
  uint64_t operations; /* made before dm_send() was called */
  bool confirmation, on_stack;
  bool pending; /* dm_send() returned DM_PENDING: complete() is owed */
} call;

typedef struct client {
  char name[16];
  dm_connection_id handle, previous;
  unsigned serial;
  uint32_t receive_maximum;
  bool connected, session, deaf;
  dm_time since; /* it has been connected */
  unsigned subscriptions;
} client;

/* A client that is gone and remembered. */
typedef struct departure {
  const client *who;
  dm_time since;
  int reason;
} departure;

/* A query on the stack. */
typedef struct query {
  int kind, events, told, undisturbed;
  uint64_t operations; /* made before it */
  client *target;
  unsigned wanted; /* on a page */
  bool connected;  /* when it was made */
  departure gone;  /* the same; `who` is NULL without one */
  int pages, host; /* calls of page(); what the host's callback returned */
} query;

static struct simulation {
  dm_context *context;
  uint64_t random;
  uint64_t step, steps, seed;
  uint64_t operations; /* how many API calls were made so far */
  dm_time now;         /* the latest the context was told */
  client clients[CLIENTS];
  call calls[CALLS];
  departure departures[REMEMBERED]; /* the oldest first */
  int departure_count;
  query *queries[DEPTH_MAX + 2]; /* on the stack */
  int query_count;
  unsigned serials;
  int depth;
  bool stopped, freed;
  uint64_t answered[8], late_events, late_expected;
} sim;

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition))                                                                              \
      fail(__LINE__, #condition);                                                                  \
  } while (0)

static void fail(int line, const char *condition) {
  fprintf(stderr, "sim_core: line %d: %s\n  replay: sim_core %llu %llu (step %llu)\n", line,
          condition, (unsigned long long)sim.steps, (unsigned long long)sim.seed,
          (unsigned long long)sim.step);
  abort();
}

/* ---- Chance ------------------------------------------------------------- */

static uint64_t chance_word(void) {
  uint64_t z = (sim.random += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static unsigned below(unsigned limit) {
  return (unsigned)(chance_word() % limit);
}

static bool one_in(unsigned n) {
  return below(n) == 0;
}

/* ---- The model ---------------------------------------------------------- */

static bool in_window(const call *c) {
  return c->confirmation &&
         (c->state == CALL_OFFERED || c->state == CALL_WAITING || c->state == CALL_LATE);
}

static unsigned window_of(const client *owner) {
  unsigned count = 0;
  for (int i = 0; i < CALLS; i++)
    count += in_window(&sim.calls[i]) && sim.calls[i].serial == owner->serial;
  return owner->connected ? count : 0;
}

static uint64_t end_bit(int outcome) {
  return outcome < 0 ? UINT64_C(1) << (DM_OUTCOME_FIRST - outcome) : 0;
}

/* Every call that waits on what `selects` names will be answered with `outcome`, those
 * inside deliver() when they come out of it. */
static void expect_all(bool (*selects)(const call *, uint64_t), uint64_t argument, int outcome) {
  for (int i = 0; i < CALLS; i++) {
    call *c = &sim.calls[i];
    if (!c->confirmation || !selects(c, argument))
      continue;
    if (c->state == CALL_WAITING)
      c->expected = outcome;
    if (c->state == CALL_OFFERED)
      c->ends |= end_bit(outcome);
  }
}

static bool selects_all(const call *c, uint64_t unused) {
  (void)c;
  (void)unused;
  return true;
}

static bool selects_due(const call *c, uint64_t now) {
  return c->due <= now;
}

static bool selects_connection(const call *c, uint64_t serial) {
  return c->serial == serial;
}

static bool acknowledged(int outcome) {
  return outcome == DM_CONFIRMED || outcome == DM_RECEIVER_REJECTED;
}

static bool connection_lives(const call *c) {
  return sim.clients[c->client].connected && sim.clients[c->client].serial == c->serial;
}

static call_state state_after(const call *c, int outcome) {
  return acknowledged(outcome) || !connection_lives(c) ? CALL_OVER : CALL_LATE;
}

static void forget(int index) {
  sim.departure_count--;
  for (int i = index; i < sim.departure_count; i++)
    sim.departures[i] = sim.departures[i + 1];
}

static int remembered(const client *who) {
  for (int i = 0; i < sim.departure_count; i++)
    if (sim.departures[i].who == who)
      return i;
  return -1;
}

static bool too_old(const departure *gone) {
  return sim.now - gone->since >= REMEMBERED_FOR;
}

/* Two at most make room for one. */
static void remember(const client *who, int reason) {
  for (int i = 0; i < 2 && sim.departure_count > 0; i++)
    if (sim.departure_count >= REMEMBERED || too_old(&sim.departures[0]))
      forget(0);
  sim.departures[sim.departure_count++] = (departure){who, sim.now, reason};
}

static void end_connection(client *owner) {
  owner->connected = false;
  owner->previous = owner->handle;
  expect_all(selects_connection, owner->serial, DM_RECEIVER_DISCONNECTED);
  for (int i = 0; i < CALLS; i++)
    if (sim.calls[i].state == CALL_LATE && sim.calls[i].serial == owner->serial)
      sim.calls[i].state = CALL_OVER;
}

static void time_passes(dm_time told) {
  sim.operations++;
  if (told > sim.now)
    sim.now = told;
}

/* Mostly now, sometimes a clock that went back. */
static dm_time told_time(void) {
  dm_time back = one_in(10) ? below(50) : 0;
  return sim.now > back ? sim.now - back : 0;
}

/* ---- Callbacks ---------------------------------------------------------- */

static void random_operation(void);

static void something_inside(unsigned rarely) {
  if (sim.depth < DEPTH_MAX && one_in(rarely))
    random_operation();
}

static int on_deliver(void *user, const dm_delivery *delivery) {
  static const int refusals[] = {DM_CLIENT_ENDPOINT_NOT_WRITABLE,
                                 DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED,
                                 DM_RECEIVE_SESSION_THROTTLED,
                                 DM_RECEIVER_PACKET_TOO_LARGE,
                                 DM_RECEIVER_DISCONNECTED,
                                 DM_INTERNAL_SERVER_ERROR,
                                 DM_CONFIRMED,
                                 12345};
  call *c = delivery->message->user;
  client *receiver = delivery->connection_user;
  (void)user;
  CHECK(c->state == CALL_ASKED);
  CHECK(receiver == &sim.clients[c->client] && receiver->connected);
  CHECK(delivery->connection == receiver->handle);
  CHECK((delivery->message_id != 0) == c->confirmation && delivery->qos == c->confirmation);
  c->state = CALL_OFFERED;
  c->id = delivery->message_id;
  c->serial = receiver->serial;
  c->due = sim.now + (delivery->message->timeout == 0 ? 5000 : delivery->message->timeout);
  something_inside(3);
  something_inside(6);
  int refusal = one_in(8) ? refusals[below(8)] : DM_OK;
  c->expected = refusal == DM_CONFIRMED || refusal == 12345 ? DM_INTERNAL_SERVER_ERROR : refusal;
  return refusal;
}

/* What dm_send() may answer for a message that was offered to deliver(). Where a nested call
 * ended it while another was about to, the first one counts: the model knows only both. */
static bool offered_outcome_fits(const call *c, int outcome) {
  if (c->early != 0)
    return outcome == c->early;
  if (c->expected != DM_OK)
    return outcome == c->expected; /* the refusal */
  if (c->ends != 0)
    return (c->ends & end_bit(outcome)) != 0;
  return outcome == (c->confirmation ? DM_PENDING : DM_SENT);
}

/* The answer of dm_send() itself, when it is decided. */
static void check_answer(const call *c, int outcome) {
  bool undisturbed = c->operations == sim.operations;
  if (c->state == CALL_ASKED) {
    CHECK(outcome < 0);
    CHECK(!undisturbed || outcome == c->undisturbed);
  } else {
    CHECK(!undisturbed || c->undisturbed == DM_OK);
    CHECK(offered_outcome_fits(c, outcome));
  }
}

static void end_of_send(call *c, int outcome) {
  check_answer(c, outcome);
  bool taken_back = c->state == CALL_ASKED || !c->confirmation || outcome == c->expected;
  c->state = taken_back ? CALL_OVER : state_after(c, outcome);
}

/* The event is where a waiting call ends: whatever it does inside, the call has its answer. */
static void on_event(void *user, const dm_event *event) {
  (void)user;
  if (event->kind == DM_EVENT_LATE_PUBACK) {
    sim.late_events++;
  } else if (event->kind != DM_EVENT_SEND) {
    query *q = sim.queries[event->attempt];
    CHECK(event->kind == q->kind && q->events++ == 0);
    CHECK(event->client_id.ptr == q->target->name && event->topic.len == 0);
    q->told = event->outcome;
  } else {
    call *c = &sim.calls[event->attempt - 1];
    CHECK(c->events == 0);
    CHECK(event->client_id.len > 0 && event->topic.len == 3);
    c->events++;
    c->told = event->outcome;
    if (c->state == CALL_WAITING) {
      CHECK(event->outcome == c->expected && event->message_id == c->id);
      c->state = state_after(c, event->outcome);
    } else {
      end_of_send(c, event->outcome);
    }
  }
  something_inside(8);
}

static void on_complete(void *user, const dm_result *result) {
  call *c = user;
  CHECK(c->pending && c->answers == 0 && c->events == 1);
  CHECK(result->outcome == c->told && result->message_id == c->id);
  c->answers++;
  something_inside(3);
}

static dm_policy *everything;

static int on_policies(void *user, const dm_party *party, dm_policy_list *out) {
  (void)user;
  bool denied = party->principal.ptr[0] == 'x';
  const client *receiver = party->connection_user;
  CHECK((receiver == NULL) == (party->connection == 0));
  something_inside(20);
  static const dm_policy *list[1];
  list[0] = everything;
  *out = (dm_policy_list){list, denied ? 0 : 1};
  return DM_OK;
}

static int on_has_session(void *user, dm_span client_id) {
  (void)user;
  bool session = sim.clients[client_id.ptr[client_id.len - 1] - '0'].session;
  something_inside(10);
  return session;
}

/* ---- Operations --------------------------------------------------------- */

static int open_or(int expected) {
  return sim.freed ? DM_ERROR_CLOSED : expected;
}

static unsigned connected_count(void) {
  unsigned count = 0;
  for (int i = 0; i < CLIENTS; i++)
    count += sim.clients[i].connected;
  return count;
}

static void operation_connect(void) {
  client *c = &sim.clients[below(CLIENTS)];
  bool refused = !c->connected && connected_count() >= CLIENTS - 1;
  uint32_t receive_maximum = one_in(3) ? 1 + below(WINDOW) : 0;
  dm_time told = told_time();
  time_passes(told);
  if (sim.freed)
    refused = true;
  if (!refused) {
    if (c->connected)
      end_connection(c);
    if (remembered(c) >= 0)
      forget(remembered(c));
    c->since = sim.now;
    c->subscriptions = below(6);
    c->serial = ++sim.serials;
    c->connected = true;
    c->receive_maximum = receive_maximum == 0 ? 65535 : receive_maximum;
    c->deaf = one_in(10);
  }
  dm_connection connection = {.size = sizeof connection,
                              .user = c,
                              .client_id = dm_text(c->name),
                              .principal = dm_text(c->deaf ? "x" : "device"),
                              .protocol_level = (uint8_t)(4 + below(2)),
                              .receive_maximum = receive_maximum};
  int result = dm_connected(sim.context, &connection, told, &c->handle);
  CHECK(result == (refused ? open_or(DM_ERROR_LIMIT) : DM_OK) || (sim.freed && result == DM_OK));
}

static void operation_disconnect(void) {
  client *c = &sim.clients[below(CLIENTS)];
  bool stale = !c->connected || one_in(5);
  dm_connection_id handle = !c->connected ? c->handle : stale ? c->previous : c->handle;
  bool freed = sim.freed;
  int reason = (int)below(DM_DISCONNECT_LAST + 1);
  dm_time told = told_time();
  time_passes(told);
  if (!stale && !freed) {
    end_connection(c);
    remember(c, reason);
  }
  c->session = one_in(2);
  int result = dm_disconnected(sim.context, handle, reason, told);
  CHECK(result == (freed ? DM_ERROR_CLOSED : stale ? DM_ERROR_STALE_HANDLE : DM_OK));
}

/* The one outcome of a send during which nothing else happens. */
static int undisturbed_outcome(const call *c, bool denied, bool well_formed) {
  const client *target = &sim.clients[c->client];
  if (sim.stopped)
    return DM_SHUTTING_DOWN;
  if (!well_formed)
    return DM_INVALID_TOPIC;
  if (denied)
    return DM_SEND_AUTHORIZATION_FAILURE;
  if (!target->connected)
    return target->session ? DM_TARGET_CLIENT_NOT_CONNECTED : DM_TARGET_CLIENT_ID_NOT_FOUND;
  if (target->deaf)
    return DM_RECEIVE_AUTHORIZATION_FAILURE;
  unsigned window = target->receive_maximum < WINDOW ? target->receive_maximum : WINDOW;
  if (c->confirmation && window_of(target) >= window)
    return DM_RECEIVER_MAX_UNACKED_QOS1_EXCEEDED;
  return DM_OK; /* handed over */
}

static call *free_call(void) {
  for (int tries = 0; tries < 8; tries++) {
    call *c = &sim.calls[below(CALLS)];
    bool owed = c->on_stack || (c->pending && c->answers == 0);
    if (c->state == CALL_FREE || (c->state == CALL_OVER && !owed))
      return c;
  }
  return NULL;
}

static void send_returned(call *c, int result) {
  c->on_stack = false;
  if (result == DM_PENDING) {
    check_answer(c, result);
    CHECK(c->events == 0);
    c->state = CALL_WAITING;
    c->pending = true;
    c->expected = 0;
  }
  CHECK(result == DM_PENDING || (c->events == 1 && c->told == result));
}

static void operation_send(void) {
  call *c = free_call();
  if (c == NULL)
    return;
  *c = (call){.state = CALL_ASKED,
              .client = (int)below(CLIENTS),
              .confirmation = !one_in(5),
              .on_stack = true};
  bool denied = one_in(12), well_formed = !one_in(20);
  dm_message message = {.size = sizeof message,
                        .client_id = dm_text(sim.clients[c->client].name),
                        .topic = dm_text(well_formed ? "a/b" : "a/#"),
                        .payload = dm_text("hello"),
                        .confirmation = c->confirmation,
                        .timeout = one_in(4) ? 0 : 1 + below(300),
                        .principal = dm_text(denied ? "x" : "backend"),
                        .attempt = (uint32_t)(c - sim.calls) + 1,
                        .complete = on_complete,
                        .user = c};
  dm_time told = told_time();
  time_passes(told);
  c->undisturbed = undisturbed_outcome(c, denied, well_formed);
  c->operations = sim.operations;
  dm_result result = {.size = sizeof result};
  int outcome = dm_send(sim.context, &message, told, &result);
  CHECK(result.outcome == outcome);
  send_returned(c, outcome);
}

static call *any_call(void) {
  for (int tries = 0; tries < 8; tries++) {
    call *c = &sim.calls[below(CALLS)];
    if (c->id != 0)
      return c;
  }
  return NULL;
}

static int expected_of_puback(const call *c, dm_connection_id handle) {
  const client *owner = &sim.clients[c->client];
  bool held = in_window(c) && connection_lives(c) && handle == owner->handle;
  if (sim.freed)
    return DM_ERROR_CLOSED;
  if (!held || (c->state == CALL_OFFERED && c->early != 0))
    return DM_ERROR_STALE_HANDLE;
  return DM_OK;
}

static void operation_puback(void) {
  call *c = any_call();
  if (c == NULL)
    return;
  const client *sender = &sim.clients[one_in(6) ? (int)below(CLIENTS) : c->client];
  dm_connection_id handle = one_in(10) ? sender->previous : sender->handle;
  uint8_t reason = (uint8_t)(one_in(5) ? 0x80 + below(32) : one_in(5) ? 0x10 : 0);
  int outcome = reason < 0x80 ? DM_CONFIRMED : DM_RECEIVER_REJECTED;
  dm_time told = told_time();
  time_passes(told);
  int expected = expected_of_puback(c, handle);
  if (expected == DM_OK) {
    if (c->state == CALL_WAITING)
      c->expected = outcome;
    if (c->state == CALL_OFFERED)
      c->early = outcome;
    if (c->state == CALL_LATE) {
      c->state = CALL_OVER;
      sim.late_expected++;
    }
  }
  CHECK(dm_puback(sim.context, handle, c->id, reason, told) == expected);
}

/* Also while dm_free() answers everybody. Whether a message inside deliver() has been ended
 * by an outer call, or is only about to be, the model cannot know. */
static void operation_cancel(void) {
  call *c = any_call();
  if (c == NULL)
    return;
  bool offered = c->state == CALL_OFFERED && c->early == 0;
  bool unsure = offered && c->ends != 0;
  int expected = offered || c->state == CALL_WAITING ? DM_OK : DM_ERROR_STALE_HANDLE;
  dm_time told = told_time();
  time_passes(told);
  if (c->state == CALL_WAITING)
    c->expected = DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT;
  int result = dm_cancel(sim.context, c->id, told);
  CHECK(result == expected || (unsure && result == DM_ERROR_STALE_HANDLE));
  if (offered && result == DM_OK)
    c->ends |= end_bit(DM_DELIVERY_CONFIRMATION_SENDER_DISCONNECT);
}

static void operation_tick(void) {
  dm_time told = one_in(50) ? sim.now + 10000 : sim.now + below(40);
  bool freed = sim.freed;
  time_passes(told);
  if (!freed)
    expect_all(selects_due, sim.now, DM_DELIVERY_CONFIRMATION_TIMEOUT);
  CHECK(dm_tick(sim.context, told) == (freed ? DM_ERROR_CLOSED : DM_OK));
}

static void operation_stop(void) {
  bool freed = sim.freed;
  time_passes(sim.now);
  if (!freed) {
    sim.stopped = true;
    expect_all(selects_all, 0, DM_SHUTTING_DOWN);
  }
  CHECK(dm_stop(sim.context, sim.now) == (freed ? DM_ERROR_CLOSED : DM_OK));
}

static void operation_free(void) {
  time_passes(sim.now);
  if (!sim.freed)
    expect_all(selects_all, 0, DM_SHUTTING_DOWN);
  sim.freed = sim.stopped = true;
  dm_free(sim.context);
}

/* ---- Queries ------------------------------------------------------------ */

static int host_result(query *q) {
  static const int results[] = {DM_TARGET_CLIENT_ID_NOT_FOUND, DM_INTERNAL_SERVER_ERROR, 7};
  int result = one_in(8) ? results[below(3)] : DM_OK;
  q->host = result == 7 ? DM_INTERNAL_SERVER_ERROR : result;
  return result;
}

/* The innermost query is the one that calls out; it knows who is connected. */
static query *check_target(const dm_target *target) {
  query *q = sim.queries[sim.query_count - 1];
  const client *c = q->target;
  CHECK(target->client_id.ptr == c->name);
  CHECK(target->connection == (c->connected ? c->handle : 0));
  CHECK(target->connection_user == (c->connected ? c : NULL));
  return q;
}

static int on_subscriptions(void *user, const dm_target *target,
                            void (*visit)(void *visitor, dm_span topic_filter, int qos),
                            void *visitor) {
  (void)user;
  query *q = check_target(target);
  unsigned count = q->target->subscriptions;
  for (unsigned i = 0; i < count; i++) {
    char filter[2] = {'f', (char)('0' + (i * 5 + 3) % 7)};
    visit(visitor, dm_bytes(filter, sizeof filter), (int)(i % 2));
    something_inside(20);
  }
  q->wanted = q->wanted < count ? q->wanted : count;
  return host_result(q);
}

static int on_page(void *user, const dm_subscription *list, size_t count, dm_span next_token) {
  query *q = user;
  CHECK(q->pages++ == 0 && q->host == DM_OK);
  CHECK(count == q->wanted && next_token.len <= DM_NEXT_TOKEN_MAX);
  something_inside(6);
  for (size_t i = 1; i < count; i++)
    CHECK(list[i - 1].topic_filter.ptr[1] < list[i].topic_filter.ptr[1]);
  return DM_OK;
}

static int on_end_connection(void *user, const dm_target *target, int clean_session,
                             int prevent_will) {
  (void)user;
  (void)prevent_will;
  query *q = check_target(target);
  client *c = q->target;
  int result = host_result(q);
  if (result == DM_OK && c->connected && !sim.freed) {
    time_passes(sim.now);
    c->session = clean_session == 0 && one_in(2);
    end_connection(c);
    remember(c, DM_DISCONNECT_API_INITIATED);
    CHECK(dm_disconnected(sim.context, target->connection, DM_DISCONNECT_API_INITIATED, sim.now) ==
          DM_OK);
    q->operations++;
  }
  something_inside(6);
  return result;
}

/* The one outcome of a query during which nothing else happens, the host's part apart. */
static int undisturbed_query(const query *q, bool denied) {
  if (sim.stopped)
    return DM_SHUTTING_DOWN;
  if (denied)
    return DM_SEND_AUTHORIZATION_FAILURE;
  bool gone = q->kind == DM_EVENT_GET_CONNECTION && q->gone.who != NULL;
  return q->connected || gone || q->target->session ? DM_OK : DM_TARGET_CLIENT_ID_NOT_FOUND;
}

static void check_known(const query *q, const dm_connection_information *known) {
  CHECK(known->client_id.len == 8 && memcmp(known->client_id.ptr, q->target->name, 8) == 0);
  CHECK((known->connected != 0) == (known->connected_for != DM_NEVER));
  if (q->operations != sim.operations)
    return;
  CHECK((known->connected != 0) == q->connected);
  CHECK(!q->connected || known->connected_for == sim.now - q->target->since);
  bool gone = !q->connected && q->gone.who != NULL;
  CHECK((known->disconnected_for != DM_NEVER) == gone);
  CHECK(!gone || (known->disconnected_for == sim.now - q->gone.since &&
                  known->disconnect_reason == q->gone.reason));
}

static int ask(query *q, const dm_query *given, dm_time told, dm_result *result) {
  if (q->kind == DM_EVENT_LIST_SUBSCRIPTIONS)
    return dm_list_subscriptions(sim.context, given, q->wanted, dm_text(NULL), told, on_page, q,
                                 result);
  if (q->kind == DM_EVENT_DELETE_CONNECTION)
    return dm_delete_connection(sim.context, given, (int)below(2), (int)below(2), told, result);
  dm_connection_information known = {.size = sizeof known};
  int outcome = dm_get_connection(sim.context, given, (int)below(2), told, &known, result);
  if (outcome == DM_OK)
    check_known(q, &known);
  return outcome;
}

static void operation_query(void) {
  query q = {.kind = DM_EVENT_GET_CONNECTION + (int)below(3),
             .target = &sim.clients[below(CLIENTS)],
             .wanted = 1 + below(6)};
  bool denied = one_in(12);
  dm_query given = {.size = sizeof given,
                    .client_id = dm_text(q.target->name),
                    .principal = dm_text(denied ? "x" : "backend"),
                    .attempt = (uint32_t)sim.query_count};
  dm_time told = told_time();
  time_passes(told);
  int index = remembered(q.target);
  if (index >= 0 && !too_old(&sim.departures[index]))
    q.gone = sim.departures[index];
  q.connected = q.target->connected;
  q.undisturbed = undisturbed_query(&q, denied);
  q.operations = sim.operations;
  sim.queries[sim.query_count++] = &q;
  dm_result result = {.size = sizeof result};
  int outcome = ask(&q, &given, told, &result);
  sim.query_count--;
  CHECK(q.events == 1 && q.told == result.outcome);
  CHECK(result.outcome == (outcome == DM_OK ? DM_DONE : outcome));
  CHECK(q.pages == (outcome == DM_OK && q.kind == DM_EVENT_LIST_SUBSCRIPTIONS));
  if (q.operations == sim.operations)
    CHECK(outcome == (q.undisturbed != DM_OK ? q.undisturbed : q.host));
}

static void random_operation(void) {
  static const struct {
    unsigned weight;
    void (*run)(void);
  } operations[] = {{3000, operation_send},   {2500, operation_puback}, {800, operation_tick},
                    {500, operation_connect}, {400, operation_cancel},  {250, operation_disconnect},
                    {600, operation_query},   {1, operation_stop},      {2, operation_free}};
  unsigned total = 0;
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
    total += operations[i].weight;
  unsigned pick = below(total);
  size_t at = 0;
  while (pick >= operations[at].weight)
    pick -= operations[at++].weight;
  sim.depth++;
  operations[at].run();
  sim.depth--;
}

/* ---- Between operations ------------------------------------------------- */

static void new_context(void) {
  dm_config config = {.size = sizeof config,
                      .seed = {1},
                      .deliver = on_deliver,
                      .policies = on_policies,
                      .has_session = on_has_session,
                      .subscriptions = on_subscriptions,
                      .end_connection = on_end_connection,
                      .event = on_event,
                      .max_connections = CLIENTS - 1,
                      .max_unacknowledged = WINDOW,
                      .sends_per_second = DM_UNLIMITED,
                      .publishes_per_second = DM_UNLIMITED,
                      .queries_per_second = DM_UNLIMITED,
                      .client_queries_per_second = DM_UNLIMITED,
                      .max_remembered = REMEMBERED,
                      .remembered_for = REMEMBERED_FOR};
  CHECK(dm_new(&sim.context, &config) == DM_OK);
  CHECK(dm_tick(sim.context, sim.now) == DM_OK); /* it knows no time yet */
  sim.stopped = sim.freed = false;
  sim.departure_count = 0;
  for (int i = 0; i < CLIENTS; i++) {
    sim.clients[i].connected = false;
    sim.clients[i].handle = sim.clients[i].previous = 0;
  }
  memset(sim.calls, 0, sizeof sim.calls);
  sim.late_events = sim.late_expected = 0;
}

static void check_nobody_waits(void) {
  for (int i = 0; i < CALLS; i++)
    CHECK(sim.calls[i].answers == sim.calls[i].pending);
}

static void check_agreement(void) {
  uint64_t waiting = 0, late = 0;
  dm_time due = DM_NEVER;
  for (int i = 0; i < CALLS; i++) {
    const call *c = &sim.calls[i];
    CHECK(c->state == CALL_FREE || !c->on_stack);
    CHECK(c->state == CALL_WAITING ? c->expected == 0 : c->answers == c->pending);
    waiting += c->state == CALL_WAITING;
    late += c->state == CALL_LATE;
    if (c->state == CALL_WAITING && c->due < due)
      due = c->due;
  }
  dm_statistics statistics = {.size = sizeof statistics};
  CHECK(dm_statistics_get(sim.context, &statistics) == DM_OK);
  CHECK(statistics.waiting == waiting && statistics.late == late);
  CHECK(statistics.connections == connected_count());
  CHECK(statistics.late_pubacks == sim.late_expected && sim.late_events == sim.late_expected);
  CHECK(dm_next_deadline(sim.context) == due);
  for (int i = 0; i < CLIENTS; i++)
    CHECK(dm_unacknowledged(sim.context, sim.clients[i].handle) == window_of(&sim.clients[i]));
}

static void step(void) {
  random_operation();
  if (sim.freed) {
    check_nobody_waits();
    new_context();
  } else {
    check_agreement();
    if (sim.stopped && one_in(50))
      operation_free();
    if (sim.freed)
      new_context();
  }
}

static void parse_policy(void) {
  dm_span json = dm_text("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                         "\"Action\":\"iot:*\",\"Resource\":\"*\"}}");
  CHECK(dm_policy_parse(&everything, json, 0, NULL, NULL) == DM_OK);
}

int main(int argc, char **argv) {
  const char *steps = argc > 1 ? argv[1] : getenv("SIM_STEPS");
  sim.steps = steps != NULL ? strtoull(steps, NULL, 10) : 3000000;
  sim.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  sim.random = sim.seed;
  parse_policy();
  for (int i = 0; i < CLIENTS; i++)
    memcpy(sim.clients[i].name, "client-0", 9), sim.clients[i].name[7] += (char)i;
  new_context();
  for (sim.step = 0; sim.step < sim.steps; sim.step++)
    step();
  operation_free();
  check_nobody_waits();
  dm_policy_free(everything);
  printf("sim_core: %llu steps, %llu calls of the API, seed %llu: every call had its one answer\n",
         (unsigned long long)sim.steps, (unsigned long long)sim.operations,
         (unsigned long long)sim.seed);
  return 0;
}
