/* Tests of structures that begin with their own size. Each is allocated as large as it
 * says and no larger, so that AddressSanitizer sees every byte read or written beyond.
 *
 * SPDX-License-Identifier: MIT
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "base/structure.h"

/* How much larger than the library's a newer host's structure may be here. */
#define MORE 24

/* A structure of `size` bytes that begins like `known` and is zero behind it. */
static void *resized(const void *known, size_t known_size, size_t size) {
  char *copy = calloc(1, size);
  assert_non_null(copy);
  memcpy(copy, known, size < known_size ? size : known_size);
  memcpy(copy, &size, sizeof size);
  return copy;
}

/* Calls `use` with a structure of every interesting size and shape; it returns a status. */
static void assert_sizes(host *h, const void *known, size_t known_size,
                         int (*use)(host *h, const void *structure), int good) {
  size_t sizes[] = {sizeof(size_t), known_size - 1, known_size, known_size + 1, known_size + MORE};
  for (size_t i = 0; i < 5; i++) {
    void *structure = resized(known, known_size, sizes[i]);
    int result = use(h, structure);
    assert_int_equal(result, sizes[i] < known_size ? DM_ERROR_INVALID_ARGUMENT : good);
    free(structure);
  }
  for (size_t at = known_size; at < known_size + MORE; at++) {
    char *structure = resized(known, known_size, known_size + MORE);
    structure[at] = 1;
    assert_int_equal(use(h, structure), DM_ERROR_INVALID_ARGUMENT);
    free(structure);
  }
  size_t zero = 0;
  assert_int_equal(use(h, &zero), DM_ERROR_INVALID_ARGUMENT);
}

static void test_structure_known(void **state) {
  (void)state;
  const char bytes[] = {1, 1, 0, 0, 1};
  assert_true(dmi_structure_known(bytes, 2, 2));
  assert_true(dmi_structure_known(bytes, 4, 2));
  assert_false(dmi_structure_known(bytes, 5, 2));
  assert_false(dmi_structure_known(bytes, 1, 2));
  assert_false(dmi_structure_known(bytes, 0, 2));
}

static int use_config(host *h, const void *structure) {
  (void)h;
  dm_context *context = NULL;
  int result = dm_new(&context, structure);
  assert_int_equal(context != NULL, result == DM_OK);
  dm_free(context);
  return result;
}

static void test_sizes_of_a_configuration(void **state) {
  host *h = *state;
  assert_sizes(h, &h->config, sizeof h->config, use_config, DM_OK);
}

static int use_limits(host *h, const void *structure) {
  return dm_set_limits(h->context, structure);
}

static void test_sizes_of_limits(void **state) {
  host *h = *state;
  assert_sizes(h, &h->config, sizeof h->config, use_limits, DM_OK);
}

static int use_connection(host *h, const void *structure) {
  dm_connection_id id = 0;
  int result = dm_connected(h->context, structure, h->now, &id);
  assert_int_equal(id != 0, result == DM_OK);
  return result;
}

static void test_sizes_of_a_connection(void **state) {
  host *h = *state;
  dm_connection given = host_connection(h, "boiler");
  assert_sizes(h, &given, sizeof given, use_connection, DM_OK);
}

static int use_message(host *h, const void *structure) {
  return dm_send(h->context, structure, h->now, NULL);
}

static void test_sizes_of_a_message(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_unconfirmed(h, "boiler");
  assert_sizes(h, &call->message, sizeof call->message, use_message, DM_SENT);
}

static int use_refused(host *h, const void *structure) {
  return dm_refuse(h->context, structure, DM_INVALID_REQUEST, NULL, h->now, NULL);
}

static void test_sizes_of_a_refused_message(void **state) {
  host *h = *state;
  host_call *call = host_unconfirmed(h, "boiler");
  assert_sizes(h, &call->message, sizeof call->message, use_refused, DM_INVALID_REQUEST);
}

static int use_query(host *h, const void *structure) {
  return dm_delete_connection(h->context, structure, 0, 0, h->now, NULL);
}

static void test_sizes_of_a_query(void **state) {
  host *h = *state;
  dm_query query = host_query("boiler");
  assert_sizes(h, &query, sizeof query, use_query, DM_TARGET_CLIENT_ID_NOT_FOUND);
}

