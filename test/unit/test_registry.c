/* Tests of the connection registry.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator.h"
#include "base/span.h"
#include "core/registry.h"

typedef struct fixture {
  allocator memory;
  dm_memory interface;
  dmi_connection_registry registry;
} fixture;

static int setup(void **state) {
  fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->memory.allowed = SIZE_MAX;
  f->interface = allocator_memory(&f->memory);
  dmi_registry_init(&f->registry, (dmi_siphash_key){{1, 2}}, &f->interface);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  dmi_registry_free(&f->registry);
  assert_int_equal(f->memory.blocks, 0);
  free(f);
  return 0;
}

static dm_connection given(const char *client_id) {
  return (dm_connection){
      .size = sizeof(dm_connection),
      .client_id = dm_text(client_id),
      .principal = SPAN("thing"),
      .source_ip = SPAN("192.0.2.7"),
      .target_ip = SPAN("198.51.100.1"),
      .protocol_level = 4,
  };
}

static dmi_connection *enter(fixture *f, const char *client_id) {
  dm_connection client = given(client_id);
  dmi_connection *entry = dmi_registry_prepare(&f->registry, &client);
  assert_non_null(entry);
  dmi_registry_enter(&f->registry, entry);
  return entry;
}

static dmi_connection *find(fixture *f, const char *client_id) {
  return dmi_registry_find(&f->registry, dm_text(client_id));
}

static void test_an_empty_registry_finds_nobody(void **state) {
  fixture *f = *state;
  assert_null(find(f, "boiler"));
  assert_null(find(f, ""));
  assert_null(dmi_registry_resolve(&f->registry, 0));
  assert_null(dmi_registry_resolve(&f->registry, UINT64_MAX));
}

static void test_what_was_entered_is_found(void **state) {
  fixture *f = *state;
  dmi_connection *boiler = enter(f, "boiler"), *pump = enter(f, "pump");
  assert_ptr_equal(find(f, "boiler"), boiler);
  assert_ptr_equal(find(f, "pump"), pump);
  assert_null(find(f, "boile"));
  assert_null(find(f, "boiler "));
  assert_null(find(f, "Boiler"));
  assert_ptr_equal(dmi_registry_resolve(&f->registry, dmi_slotmap_handle(boiler)), boiler);
  assert_ptr_equal(dmi_registry_resolve(&f->registry, dmi_slotmap_handle(pump)), pump);
}

/* A client that is prepared can be resolved, but nobody can name it yet. */
static void test_preparing_is_not_entering(void **state) {
  fixture *f = *state;
  dm_connection client = given("boiler");
  dmi_connection *prepared = dmi_registry_prepare(&f->registry, &client);
  assert_non_null(prepared);
  assert_null(find(f, "boiler"));
  assert_ptr_equal(dmi_registry_resolve(&f->registry, dmi_slotmap_handle(prepared)), prepared);
  dmi_registry_enter(&f->registry, prepared);
  assert_ptr_equal(find(f, "boiler"), prepared);
}

static void test_a_hidden_connection_keeps_its_handle_until_released(void **state) {
  fixture *f = *state;
  dmi_connection *boiler = enter(f, "boiler");
  uint64_t handle = dmi_slotmap_handle(boiler);
  dmi_registry_hide(&f->registry, boiler);
  assert_null(find(f, "boiler"));
  assert_ptr_equal(dmi_registry_resolve(&f->registry, handle), boiler);
  dmi_registry_release(&f->registry, boiler);
  assert_null(dmi_registry_resolve(&f->registry, handle));
  assert_int_not_equal(dmi_slotmap_handle(enter(f, "boiler")), handle);
}

static void test_the_same_client_id_twice_in_a_takeover(void **state) {
  fixture *f = *state;
  dmi_connection *old = enter(f, "boiler");
  dm_connection client = given("boiler");
  dmi_connection *fresh = dmi_registry_prepare(&f->registry, &client);
  assert_non_null(fresh);
  assert_ptr_equal(find(f, "boiler"), old);
  dmi_registry_hide(&f->registry, old);
  dmi_registry_enter(&f->registry, fresh);
  assert_ptr_equal(find(f, "boiler"), fresh);
  dmi_registry_release(&f->registry, old);
  assert_ptr_equal(find(f, "boiler"), fresh);
}

