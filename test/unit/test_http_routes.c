/* Tests of the routes of the HTTP binding: a table of all methods and paths.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <string.h>

#include "base/span.h"
#include "http/routes.h"

/* 0: there is no such route. */
static const struct {
  const char *path; /* behind the client ID */
  int post, get, delete;
  const char *allowed; /* where the host offers everything */
  const char *least;   /* where it offers only what it must */
} paths[] = {
    {"/messages", DM_OPERATION_SEND, 0, 0, "POST", "POST"},
    {"", 0, DM_OPERATION_GET_CONNECTION, DM_OPERATION_DELETE_CONNECTION, "GET, DELETE", "GET"},
    {"/subscriptions", 0, DM_OPERATION_LIST_SUBSCRIPTIONS, 0, "GET", ""},
    {"/", 0, 0, 0, "", ""},
    {"/message", 0, 0, 0, "", ""},
    {"/messages/", 0, 0, 0, "", ""},
    {"/b/messages", 0, 0, 0, "", ""},
    {"/messages/subscriptions", 0, 0, 0, "", ""},
    {"/Subscriptions", 0, 0, 0, "", ""},
};

enum {
  PATHS = sizeof paths / sizeof *paths
};

static void assert_operation(const char *path, const char *method, int expected) {
  const dmi_route *route = dmi_route_find(dm_text(path), dm_text(method));
  assert_int_equal(route == NULL ? 0 : route->operation, expected);
}

static void test_every_path_and_method(void **state) {
  (void)state;
  static const char *const others[] = {"", "PUT", "HEAD", "OPTIONS", "get", "GETS", "POST "};
  for (size_t i = 0; i < PATHS; i++) {
    assert_operation(paths[i].path, "POST", paths[i].post);
    assert_operation(paths[i].path, "GET", paths[i].get);
    assert_operation(paths[i].path, "DELETE", paths[i].delete);
    for (size_t j = 0; j < sizeof others / sizeof *others; j++)
      assert_operation(paths[i].path, others[j], 0);
    assert_int_equal(dmi_route_known(dm_text(paths[i].path)),
                     paths[i].post != 0 || paths[i].get != 0);
  }
}

static void test_what_has_no_route_counts_as_a_message(void **state) {
  (void)state;
  assert_int_equal(dmi_route_default()->operation, DM_OPERATION_SEND);
}

static void assert_allowed(const host *h, dm_span path, const char *expected) {
  char out[ALLOW_MAX];
  assert_true(dmi_span_equal(dmi_route_allowed(h->context, path, out), dm_text(expected)));
}

static void test_what_is_allowed_follows_from_the_routes(void **state) {
  host *h = *state;
  for (size_t i = 0; i < PATHS; i++)
    assert_allowed(h, dm_text(paths[i].path), paths[i].allowed);
  assert_allowed(h, dm_text(NULL), "");
  h->config.subscriptions = NULL;
  h->config.end_connection = NULL;
  host_reopen(h);
  for (size_t i = 0; i < PATHS; i++)
    assert_allowed(h, dm_text(paths[i].path), paths[i].least);
}

/* That of a message is the largest payload; what comes elsewhere is read to its end as well. */
static void test_the_largest_body(void **state) {
  host *h = *state;
  h->limits.max_payload = 7;
  host_reopen(h);
  static const char *const methods[] = {"POST", "GET", "DELETE", "PUT"};
  static const char *const targets[] = {"", "*", "/elsewhere", "/connections/", "http://host?a"};
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    dm_span method = dm_text(methods[i]);
    for (size_t j = 0; j < PATHS; j++) {
      char target[64] = "/connections/boiler";
      strcat(target, paths[j].path);
      strcat(target, "?a=b");
      assert_int_equal(dm_http_body_limit(h->context, method, dm_text(target)), 7);
    }
    for (size_t j = 0; j < sizeof targets / sizeof *targets; j++)
      assert_int_equal(dm_http_body_limit(h->context, method, dm_text(targets[j])), 7);
  }
}

static void test_the_largest_body_of_nothing(void **state) {
  host *h = *state;
  dm_span nothing = {NULL, 1}, target = SPAN("/connections/boiler/messages");
  assert_int_equal(dm_http_body_limit(NULL, SPAN("POST"), target), 0);
  assert_int_equal(dm_http_body_limit(h->context, nothing, target), 0);
  assert_int_equal(dm_http_body_limit(h->context, SPAN("POST"), nothing), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_path_and_method),
      cmocka_unit_test(test_what_has_no_route_counts_as_a_message),
      host_test(test_what_is_allowed_follows_from_the_routes),
      host_test(test_the_largest_body),
      host_test(test_the_largest_body_of_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
