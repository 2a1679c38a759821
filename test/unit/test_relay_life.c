/* Tests of the relay: how it is made, ended and released.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_host.h"

#include <stdlib.h>

static void refuses(relay_host *h, dm_relay_config config) {
  dm_relay_host *made = NULL;
  (void)h;
  assert_int_equal(dm_relay_host_new(&made, &config), DM_ERROR_INVALID_ARGUMENT);
  assert_null(made);
}

static void a_missing_callback_is_refused(void **state) {
  relay_host *h = *state;
  dm_relay_config config = h->config;
  config.to_device = NULL;
  refuses(h, config);
  config = h->config;
  config.to_broker = NULL;
  refuses(h, config);
  config = h->config;
  config.between_packets = NULL;
  refuses(h, config);
  config = h->config;
  config.resume = NULL;
  refuses(h, config);
  config = h->config;
  config.acknowledged = NULL;
  refuses(h, config);
}

static void a_field_out_of_range_is_refused(void **state) {
  relay_host *h = *state;
  dm_relay_config config = h->config;
  config.max_unacknowledged = DM_RELAY_UNACKNOWLEDGED_MAX + 1;
  refuses(h, config);
  config.max_unacknowledged = UINT32_MAX;
  refuses(h, config);
  config = h->config;
  config.size = 0;
  refuses(h, config);
  config.size = sizeof config - 1;
  refuses(h, config);
}

static void the_most_unacknowledged_is_allowed(void **state) {
  relay_host *h = *state;
  h->config.max_unacknowledged = DM_RELAY_UNACKNOWLEDGED_MAX;
  relay_reopen(h);
  relay_connect_level(h, 4);
  for (unsigned i = 0; i < DM_RELAY_UNACKNOWLEDGED_MAX; i++)
    relay_inject_now(h, 1, i);
}

/* What relays have in common is copied, and stays while one of them needs it. */
static void the_configuration_may_go_away(void **state) {
  relay_host *h = *state;
  dm_memory *memory = malloc(sizeof *memory);
  dm_relay_config *config = malloc(sizeof *config);
  assert_non_null(memory);
  assert_non_null(config);
  relay_close(h);
  *memory = h->interface;
  *config = h->config;
  config->memory = memory;
  assert_int_equal(dm_relay_host_new(&h->host, config), DM_OK);
  free(config);
  free(memory);
  assert_int_equal(dm_relay_new(&h->relay, h->host, h), DM_OK);
  h->ended = h->freed = false;
  dm_relay_host_free(h->host);
  h->host = NULL;
  relay_connect_level(h, 4);
  relay_inject_now(h, 1, 7);
  relay_close(h);
}

static void what_is_needed_is_asked_for(void **state) {
  relay_host *h = *state;
  dm_relay *relay = NULL;
  assert_int_equal(dm_relay_host_new(NULL, &h->config), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_relay_host_new(&h->host, NULL), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_relay_new(NULL, h->host, h), DM_ERROR_INVALID_ARGUMENT);
  assert_int_equal(dm_relay_new(&relay, NULL, h), DM_ERROR_INVALID_ARGUMENT);
  assert_null(relay);
  dm_relay_host_free(NULL);
}

static void optional_callbacks_may_be_missing(void **state) {
  relay_host *h = *state;
  h->config.connected = NULL;
  h->config.disconnected = NULL;
  h->config.memory = NULL;
  relay_reopen(h);
  assert_int_equal(relay_device(h, CONNECT_4), DM_OK);
  assert_int_equal(relay_broker(h, CONNACK_4), DM_OK);
  assert_int_equal(relay_device(h, "E0 00"), DM_OK);
  assert_device(h, CONNACK_4);
  assert_broker(h, CONNECT_4 "E0 00");
}

static void freeing_nothing_is_fine(void **state) {
  (void)state;
  dm_relay_free(NULL);
}

static void it_may_be_released_at_any_time(void **state) {
  relay_host *h = *state;
  relay_free(h);
  relay_reopen(h);
  assert_int_equal(relay_device(h, CONNECT_4), DM_OK);
  relay_end(h);
  assert_int_equal(h->calls[IN_DISCONNECTED], 0);
  relay_free(h);
}

static void ending_twice_is_harmless(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  relay_end(h);
  assert_told(h, "disconnected -1; ");
  relay_end(h);
  assert_told(h, "");
}

static void nothing_is_taken_after_the_end(void **state) {
  relay_host *h = *state;
  relay_connect_level(h, 4);
  relay_end(h);
  assert_int_equal(relay_device(h, PINGREQ), DM_ERROR_CLOSED);
  assert_int_equal(relay_broker(h, PINGRESP), DM_ERROR_CLOSED);
  assert_int_equal(h->unused[RELAY_DEVICE].len, 2);
  assert_int_equal(h->unused[RELAY_BROKER].len, 2);
  assert_device(h, "");
  assert_broker(h, "");
  dm_mqtt_packet publish = relay_publish(0);
  assert_int_equal(relay_inject(h, &publish, 1), DM_RELAY_NOT_CONNECTED);
  assert_true(dm_relay_next_deadline(h->relay) == DM_NEVER);
  dm_relay_tick(h->relay, 1000000 * DM_SECOND);
  assert_broker(h, "");
}

static void nothing_is_taken_after_an_early_end(void **state) {
  relay_host *h = *state;
  relay_end(h);
  assert_int_equal(relay_device(h, CONNECT_4), DM_ERROR_CLOSED);
  assert_int_equal(relay_broker(h, CONNACK_4), DM_ERROR_CLOSED);
  assert_told(h, "");
}

static void every_result_has_a_sentence(void **state) {
  (void)state;
  const char *unknown = dm_relay_strerror(-12345);
  assert_non_null(unknown);
  for (int code = DM_RELAY_WINDOW_FULL; code <= DM_RELAY_NOT_A_CONNECT; code++) {
    assert_non_null(dm_relay_strerror(code));
    assert_string_not_equal(dm_relay_strerror(code), unknown);
  }
  for (int code = -100; code < 100; code++)
    assert_int_not_equal(strlen(dm_relay_strerror(code)), 0);
  assert_string_not_equal(dm_relay_strerror(DM_ERROR_NO_MEMORY), unknown);
  assert_string_not_equal(dm_relay_strerror(DM_ERROR_CLOSED), unknown);
  assert_string_not_equal(dm_relay_strerror(DM_OK), unknown);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      relay_test(a_missing_callback_is_refused),
      relay_test(a_field_out_of_range_is_refused),
      relay_test(the_most_unacknowledged_is_allowed),
      relay_test(the_configuration_may_go_away),
      relay_test(what_is_needed_is_asked_for),
      relay_test(optional_callbacks_may_be_missing),
      relay_test(freeing_nothing_is_fine),
      relay_test(it_may_be_released_at_any_time),
      relay_test(ending_twice_is_harmless),
      relay_test(nothing_is_taken_after_the_end),
      relay_test(nothing_is_taken_after_an_early_end),
      relay_test(every_result_has_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
