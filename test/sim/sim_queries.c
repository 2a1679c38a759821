/* Queries.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sim_queries.h"

#include <string.h>

#include "chance.h"
#include "sim_clients.h"
#include "sim_connections.h"
#include "operations.h"
#include "simulation.h"

/* A query on the stack. */
typedef struct query {
  int operation, events, told, undisturbed;
  uint64_t operations; /* made before it */
  client *target;
  unsigned wanted;  /* on a page */
  bool connected;   /* when it was made */
  gone_client gone; /* the same */
  int pages, host;  /* calls of page(); what the host's callback returned */
} query;

static query *queries[OPERATIONS_DEPTH + 2]; /* on the stack */
static int query_count;

void queries_event(const dm_event *event) {
  query *q = queries[event->caller->attempt];
  CHECK(event->kind == DM_EVENT_CALL && event->operation == q->operation && q->events++ == 0);
  CHECK(event->client_id.ptr == q->target->name && event->topic.len == 0);
  q->told = event->outcome;
}

static int host_result(query *q) {
  static const int results[] = {DM_TARGET_CLIENT_ID_NOT_FOUND, DM_INTERNAL_SERVER_ERROR, 7};
  int result = chance_one_in(8) ? results[chance_below(3)] : DM_OK;
  q->host = result == 7 ? DM_INTERNAL_SERVER_ERROR : result;
  return result;
}

/* The innermost query is the one that calls out; it knows who is connected. */
static query *check_target(const dm_target *target) {
  query *q = queries[query_count - 1];
  const client *c = q->target;
  CHECK(target->client_id.ptr == c->name);
  CHECK(target->connection == (c->connected ? c->handle : 0));
  CHECK(target->connection_user == (c->connected ? c : NULL));
  return q;
}

int queries_subscriptions(void *user, const dm_target *target,
                          void (*visit)(void *visitor, dm_span topic_filter, int qos),
                          void *visitor) {
  (void)user;
  query *q = check_target(target);
  unsigned count = q->target->subscriptions;
  for (unsigned i = 0; i < count; i++) {
    char filter[2] = {'f', (char)('0' + (i * 5 + 3) % 7)};
    visit(visitor, dm_bytes(filter, sizeof filter), (int)(i % 2));
    operations_inside(20);
  }
  q->wanted = q->wanted < count ? q->wanted : count;
  return host_result(q);
}

static int on_page(void *user, const dm_subscription *list, size_t count, dm_span next_token) {
  query *q = user;
  CHECK(q->pages++ == 0 && q->host == DM_OK);
  CHECK(count == q->wanted && next_token.len <= DM_NEXT_TOKEN_MAX);
  operations_inside(6);
  for (size_t i = 1; i < count; i++)
    CHECK(list[i - 1].topic_filter.ptr[1] < list[i].topic_filter.ptr[1]);
  return DM_OK;
}

int queries_end_connection(void *user, const dm_target *target, int clean_session,
                           int prevent_will) {
  (void)user;
  (void)prevent_will;
  query *q = check_target(target);
  client *c = q->target;
  int result = host_result(q);
  if (result == DM_OK && c->connected && !sim.freed) {
    sim_time_passes(sim.now);
    c->session = clean_session == 0 && chance_one_in(2);
    connections_end(c);
    clients_remember(c, DM_DISCONNECT_API_INITIATED);
    CHECK(dm_disconnected(sim.context, target->connection, DM_DISCONNECT_API_INITIATED, sim.now) ==
          DM_OK);
    q->operations++;
  }
  operations_inside(6);
  return result;
}

/* The one outcome of a query during which nothing else happens, the host's part apart. */
static int undisturbed_query(const query *q, bool denied) {
  if (sim.stopped)
    return DM_SHUTTING_DOWN;
  if (denied)
    return DM_SEND_AUTHORIZATION_FAILURE;
  bool gone = q->operation == DM_OPERATION_GET_CONNECTION && q->gone.who != NULL;
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
  if (q->operation == DM_OPERATION_LIST_SUBSCRIPTIONS)
    return dm_list_subscriptions(sim.context, given, q->wanted, dm_text(NULL), told, on_page, q,
                                 result);
  int one = (int)chance_below(2), other = (int)chance_below(2);
  if (q->operation == DM_OPERATION_DELETE_CONNECTION)
    return dm_delete_connection(sim.context, given, one, other, told, result);
  dm_connection_information known = {.size = sizeof known};
  int outcome = dm_get_connection(sim.context, given, one, told, &known, result);
  if (outcome == DM_OK)
    check_known(q, &known);
  return outcome;
}

void queries_query(void) {
  query q = {.operation = DM_OPERATION_GET_CONNECTION + (int)chance_below(3)};
  q.target = clients_any();
  q.wanted = 1 + chance_below(6);
  bool denied = chance_one_in(12);
  dm_caller caller = {.size = sizeof caller,
                      .principal = dm_text(denied ? "x" : "backend"),
                      .attempt = (uint32_t)query_count};
  dm_query given = {.size = sizeof given, .client_id = dm_text(q.target->name), .caller = &caller};
  dm_time told = sim_told_time();
  sim_time_passes(told);
  q.gone = clients_gone(q.target);
  q.connected = q.target->connected;
  q.undisturbed = undisturbed_query(&q, denied);
  q.operations = sim.operations;
  queries[query_count++] = &q;
  dm_result result = {.size = sizeof result};
  int outcome = ask(&q, &given, told, &result);
  query_count--;
  CHECK(q.events == 1 && q.told == result.outcome);
  CHECK(result.outcome == (outcome == DM_OK ? DM_DONE : outcome));
  CHECK(q.pages == (outcome == DM_OK && q.operation == DM_OPERATION_LIST_SUBSCRIPTIONS));
  if (q.operations == sim.operations)
    CHECK(outcome == (q.undisturbed != DM_OK ? q.undisturbed : q.host));
}
