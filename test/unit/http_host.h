/* A host for tests of the HTTP binding: it records what its callbacks are told, and does what
 * a test has hung on them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_HTTP_HOST_H
#define TEST_UNIT_HTTP_HOST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>

#include "dm/http.h"

#define MESSAGES "/connections/boiler-7/messages"

typedef struct host host;

/* One HTTP call of the host's. Its memory is released inside answer(), or when it has
 * been cancelled: whoever touches it afterwards is found out by AddressSanitizer. */
typedef struct request_slot {
  host *host;
  dm_http_call *call; /* NULL once released */
  int answers;
  int status;
  char header_names[8][32];
  char header_values[8][64];
  size_t header_count;
  json_t *body; /* NULL: there was none */
  int outcome;
  void (*on_answer)(host *host);
} request_slot;

/* What deliver() was given. */
typedef struct delivered {
  int count;
  char client_id[129], topic[257], payload[64];
  char content_type[64], response_topic[64], principal[64];
  char property_key[64], property_value[64];
  size_t property_count, correlation_len;
  int payload_format, mode, protocol;
  dm_duration timeout;
  dm_connection_id connection;
  dm_message_id message_id;
} delivered;

/* What event() was given last. */
typedef struct told {
  int count, kind, operation, outcome;
  char client_id[300], topic[300], principal[64], invocation_id[65], source_ip[46];
  char trace_parent[60], trace_id[37], text[300];
  uint16_t source_port;
  uint32_t attempt;
  int protocol;
} told;

struct host {
  dm_context *context;
  dm_policy *policy;
  int deliver_result;
  int deny; /* 1: nobody has a policy */
  int allocations_left, allocations;
  dm_connection_id boiler;
  request_slot first, second;
  void *caller; /* dm_caller.user of the last party asked about that was one */
  delivered delivered;
  told told;
  void (*on_deliver)(host *host);
  void (*on_policies)(host *host);
  void (*on_event)(host *host);
};

/* "POST /connections/boiler-7/messages?topic=a" with the body "hello", from "backend". */
extern const dm_http_request well_formed;

/* A host with one connection, boiler-7, and this configuration: http_host_end() ends it. */
host *http_host_new(const dm_config *base);

/* For cmocka: such a host with the default configuration, and its end. */
int http_host_begin(void **state);
int http_host_end(void **state);

/* A new call for a request of the host's. */
dm_http_call *call_new(request_slot *slot);

/* Hands a request over. */
void handle(host *h, request_slot *slot, const dm_http_request *request);

/* A well-formed request for this target; a confirmed one. */
void post(host *h, request_slot *slot, const char *target);
void post_confirmed(host *h, request_slot *slot);

/* Cancels a call and releases it; for hooks: the first or the second. */
int cancel(host *h, request_slot *slot);
void cancel_first(host *h);
void cancel_second(host *h);

/* For hooks: what the device, the host or another caller may do. */
void acknowledge(host *h);
void reject(host *h);
void free_context(host *h);
void stop(host *h);
void post_second(host *h);

/* What an answer says: a header, a member of its body; NULL without. */
const char *header(const request_slot *slot, const char *name);
const char *member(const request_slot *slot, const char *name);

/* There is no answer yet. */
void assert_waiting(const request_slot *slot);

/* One answer of a status and an outcome, with all that every answer has. */
void assert_answer(const request_slot *slot, int status, int outcome);

/* A request for this target is answered at once. */
void assert_posted(host *h, const char *target, int status, int outcome);

/* dm_http_call.answer of the host's calls: records it. */
void http_host_answer(void *user, const dm_http_answer *answer);

#define TEST(function) cmocka_unit_test_setup_teardown(function, http_host_begin, http_host_end)

#endif
