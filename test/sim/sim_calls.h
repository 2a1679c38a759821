/* The model: the calls of dm_send(), and what each will be answered.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_SIM_SIM_CALLS_H
#define TEST_SIM_SIM_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim_clients.h"

enum {
  CALLS = 64,
  CALLS_WINDOW = 5 /* unacknowledged on one connection */
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

extern call calls[CALLS];

/* None was made. */
void calls_reset(void);

/* One whose record may be used again, and one that has been handed over; NULL for none. */
call *calls_free(void);
call *calls_any(void);

/* How many are unacknowledged on the connection of a client. */
bool calls_in_window(const call *c);
unsigned calls_window(const client *owner);

/* Whether the connection that it was handed to still is. */
bool calls_connection_lives(const call *c);

/* Every call that waits on what `selects` names will be answered with `outcome`, those
 * inside deliver() when they come out of it. */
typedef bool calls_selects(const call *c, uint64_t argument);
void calls_expect(calls_selects *selects, uint64_t argument, int outcome);
calls_selects calls_all, calls_due, calls_of_connection;

/* The bit of an outcome in `ends`. */
uint64_t calls_end_bit(int outcome);

/* What becomes of a call with its answer. */
call_state calls_state_after(const call *c, int outcome);

/* The connection of a client is over; calls_expect() comes before. */
void calls_over(const client *owner);

#endif
