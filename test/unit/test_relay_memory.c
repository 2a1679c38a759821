/* Tests of the relay: what it allocates, and what becomes of it without memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdlib.h>

/* ---- An allocator that knows how much --------------------------------------------- */

typedef struct gauge {
  size_t bytes; /* in use */
  size_t calls; /* that allocated or grew */
} gauge;

static void *measure(void *user, void *old, size_t size) {
  gauge *g = user;
  max_align_t *block = old == NULL ? NULL : (max_align_t *)old - 1;
  size_t before = 0;
  if (block != NULL)
    memcpy(&before, block, sizeof before);
  g->bytes -= before;
  if (size == 0) {
    free(block);
    return NULL;
  }
  g->calls++;
  g->bytes += size;
  block = realloc(block, size + sizeof *block);
  assert_non_null(block);
  memcpy(block, &size, sizeof size);
  return block + 1;
}

static void reopen_measured(relay_host *h, gauge *g) {
  *g = (gauge){0};
  h->interface = (dm_memory){g, measure};
  relay_reopen(h);
}

/* Where pointers have 8 bytes. A host has as many relays as devices: this may fall, not grow. */
#define RELAY_MOST 920

static void a_relay_is_small(void **state) {
  relay_host *h = *state;
  gauge g;
  reopen_measured(h, &g);
  size_t alone = g.bytes;
  dm_relay *another = NULL;
  assert_int_equal(dm_relay_new(&another, h->host, h), DM_OK);
  assert_in_range(g.bytes - alone, 1, sizeof(void *) == 8 ? RELAY_MOST : 1023);
  dm_relay_free(another);
  assert_int_equal(g.bytes, alone);
  relay_device(h, "10 0E 0004'MQTT'04 02 003C 00");
  assert_int_equal(g.bytes, alone);
  relay_device(h, "02'c1'");
  assert_in_range(g.bytes, alone + 1, alone + 16);
  relay_broker(h, CONNACK_4);
  assert_int_equal(h->calls[IN_CONNECTED], 1);
  assert_int_equal(g.bytes, alone);
  relay_close(h);
  assert_int_equal(g.bytes, 0);
}

/* Whoever is not connected takes no more. */
static void the_copy_of_connect_does_not_stay(void **state) {
  relay_host *h = *state;
  static const struct {
    const char *device, *broker;
  } ends[] = {
      {"", "20 02 00 05"},       {"", "20 02 02 05"},  {"", "30 FF FF FF FF FF"},  {"E0 00", ""},
      {"30 FF FF FF FF FF", ""}, {"E0 00", CONNACK_4}, {"C0 00 E0 00", CONNACK_4},
  };
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    gauge g;
    reopen_measured(h, &g);
    size_t alone = g.bytes;
    relay_device(h, CONNECT_4 "%s", ends[i].device);
    relay_broker(h, "%s", ends[i].broker);
    assert_int_equal(g.bytes, alone);
    assert_told(h, "");
    relay_close(h);
  }
}

/* Nor what is kept of one that cannot be read. */
static void nothing_of_an_unread_connect_stays(void **state) {
  relay_host *h = *state;
  static const char *const connacks[] = {CONNACK_4, "20 02 00 05", "20 02 02 00"};
  for (size_t i = 0; i < sizeof connacks / sizeof *connacks; i++) {
    gauge g;
    reopen_measured(h, &g);
    size_t alone = g.bytes;
    relay_device(h, "10 0E 0004'MQTT'04 0A 003C 0002'c1'");
    relay_broker(h, "%s", connacks[i]);
    assert_int_equal(g.bytes, alone);
    relay_close(h);
  }
}

static void a_connection_allocates_nothing_more(void **state) {
  relay_host *h = *state;
  gauge g;
  reopen_measured(h, &g);
  relay_connect_window(h, 20);
  size_t bytes = g.bytes;
  size_t calls = g.calls;
  for (unsigned i = 1; i < 300; i++) {
    relay_inject_now(h, 1, i);
    relay_broker(h, "30 06 0003'a/b' 00 32 08 0003'a/b' %04X 00 34 08 0003'a/b' %04X 00", 2 * i,
                 2 * i + 1);
    relay_device(h, "40 02 %04X 40 02 %04X 50 02 %04X C0 00", h->id, 2 * i, 2 * i + 1);
    relay_broker(h, "62 02 %04X D0 00", 2 * i + 1);
    relay_device(h, "70 02 %04X", 2 * i + 1);
    relay_wait(h, DM_SECOND);
    h->log[0] = '\0';
  }
  char saved[DM_RELAY_SAVED_MAX];
  size_t len = dm_relay_save(h->relay, saved);
  assert_int_equal(dm_relay_restore(h->relay, dm_bytes(saved, len)), DM_OK);
  relay_device(h, "E0 00");
  assert_int_equal(g.bytes, bytes);
  assert_int_equal(g.calls, calls);
  relay_close(h);
}

/* ---- Without memory --------------------------------------------------------------------- */

static void nothing_is_made_without_memory(void **state) {
  relay_host *h = *state;
  h->memory.allowed = 0;
  dm_relay_host *host = NULL;
  assert_int_equal(dm_relay_host_new(&host, &h->config), DM_ERROR_NO_MEMORY);
  assert_null(host);
  dm_relay *relay = NULL;
  assert_int_equal(dm_relay_new(&relay, h->host, h), DM_ERROR_NO_MEMORY);
  assert_null(relay);
}

static void connect_may_be_tried_again(void **state) {
  relay_host *h = *state;
  h->memory.allowed = 0;
  assert_int_equal(relay_device(h, CONNECT_4), DM_ERROR_NO_MEMORY);
  assert_broker(h, "");
  assert_int_equal(relay_device(h, PINGREQ), DM_ERROR_NO_MEMORY);
  assert_broker(h, "");
  h->memory.allowed = SIZE_MAX;
  assert_int_equal(relay_device(h, PINGREQ), DM_OK);
  assert_broker(h, CONNECT_4 PINGREQ PINGREQ);
  relay_broker(h, CONNACK_4);
  assert_told(h, "connected c1; ");
}

static void it_may_end_without_memory(void **state) {
  relay_host *h = *state;
  h->memory.allowed = 0;
  assert_int_equal(relay_device(h, CONNECT_4), DM_ERROR_NO_MEMORY);
  relay_end(h);
  assert_int_equal(relay_device(h, PINGREQ), DM_ERROR_CLOSED);
  assert_told(h, "");
}

static void afterwards_none_is_needed(void **state) {
  relay_host *h = *state;
  assert_int_equal(relay_device(h, CONNECT_4), DM_OK);
  h->memory.allowed = 0;
  relay_broker(h, CONNACK_4);
  assert_told(h, "connected c1; ");
  uint16_t id = relay_inject_now(h, 1, 7);
  relay_device(h, "40 02 %04X E0 00", id);
  assert_told(h, "acknowledged 7 00; disconnected 0; ");
  assert_int_equal(h->memory.refused, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(a_relay_is_small),
      relay_test(the_copy_of_connect_does_not_stay),
      relay_test(nothing_of_an_unread_connect_stays),
      relay_test(a_connection_allocates_nothing_more),
      relay_test(nothing_is_made_without_memory),
      relay_test(connect_may_be_tried_again),
      relay_test(it_may_end_without_memory),
      relay_test(afterwards_none_is_needed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
