/* A server over real sockets for tests of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_host.h"

#include <signal.h>
#include <stdlib.h>

#include "common/host/asked_party.h"

http_host *host;

static int on_deliver(void *user, const dm_delivery *delivery) {
  (void)user;
  if (delivery->connection == host->fast)
    dm_puback(host->service.context, host->fast, delivery->message_id, 0,
              service_now(&host->service));
  else
    host->delivered[host->delivered_count++] = delivery->message_id;
  return DM_OK;
}

static const access_peer plain = {.secure = false};

static int policies(void *user, const dm_party *party, dm_policy_list *out) {
  (void)user;
  return asked_policies(&host->service, party, &plain, out);
}

static int values(void *user, const dm_party *party, const dm_policy_value **out, size_t *count) {
  (void)user;
  return asked_values(&host->service, party, &plain, out, count);
}

void http_host_acknowledge(size_t i) {
  dm_puback(host->service.context, host->slow, host->delivered[i], 0, service_now(&host->service));
}

static dm_connection_id connect_device(const char *client_id) {
  dm_connection connection = {.size = sizeof connection,
                              .client_id = dm_text(client_id),
                              .principal = dm_text("device"),
                              .protocol_level = 4};
  dm_connection_id id = 0;
  assert_int_equal(
      dm_connected(host->service.context, &connection, service_now(&host->service), &id), DM_OK);
  return id;
}

static char *arguments[] = {(char *)(uintptr_t) "test", (char *)(uintptr_t) "--http=127.0.0.1:0",
                            NULL};

static const settings_program program = {.name = "test"};

static void open_server(void) {
  const http_server_options options = {.loop = &host->service.loop,
                                       .limits = &host->settings.http_limits,
                                       .http = &host->settings.http,
                                       .https = &host->settings.https,
                                       .tls = &host->service.tls,
                                       .routes = host->routes,
                                       .route_count = host->routes[1].handle == NULL ? 1 : 2,
                                       .forget = api_route_forget};
  problem p;
  api_route_open(&host->api, &host->service);
  host->routes[0] = host->api.route;
  assert_true(http_server_open(&host->server, &options, &p));
}

void http_host_stop(void) {
  service_stop(&host->service);
  http_server_stop(&host->server);
  service_end_calls(&host->service);
}

void http_host_open(void) {
  const dm_config callbacks = {
      .size = sizeof callbacks, .deliver = on_deliver, .policies = policies, .values = values};
  problem p;
  int status;
  assert_true(service_open(&host->service, &host->settings, &callbacks, &p, &status));
  open_server();
  host->fast = connect_device("fast");
  host->slow = connect_device("slow");
}

int http_host_setup(void **state) {
  (void)state;
  problem p;
  signal(SIGPIPE, SIG_IGN); /* as the programs do */
  host = calloc(1, sizeof *host);
  if (host == NULL || !settings_load(&host->settings, &program, 2, arguments, &p))
    return -1;
  host->settings.limits.publishes_per_second = DM_UNLIMITED;
  return 0;
}

int http_host_teardown(void **state) {
  (void)state;
  http_server_close(&host->server);
  api_route_close(&host->api);
  service_close(&host->service);
  settings_free(&host->settings);
  free(host);
  return 0;
}

uint64_t http_host_waiting(void) {
  dm_statistics statistics = {.size = sizeof statistics};
  assert_int_equal(dm_statistics_get(host->service.context, &statistics), DM_OK);
  return statistics.waiting;
}