static void test_texts_are_copied(void **state) {
  fixture *f = *state;
  char id[] = "boiler", principal[] = "thing";
  dm_connection client = given(id);
  client.principal = dm_text(principal);
  dmi_connection *entry = dmi_registry_prepare(&f->registry, &client);
  assert_non_null(entry);
  dmi_registry_enter(&f->registry, entry);
  memset(id, 'x', sizeof id - 1);
  memset(principal, 'x', sizeof principal - 1);
  assert_true(dmi_span_equal(dmi_connection_client_id(entry), SPAN("boiler")));
  assert_true(dmi_span_equal(dmi_connection_principal(entry), SPAN("thing")));
}

static void test_texts_at_their_limits(void **state) {
  fixture *f = *state;
  char letters[256];
  memset(letters, 'x', sizeof letters);
  dm_connection client = given("");
  client.client_id = dm_bytes(letters, 128);
  client.principal = dm_bytes(letters, 256);
  client.source_ip = client.target_ip = dm_bytes(letters, 45);
  dmi_connection *entry = dmi_registry_prepare(&f->registry, &client);
  assert_non_null(entry);
  dmi_registry_enter(&f->registry, entry);
  assert_true(dmi_span_equal(dmi_connection_client_id(entry), client.client_id));
  assert_true(dmi_span_equal(dmi_connection_principal(entry), client.principal));
  assert_ptr_equal(dmi_registry_find(&f->registry, client.client_id), entry);
  client = given("b");
  client.principal = client.source_ip = client.target_ip = (dm_span){NULL, 0};
  entry = dmi_registry_prepare(&f->registry, &client);
  assert_non_null(entry);
  dmi_registry_enter(&f->registry, entry);
  assert_int_equal(dmi_connection_principal(entry).len, 0);
}

static void test_what_a_client_did_not_state(void **state) {
  fixture *f = *state;
  dm_connection client = given("boiler");
  dmi_connection *entry = dmi_registry_prepare(&f->registry, &client);
  assert_non_null(entry);
  dmi_registry_enter(&f->registry, entry);
  assert_int_equal(entry->receive_maximum, 65535);
  assert_int_equal(entry->maximum_packet_size, 0);
  client.client_id = SPAN("pump");
  client.receive_maximum = 65535;
  client.maximum_packet_size = UINT32_MAX;
  entry = dmi_registry_prepare(&f->registry, &client);
  assert_non_null(entry);
  dmi_registry_enter(&f->registry, entry);
  assert_int_equal(entry->receive_maximum, 65535);
  assert_int_equal(entry->maximum_packet_size, UINT32_MAX);
}

static const char *name_of(unsigned number) {
  static char name[16];
  snprintf(name, sizeof name, "client-%u", number);
  return name;
}

static void test_many_come_and_go(void **state) {
  fixture *f = *state;
  enum {
    MANY = 500
  };
  dmi_connection *entries[MANY] = {NULL};
  uint32_t random = 7;
  for (int step = 0; step < 20000; step++) {
    random = random * 1664525u + 1013904223u;
    unsigned number = (random >> 8) % MANY;
    assert_ptr_equal(find(f, name_of(number)), entries[number]);
    if (entries[number] == NULL) {
      entries[number] = enter(f, name_of(number));
    } else {
      dmi_registry_hide(&f->registry, entries[number]);
      dmi_registry_release(&f->registry, entries[number]);
      entries[number] = NULL;
    }
  }
  for (unsigned number = 0; number < MANY; number++)
    assert_ptr_equal(find(f, name_of(number)), entries[number]);
}

