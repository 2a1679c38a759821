/* The host of the context.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sim_host.h"

#include "sim_calls.h"
#include "sim_clients.h"
#include "operations.h"
#include "sim_queries.h"
#include "sends.h"
#include "simulation.h"

static dm_policy *everything;

static int on_policies(void *user, const dm_party *party, dm_policy_list *out) {
  (void)user;
  bool denied = party->principal.ptr[0] == 'x';
  const client *receiver = party->connection_user;
  CHECK((receiver == NULL) == (party->connection == 0));
  operations_inside(20);
  static const dm_policy *list[1];
  list[0] = everything;
  *out = (dm_policy_list){list, denied ? 0 : 1};
  return DM_OK;
}

static int on_has_session(void *user, dm_span client_id) {
  (void)user;
  bool session = clients[client_id.ptr[client_id.len - 1] - '0'].session;
  operations_inside(10);
  return session;
}

static void on_event(void *user, const dm_event *event) {
  (void)user;
  if (event->kind == DM_EVENT_LATE_PUBACK)
    sim.late_events++;
  else if (event->operation == DM_OPERATION_SEND)
    sends_event(event);
  else
    queries_event(event);
  operations_inside(8);
}

void host_new_context(void) {
  dm_limits limits = {.size = sizeof limits,
                      .max_connections = CLIENTS_CONNECTED,
                      .max_unacknowledged = CALLS_WINDOW,
                      .sends_per_second = DM_UNLIMITED,
                      .publishes_per_second = DM_UNLIMITED,
                      .queries_per_second = DM_UNLIMITED,
                      .client_queries_per_second = DM_UNLIMITED,
                      .max_remembered = CLIENTS_REMEMBERED,
                      .remembered_for = CLIENTS_REMEMBERED_FOR};
  dm_config config = {.size = sizeof config,
                      .seed = {1},
                      .deliver = sends_deliver,
                      .policies = on_policies,
                      .has_session = on_has_session,
                      .subscriptions = queries_subscriptions,
                      .end_connection = queries_end_connection,
                      .event = on_event,
                      .limits = &limits};
  CHECK(dm_new(&sim.context, &config) == DM_OK);
  CHECK(dm_tick(sim.context, sim.now) == DM_OK); /* it knows no time yet */
  sim.stopped = sim.freed = false;
  clients_reset();
  calls_reset();
  sim.late_events = sim.late_expected = 0;
}

void host_begin(void) {
  dm_span json = dm_text("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                         "\"Action\":\"iot:*\",\"Resource\":\"*\"}}");
  CHECK(dm_policy_parse(&everything, json, 0, NULL, NULL) == DM_OK);
}

void host_end(void) {
  dm_policy_free(everything);
}
