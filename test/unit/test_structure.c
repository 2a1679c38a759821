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

/* ---- The machinery, with a structure that has grown ---------------------------------- */

/* The first version of a structure, as an old host has it. */
typedef struct thing_first {
  size_t size;
  uint64_t old;
} thing_first;

/* This library's. */
typedef struct thing {
  size_t size;
  uint64_t old;
  uint64_t new;
} thing;

/* That of a newer host. */
typedef struct thing_newest {
  size_t size;
  uint64_t old;
  uint64_t new;
  uint64_t newest;
} thing_newest;

#define THING_FIRST_SIZE offsetof(thing, new)

/* One structure that a host hands in, and what becomes of it. */
static const struct {
  const char *what;
  size_t size;
  uint64_t newest; /* what stands beyond the library's version, if there is room */
  enum {
    REFUSED,
    COMPLETED,
    IN_PLACE
  } read;
} things[] = {
    {"nothing", 0, 0, REFUSED},
    {"one byte", 1, 0, REFUSED},
    {"its size alone", sizeof(size_t), 0, REFUSED},
    {"one byte less than ever", sizeof(thing_first) - 1, 0, REFUSED},
    {"the first version", sizeof(thing_first), 0, COMPLETED},
    {"one between", sizeof(thing) - 1, 0, COMPLETED},
    {"the library's version", sizeof(thing), 0, IN_PLACE},
    {"a newer one that fits", sizeof(thing_newest), 0, IN_PLACE},
    {"a newer one that asks for more", sizeof(thing_newest), 1, REFUSED},
    {"the same in its last byte", sizeof(thing_newest), (uint64_t)1 << 56, REFUSED},
};

enum {
  THINGS = sizeof things / sizeof *things
};

/* The structure of a row, in as many bytes as it says and no more, but for those of its size. */
static void *thing_made(size_t row) {
  const thing_newest whole = {things[row].size, 1, 2, things[row].newest};
  size_t size = things[row].size;
  void *made = malloc(size < sizeof size ? sizeof size : size);
  assert_non_null(made);
  memcpy(made, &whole, size < sizeof size ? sizeof size : size);
  return made;
}

static void test_reading(void **state) {
  (void)state;
  for (size_t row = 0; row < THINGS; row++) {
    thing room = {77, 77, 77};
    void *given = thing_made(row);
    const thing *read = dmi_structure_read(given, THING_FIRST_SIZE, &room, sizeof room);
    print_message("%s\n", things[row].what);
    if (things[row].read == REFUSED) {
      assert_null(read);
    } else {
      assert_ptr_equal(read, things[row].read == IN_PLACE ? given : (void *)&room);
      assert_int_equal(read->old, 1);
      assert_int_equal(read->new, things[row].size <= sizeof(thing_first) ? 0 : 2);
    }
    assert_int_equal(room.size, things[row].read == COMPLETED ? sizeof room : 77);
    free(given);
  }
  assert_null(dmi_structure_read(NULL, THING_FIRST_SIZE, NULL, sizeof(thing)));
}

static void test_soundness(void **state) {
  (void)state;
  for (size_t row = 0; row < THINGS; row++) {
    void *given = thing_made(row);
    print_message("%s\n", things[row].what);
    assert_int_equal(dmi_structure_sound(given, THING_FIRST_SIZE, sizeof(thing)),
                     things[row].read != REFUSED);
    free(given);
  }
  assert_false(dmi_structure_sound(NULL, THING_FIRST_SIZE, sizeof(thing)));
}

