/* A server over real sockets for tests of it: its loop and the client share one thread and take
 * turns, so that nothing depends on timing.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_EXAMPLES_SERVER_HOST_H
#define TEST_EXAMPLES_SERVER_HOST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/host/api_route.h"
#include "common/server/http_server.h"

/* "fast" acknowledges inside deliver(), "slow" when a test says so. */
typedef struct http_host {
  settings settings;
  service service;
  api_route api;
  http_route routes[2]; /* the API, and one that a test may set before it opens the server */
  http_server server;
  dm_connection_id fast;
  dm_connection_id slow;
  dm_message_id delivered[200]; /* to slow, not yet acknowledged */
  size_t delivered_count;
} http_host;

extern http_host *host;

/* For cmocka: settings that a test may change before it opens the server. */
int http_host_setup(void **state);
int http_host_teardown(void **state);

#define http_host_test(name)                                                                       \
  cmocka_unit_test_setup_teardown(name, http_host_setup, http_host_teardown)

void http_host_open(void);

/* Stops it in order. */
void http_host_stop(void);

/* What was delivered to "slow" as number `i` is acknowledged. */
void http_host_acknowledge(size_t i);

/* How many callers wait. */
uint64_t http_host_waiting(void);

#endif
