/* Clients connect, take over and disconnect.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sim_connections.h"

#include "sim_calls.h"
#include "chance.h"
#include "simulation.h"

static unsigned serials;

void connections_end(client *owner) {
  owner->connected = false;
  owner->previous = owner->handle;
  calls_expect(calls_of_connection, owner->serial, DM_RECEIVER_DISCONNECTED);
  calls_over(owner);
}

static void begin(client *c, uint32_t receive_maximum) {
  if (c->connected)
    connections_end(c);
  clients_forget(c);
  c->since = sim.now;
  c->subscriptions = chance_below(6);
  c->serial = ++serials;
  c->connected = true;
  c->receive_maximum = receive_maximum == 0 ? 65535 : receive_maximum;
  c->deaf = chance_one_in(10);
}

void connections_connect(void) {
  client *c = clients_any();
  bool refused = !c->connected && clients_connected() >= CLIENTS_CONNECTED;
  uint32_t receive_maximum = chance_one_in(3) ? 1 + chance_below(CALLS_WINDOW) : 0;
  dm_time told = sim_told_time();
  sim_time_passes(told);
  if (sim.freed)
    refused = true;
  if (!refused)
    begin(c, receive_maximum);
  dm_connection connection = {.size = sizeof connection,
                              .user = c,
                              .client_id = dm_text(c->name),
                              .principal = dm_text(c->deaf ? "x" : "device"),
                              .protocol_level = (uint8_t)(4 + chance_below(2)),
                              .receive_maximum = receive_maximum};
  int expected = sim.freed ? DM_ERROR_CLOSED : refused ? DM_ERROR_LIMIT : DM_OK;
  CHECK(dm_connected(sim.context, &connection, told, &c->handle) == expected);
}

void connections_disconnect(void) {
  client *c = clients_any();
  bool stale = !c->connected || chance_one_in(5);
  dm_connection_id handle = !c->connected ? c->handle : stale ? c->previous : c->handle;
  bool freed = sim.freed;
  int reason = (int)chance_below(DM_DISCONNECT_LAST + 1);
  dm_time told = sim_told_time();
  sim_time_passes(told);
  if (!stale && !freed) {
    connections_end(c);
    clients_remember(c, reason);
  }
  c->session = chance_one_in(2);
  int result = dm_disconnected(sim.context, handle, reason, told);
  CHECK(result == (freed ? DM_ERROR_CLOSED : stale ? DM_ERROR_STALE_HANDLE : DM_OK));
}