/* What a host has no room for is cut off, and what the library does not know left alone. */
static void test_writing(void **state) {
  (void)state;
  const thing from = {sizeof from, 11, 0x1212121212121212};
  for (size_t row = 0; row < THINGS; row++) {
    thing_newest after = {0};
    size_t size = things[row].size;
    if (things[row].read == REFUSED)
      continue;
    void *given = thing_made(row);
    dmi_structure_write(given, &from, sizeof from);
    memcpy(&after, given, size);
    print_message("%s\n", things[row].what);
    assert_int_equal(after.size, size);
    assert_int_equal(after.old, 11);
    assert_memory_equal(&after.new, &from.new, size >= sizeof from ? 8 : size - THING_FIRST_SIZE);
    assert_int_equal(after.newest, 0);
    free(given);
  }
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

/* ---- The core's structures ----------------------------------------------------------- */

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

static int use_configured_limits(host *h, const void *structure) {
  dm_config config = h->config;
  config.limits = structure;
  return use_config(h, &config);
}

static void test_sizes_of_limits(void **state) {
  host *h = *state;
  assert_sizes(h, &h->limits, sizeof h->limits, use_limits, DM_OK);
  assert_sizes(h, &h->limits, sizeof h->limits, use_configured_limits, DM_OK);
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

static int use_known(host *h, const void *structure) {
  dm_connection_information *out = (dm_connection_information *)(uintptr_t)structure;
  dm_query query = host_query("boiler");
  size_t size = out->size;
  int result = dm_get_connection(h->context, &query, 0, h->now, out, NULL);
  assert_int_equal(out->size, size);
  if (result == DM_OK)
    assert_ptr_equal(out->client_id.ptr, out->text);
  return result;
}

static void test_sizes_of_what_is_known(void **state) {
  host *h = *state;
  h->limits.client_queries_per_second = DM_UNLIMITED;
  host_reopen(h);
  host_connect(h, "boiler");
  const dm_connection_information empty = {.size = sizeof empty};
  assert_sizes(h, &empty, sizeof empty, use_known, DM_OK);
}

static int use_caller(host *h, const void *structure) {
  host_call *call = host_unconfirmed(h, "boiler");
  dm_query query = host_query("boiler");
  call->message.caller = query.caller = structure;
  int result = dm_send(h->context, &call->message, h->now, NULL);
  int refused = dm_refuse(h->context, &call->message, DM_INVALID_REQUEST, NULL, h->now, NULL);
  assert_int_equal(refused, result == DM_SENT ? DM_INVALID_REQUEST : result);
  int asked = dm_delete_connection(h->context, &query, 0, 0, h->now, NULL);
  assert_int_equal(asked, result == DM_SENT ? DM_OK : result);
  return result;
}

static void test_sizes_of_a_caller(void **state) {
  host *h = *state;
  h->limits.client_queries_per_second = DM_UNLIMITED;
  host_reopen(h);
  host_connect(h, "boiler");
  const dm_caller caller = host_caller();
  assert_sizes(h, &caller, sizeof caller, use_caller, DM_SENT);
}

static int use_event(host *h, const void *structure) {
  (void)h;
  char line[DM_LOG_LINE_MAX];
  bool written = dm_event_log_line(structure, 0, line, sizeof line) > 0;
  return written ? DM_OK : DM_ERROR_INVALID_ARGUMENT;
}

static void test_sizes_of_an_event(void **state) {
  host *h = *state;
  const dm_event event = {.size = sizeof event, .kind = DM_EVENT_CALL};
  assert_sizes(h, &event, sizeof event, use_event, DM_OK);
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
  assert_int_equal(dm_count(h->context, DM_OPERATION_SEND, DM_SENT), 0);
  assert_int_equal(dm_count(h->context, DM_OPERATION_SEND, DM_INVALID_REQUEST), 0);
}

static int use_result(host *h, const void *structure) {
  dm_result *out = (dm_result *)(uintptr_t)structure;
  size_t size = out->size;
  int outcome = dm_send(h->context, &host_unconfirmed(h, "boiler")->message, h->now, out);
  assert_int_equal(out->size, size);
  if (outcome == DM_SENT)
    assert_int_equal(out->outcome, DM_SENT);
  return outcome;
}

static void test_sizes_of_a_result(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  const dm_result empty = {.size = sizeof empty};
  assert_sizes(h, &empty, sizeof empty, use_result, DM_SENT);
  assert_int_equal(h->events, 3);
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

static int use_statistics(host *h, const void *structure) {
  dm_statistics *out = (dm_statistics *)(uintptr_t)structure;
  size_t size = out->size;
  int result = dm_statistics_get(h->context, out);
  assert_int_equal(out->size, size);
  if (result == DM_OK)
    assert_int_equal(out->connections, 1);
  return result;
}

static void test_sizes_of_statistics(void **state) {
  host *h = *state;
  host_connect(h, "boiler");
  const dm_statistics empty = {.size = sizeof empty};
  assert_sizes(h, &empty, sizeof empty, use_statistics, DM_OK);
}

static int use_told_limits(host *h, const void *structure) {
  dm_limits *out = (dm_limits *)(uintptr_t)structure;
  size_t size = out->size;
  int result = dm_get_limits(h->context, out);
  assert_int_equal(dm_default_limits(out), result);
  assert_int_equal(out->size, size);
  if (result == DM_OK)
    assert_int_equal(out->max_payload, 131072);
  return result;
}

static void test_sizes_of_limits_that_are_told(void **state) {
  host *h = *state;
  const dm_limits empty = {.size = sizeof empty};
  assert_sizes(h, &empty, sizeof empty, use_told_limits, DM_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reading),
      cmocka_unit_test(test_soundness),
      cmocka_unit_test(test_writing),
      cmocka_unit_test(test_structure_known),
      host_test(test_sizes_of_a_configuration),
      host_test(test_sizes_of_limits),
      host_test(test_sizes_of_a_connection),
      host_test(test_sizes_of_a_message),
      host_test(test_sizes_of_a_refused_message),
      host_test(test_sizes_of_a_query),
      host_test(test_sizes_of_what_is_known),
      host_test(test_sizes_of_a_caller),
      host_test(test_sizes_of_an_event),
      host_test(test_a_wrong_size_is_no_call),
      host_test(test_sizes_of_a_result),
      host_test(test_the_result_of_a_refusal_needs_its_size),
      host_test(test_sizes_of_statistics),
      host_test(test_sizes_of_limits_that_are_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
