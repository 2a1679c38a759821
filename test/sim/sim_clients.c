/* The clients.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sim_clients.h"

#include <string.h>

#include "chance.h"
#include "simulation.h"

client clients[CLIENTS];

static gone_client remembered[CLIENTS_REMEMBERED]; /* the oldest first */
static int remembered_count;

void clients_begin(void) {
  for (int i = 0; i < CLIENTS; i++) {
    memcpy(clients[i].name, "client-0", 9);
    clients[i].name[7] = (char)('0' + i);
  }
}

void clients_reset(void) {
  remembered_count = 0;
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
  remembered_count--;
  for (int i = index; i < remembered_count; i++)
    remembered[i] = remembered[i + 1];
}

static int find(const client *who) {
  for (int i = 0; i < remembered_count; i++)
    if (remembered[i].who == who)
      return i;
  return -1;
}

static bool too_old(const gone_client *gone) {
  return sim.now - gone->since >= CLIENTS_REMEMBERED_FOR;
}

void clients_forget(const client *who) {
  int index = find(who);
  if (index >= 0)
    forget_at(index);
}

/* Two at most make room for one. */
void clients_remember(const client *who, int reason) {
  for (int i = 0; i < 2 && remembered_count > 0; i++)
    if (remembered_count >= CLIENTS_REMEMBERED || too_old(&remembered[0]))
      forget_at(0);
  remembered[remembered_count++] = (gone_client){who, sim.now, reason};
}

gone_client clients_gone(const client *who) {
  int index = find(who);
  return index >= 0 && !too_old(&remembered[index]) ? remembered[index] : (gone_client){0};
}
