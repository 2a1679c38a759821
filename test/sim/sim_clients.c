/* The clients.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sim_clients.h"

#include <string.h>

#include "chance.h"
#include "simulation.h"

client clients[CLIENTS];

static departure departures[CLIENTS_REMEMBERED]; /* the oldest first */
static int departure_count;

void clients_begin(void) {
  for (int i = 0; i < CLIENTS; i++) {
    memcpy(clients[i].name, "client-0", 9);
    clients[i].name[7] = (char)('0' + i);
  }
}

void clients_reset(void) {
  departure_count = 0;
  for (int i = 0; i < CLIENTS; i++) {
    clients[i].connected = false;
    clients[i].handle = clients[i].previous = 0;
  }
}

client *clients_any(void) {
  return &clients[chance_below(CLIENTS)];
}

unsigned clients_connected(void) {
  unsigned count = 0;
  for (int i = 0; i < CLIENTS; i++)
    count += clients[i].connected;
  return count;
}

static void forget_at(int index) {
  departure_count--;
  for (int i = index; i < departure_count; i++)
    departures[i] = departures[i + 1];
}

static int find(const client *who) {
  for (int i = 0; i < departure_count; i++)
    if (departures[i].who == who)
      return i;
  return -1;
}

static bool too_old(const departure *gone) {
  return sim.now - gone->since >= CLIENTS_REMEMBERED_FOR;
}

void clients_forget(const client *who) {
  int index = find(who);
  if (index >= 0)
    forget_at(index);
}

/* Two at most make room for one. */
void clients_remember(const client *who, int reason) {
  for (int i = 0; i < 2 && departure_count > 0; i++)
    if (departure_count >= CLIENTS_REMEMBERED || too_old(&departures[0]))
      forget_at(0);
  departures[departure_count++] = (departure){who, sim.now, reason};
}

departure clients_departure(const client *who) {
  int index = find(who);
  return index >= 0 && !too_old(&departures[index]) ? departures[index] : (departure){0};
}
