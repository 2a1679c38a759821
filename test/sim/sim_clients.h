/* The clients: who is connected, and who is gone and remembered.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_SIM_SIM_CLIENTS_H
#define TEST_SIM_SIM_CLIENTS_H

#include <stdbool.h>

#include "dm/dm.h"

enum {
  CLIENTS = 6,
  CLIENTS_CONNECTED = 5, /* at most */
  CLIENTS_REMEMBERED = 3 /* that are gone */
};

#define CLIENTS_REMEMBERED_FOR (150 * DM_MILLISECOND)

typedef struct client {
  char name[16];
  dm_connection_id handle, previous;
  unsigned serial; /* of its connection */
  uint32_t receive_maximum;
  bool connected, session, deaf;
  dm_time since; /* it has been connected */
  unsigned subscriptions;
} client;

/* A client that is gone and remembered. */
typedef struct gone_client {
  const client *who;
  dm_time since;
  int reason;
} gone_client;

extern client clients[CLIENTS];

/* Names them. */
void clients_begin(void);

/* None is connected, none is remembered. */
void clients_reset(void);

client *clients_any(void);
unsigned clients_connected(void);

/* This client has come, or gone. */
void clients_forget(const client *who);
void clients_remember(const client *who, int reason);

/* What is remembered of a client now; its `who` is NULL where nothing is. */
gone_client clients_gone(const client *who);

#endif
