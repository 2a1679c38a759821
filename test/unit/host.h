/* A host for tests of the core: a context on virtual time, with callbacks that record what
 * they were told and do what the test has set up.
 *
 * Each test has a host of its own: host_setup() and host_teardown() make and end it, and
 * the teardown fails the test when the library has kept memory.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_HOST_H
#define TEST_UNIT_HOST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "allocator.h"
#include "dm/dm.h"

enum {
  HOST_POLICIES = 8,
  HOST_ORDER = 64
};

typedef struct host host;

/* Something for a callback to do. It is done once: it may itself lead to the callback. */
typedef void (*host_hook)(host *h);

/* A copy of what deliver() was given. */
typedef struct host_delivery {
  char client_id[129];
  char topic[257];
  char payload[64]; /* its first bytes */
  size_t payload_len;
  dm_connection_id connection;
  void *connection_user;
  dm_message_id message_id;
  uint8_t qos;
  uint8_t protocol_level;
} host_delivery;

/* A copy of an event and its caller, whose size is 0 where there was none; their spans lead to
 * the texts behind them, shortened to their sizes. */
typedef struct host_event {
  dm_event event;
  dm_caller caller;
  char account[65];
  char client_id[300];
  char topic[300];
  char principal[300];
  char source_ip[50];
  char invocation_id[70];
  char trace_parent[60];
  char action[30];
  char resource[500];
} host_event;

/* A copy of what policies() was asked. */
typedef struct host_party {
  char principal[257];
  dm_caller caller; /* its size is 0 where there was none */
  dm_connection_id connection;
  void *connection_user;
} host_party;

/* A copy of what subscriptions() or end_connection() was given. */
typedef struct host_target {
  char client_id[129];
  dm_connection_id connection;
  void *connection_user;
} host_target;

/* A copy of what page() was given. */
typedef struct host_page {
  host *host;
  unsigned calls;
  int answer; /* what page() returns */
  size_t count;
  char filters[DM_SUBSCRIPTIONS_MAX][16];
  int qos[DM_SUBSCRIPTIONS_MAX];
  char next_token[DM_NEXT_TOKEN_MAX + 1];
  bool last;
} host_page;

struct host {
  dm_context *context;
  dm_config config; /* takes effect with host_reopen() */
  dm_limits limits; /* the same */
  dm_memory interface;
  allocator memory;
  dm_time now;

  /* What the callbacks answer. */
  int deliver_result;
  const char *deliver_text; /* the host's words for it; NULL: none */
  int policies_result;
  int has_session;
  int subscriptions_result, end_result;
  const char *const *filters; /* of every client; the QoS is 0, 1, 0, 1, ... */
  size_t filter_count;
  dm_policy *allow; /* for everybody who is not in the table */
  struct {
    const char *principal;
    dm_policy *policy; /* NULL: the principal has none */
  } table[HOST_POLICIES];
  size_t table_count;

  /* What the callbacks do. */
  host_hook in_deliver, in_policies, in_session, in_event, in_complete;
  host_hook in_subscriptions, in_end, in_page;

  /* What the callbacks were told: how often, and the last time. */
  unsigned deliveries, parties, sessions, events, late_events, completions;
  host_delivery delivered;
  host_party sender, receiver;
  char session_client_id[300];
  host_target target; /* of subscriptions() or end_connection() */
  int clean_session, prevent_will;
  host_event told;
  char order[HOST_ORDER]; /* a letter for each callback: P, S, D, E, C, L(ist), X (end), G (page) */

  struct host_call *calls; /* all that were made */

  /* For the hooks of a test. */
  struct host_call *other;
  dm_connection_id connection;
  int hook_result;
  bool freed; /* by a hook: the context is gone once the outermost function has returned */
};

/* One message with its answers; the host keeps it until its own end. */
typedef struct host_call {
  host *host;
  struct host_call *next;
  dm_message message;
  dm_caller caller;     /* the message's */
  dm_result sent;       /* from dm_send() */
  unsigned completions; /* how often complete() was called */
  dm_result completed;  /* by complete() */
} host_call;

/* For cmocka: a host with a context and nothing connected. */
int host_setup(void **state);
int host_teardown(void **state);

#define host_test(function) cmocka_unit_test_setup_teardown(function, host_setup, host_teardown)

/* Ends the context and makes another one from h->config. */
void host_reopen(host *h);

/* Ends the context; the library must have released everything. */
void host_close(host *h);

/* Gives a principal a policy of its own; NULL takes every policy away from it. */
void host_policy(host *h, const char *principal, const char *json);

/* Forgets what the callbacks were told. */
void host_forget(host *h);

/* Releases every call that was made; none may wait any more. */
void host_forget_calls(host *h);

/* A connection as most tests want it: MQTT 5, no limits, its principal "thing". */
dm_connection host_connection(host *h, const char *client_id);

/* Connects such a client, which must succeed. */
dm_connection_id host_connect(host *h, const char *client_id);

/* A message "hello" from "backend" to topic "a/b" of a client: confirmed or not. */
host_call *host_confirmed(host *h, const char *client_id);
host_call *host_unconfirmed(host *h, const char *client_id);

/* Sends it and returns what dm_send() did. */
int host_send(host_call *call);

/* Sends it; it must be pending then. */
void host_send_pending(host_call *call);

/* "backend", and a query about a client from it. */
dm_caller host_caller(void);
dm_query host_query(const char *client_id);

/* Asks and returns what the function did; the results agree with it. */
int host_get(host *h, const char *client_id, int sockets, dm_connection_information *out);
int host_list(host *h, const char *client_id, uint32_t max_results, const char *token,
              host_page *out);
int host_delete(host *h, const char *client_id, int clean_session, int prevent_will);

/* Acknowledges what was delivered last, or what a call delivered, on the connection of the
 * last delivery. */
int host_puback(host *h, uint8_t reason_code);
int host_puback_of(host_call *call, uint8_t reason_code);

/* Lets time pass and ticks. */
void host_wait(host *h, dm_duration duration);

/* Fails unless complete() was called once, with this. */
void assert_completed(const host_call *call, int outcome, int delivered);

/* Fails unless dm_send() itself gave the answer, this one, and complete() was not called. */
void assert_sent(const host_call *call, int outcome, int delivered);

/* The statistics. */
dm_statistics host_statistics(const host *h);

#endif