/* Two client IDs that have the same hash under the key of these tests. */
static void test_client_ids_with_the_same_hash(void **state) {
  fixture *f = *state;
  static const char *const ids[] = {"client-122579", "client-145262"};
  assert_int_equal((uint32_t)dmi_siphash(f->registry.key, dm_text(ids[0])),
                   (uint32_t)dmi_siphash(f->registry.key, dm_text(ids[1])));
  dmi_connection *first = enter(f, ids[0]);
  assert_null(find(f, ids[1]));
  dmi_connection *second = enter(f, ids[1]);
  assert_ptr_equal(find(f, ids[0]), first);
  assert_ptr_equal(find(f, ids[1]), second);
  dmi_registry_hide(&f->registry, first);
  dmi_registry_release(&f->registry, first);
  assert_null(find(f, ids[0]));
  assert_ptr_equal(find(f, ids[1]), second);
}

/* A client with texts of its own letter. */
static dmi_connection *enter_with_text(fixture *f, const char *client_id, char letter, size_t len) {
  char letters[256];
  memset(letters, letter, sizeof letters);
  dm_connection client = given(client_id);
  client.principal = dm_bytes(letters, len);
  dmi_connection *entry = dmi_registry_prepare(&f->registry, &client);
  assert_non_null(entry);
  dmi_registry_enter(&f->registry, entry);
  return entry;
}

static void assert_text(const dmi_connection *entry, const char *client_id, char letter,
                        size_t len) {
  char expected[400];
  memset(expected, letter, len);
  assert_true(dmi_span_equal(dmi_connection_client_id(entry), dm_text(client_id)));
  assert_true(dmi_span_equal(dmi_connection_principal(entry), dm_bytes(expected, len)));
  assert_true(dmi_span_equal(dmi_connection_source_ip(entry), SPAN("192.0.2.7")));
  assert_true(
      dmi_span_equal(dmi_description_target_ip(&entry->about, entry->text), SPAN("198.51.100.1")));
}

/* Where a text is kept depends on its length, and must make no difference. */
static void test_texts_of_every_length(void **state) {
  fixture *f = *state;
  static const char *const ids[] = {"boiler", "pump", "valve"};
  for (size_t len = 0; len <= 256; len++) {
    dmi_connection *entries[3];
    for (size_t i = 0; i < 3; i++)
      entries[i] = enter_with_text(f, ids[i], (char)('a' + i), len);
    for (size_t i = 0; i < 3; i++) {
      assert_ptr_equal(find(f, ids[i]), entries[i]);
      assert_text(entries[i], ids[i], (char)('a' + i), len);
    }
    for (size_t i = 0; i < 3; i++) {
      dmi_registry_hide(&f->registry, entries[i]);
      dmi_registry_release(&f->registry, entries[i]);
    }
  }
}

/* Whichever allocation fails, nobody is entered and no place is lost. */
static void test_out_of_memory_changes_nothing(void **state) {
  fixture *f = *state;
  char letters[256];
  memset(letters, 'x', sizeof letters);
  dm_connection client = given("boiler");
  client.principal = dm_bytes(letters, sizeof letters);
  dmi_connection *entry = NULL;
  size_t allowed = 0;
  for (; entry == NULL; allowed++) {
    dmi_registry_free(&f->registry);
    dmi_registry_init(&f->registry, (dmi_siphash_key){{1, 2}}, &f->interface);
    f->memory.allowed = allowed;
    entry = dmi_registry_prepare(&f->registry, &client);
    if (entry == NULL) {
      assert_null(find(f, "boiler"));
      assert_int_equal(f->registry.connections.taken, 0);
    }
  }
  f->memory.allowed = SIZE_MAX;
  assert_in_range(allowed, 4, 10);
  dmi_registry_enter(&f->registry, entry);
  assert_ptr_equal(find(f, "boiler"), entry);
}

#define registry_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      registry_test(test_an_empty_registry_finds_nobody),
      registry_test(test_what_was_entered_is_found),
      registry_test(test_preparing_is_not_entering),
      registry_test(test_a_hidden_connection_keeps_its_handle_until_released),
      registry_test(test_the_same_client_id_twice_in_a_takeover),
      registry_test(test_texts_are_copied),
      registry_test(test_texts_at_their_limits),
      registry_test(test_what_a_client_did_not_state),
      registry_test(test_many_come_and_go),
      registry_test(test_client_ids_with_the_same_hash),
      registry_test(test_texts_of_every_length),
      registry_test(test_out_of_memory_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