static void test_sizes_of_what_is_known(void **state) {
  host *h = *state;
  h->config.client_queries_per_second = DM_UNLIMITED;
  host_reopen(h);
  host_connect(h, "boiler");
  dm_query query = host_query("boiler");
  const dm_connection_information empty = {.size = sizeof empty};
  for (size_t size = sizeof empty - 1; size <= sizeof empty + MORE; size++) {
    dm_connection_information *out = resized(&empty, sizeof empty, size);
    bool fits = size >= sizeof empty;
    memset((char *)out + sizeof size, 0x5A, size - sizeof size);
    assert_int_equal(dm_get_connection(h->context, &query, 0, h->now, out, NULL),
                     fits ? DM_OK : DM_ERROR_INVALID_ARGUMENT);
    assert_int_equal(out->size, size);
    for (size_t at = sizeof empty; at < size; at++)
      assert_int_equal(((char *)out)[at], 0x5A);
    free(out);
  }
}

/* A call that breaks the API's contract is none. */
static void test_a_wrong_size_is_no_call(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_unconfirmed(h, "boiler");
  call->message.size--;
  call->sent.size = sizeof call->sent;
  assert_int_equal(dm_send(h->context, &call->message, h->now, &call->sent),
                   DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(use_refused(h, &call->message), DM_ERROR_INVALID_ARGUMENT);
  assert_string_equal(h->order, "");
  assert_int_equal(dm_count(h->context, DM_SENT), 0);
  assert_int_equal(dm_count(h->context, DM_INVALID_REQUEST), 0);
}

/* What is handed out keeps its size, and what lies behind the library's part its content. */
static void test_sizes_of_a_result(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  host_call *call = host_unconfirmed(h, "boiler");
  const dm_result empty = {.size = sizeof empty};
  for (size_t size = sizeof empty - 1; size <= sizeof empty + MORE; size++) {
    dm_result *result = resized(&empty, sizeof empty, size);
    memset((char *)result + sizeof size, 0x5A, size - sizeof size);
    int outcome = dm_send(h->context, &call->message, h->now, result);
    assert_int_equal(result->size, size);
    if (size < sizeof empty) {
      assert_int_equal(outcome, DM_ERROR_INVALID_ARGUMENT);
    } else {
      assert_int_equal(outcome, DM_SENT);
      assert_int_equal(result->outcome, DM_SENT);
    }
    for (size_t at = sizeof empty; at < size; at++)
      assert_int_equal(((char *)result)[at], 0x5A);
    free(result);
  }
  assert_int_equal(h->events, MORE + 1);
}

static void test_the_result_of_a_refusal_needs_its_size(void **state) {
  host *h = *state;
  host_call *call = host_unconfirmed(h, "boiler");
  for (size_t size = sizeof call->sent - 1; size <= sizeof call->sent; size++) {
    call->sent.size = size;
    bool fits = size == sizeof call->sent;
    assert_int_equal(
        dm_refuse(h->context, &call->message, DM_INVALID_REQUEST, NULL, h->now, &call->sent),
        fits ? DM_INVALID_REQUEST : DM_ERROR_INVALID_ARGUMENT);
    assert_int_equal(h->events, fits);
  }
}

static void test_sizes_of_statistics(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  const dm_statistics empty = {.size = sizeof empty};
  for (size_t size = sizeof empty - 1; size <= sizeof empty + MORE; size++) {
    dm_statistics *out = resized(&empty, sizeof empty, size);
    bool fits = size >= sizeof empty;
    assert_int_equal(dm_statistics_get(h->context, out), fits ? DM_OK : DM_ERROR_INVALID_ARGUMENT);
    assert_int_equal(out->size, size);
    assert_int_equal(out->connections, fits);
    free(out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_structure_known),
      host_test(test_sizes_of_a_configuration),
      host_test(test_sizes_of_limits),
      host_test(test_sizes_of_a_connection),
      host_test(test_sizes_of_a_message),
      host_test(test_sizes_of_a_refused_message),
      host_test(test_sizes_of_a_query),
      host_test(test_sizes_of_what_is_known),
      host_test(test_a_wrong_size_is_no_call),
      host_test(test_sizes_of_a_result),
      host_test(test_the_result_of_a_refusal_needs_its_size),
      host_test(test_sizes_of_statistics),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
