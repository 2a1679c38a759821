/* Structures of older, newer and wrong sizes: the relay.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dm/relay.h"
#include "unit/growth.h"
#include "unit/mqtt_bytes.h"

static unsigned connections;

static void take_bytes(void *user, dm_span bytes) {
  (void)user;
  (void)bytes;
}

static void do_nothing(void *user) {
  (void)user;
}

static void on_connected(void *user, const dm_relay_connection *connection) {
  (void)user;
  connections++;
  growth_handed_out("dm_relay_connection", connection, sizeof *connection);
}

static void on_acknowledged(void *user, uint64_t message, uint8_t reason_code) {
  (void)user;
  (void)message;
  (void)reason_code;
}

static void fill_config(void *structure) {
  dm_relay_config *config = structure;
  config->to_device = take_bytes;
  config->to_broker = take_bytes;
  config->between_packets = do_nothing;
  config->resume = do_nothing;
  config->connected = on_connected;
  config->acknowledged = on_acknowledged;
}

static void connect_device(dm_relay *relay) {
  size_t len, used;
  char *connect = mqtt_bytes("10 0E 0004'MQTT'04 02 003C 0002'c1'", &len);
  assert_int_equal(dm_relay_from_device(relay, dm_bytes(connect, len), 1, &used), DM_OK);
  free(connect);
  char *connack = mqtt_bytes("20 02 00 00", &len);
  assert_int_equal(dm_relay_from_broker(relay, dm_bytes(connack, len), 1, &used), DM_OK);
  free(connack);
}

static int make_host(void *const *arguments) {
  dm_relay_host *host = NULL;
  dm_relay *relay = NULL;
  unsigned before = connections;
  int result = dm_relay_host_new(&host, arguments[0]);
  if (result == DM_OK) {
    assert_int_equal(dm_relay_new(&relay, host, NULL), DM_OK);
    connect_device(relay);
    assert_int_equal(connections, before + 1);
  } else {
    assert_null(host);
  }
  dm_relay_free(relay);
  dm_relay_host_free(host);
  return result;
}

const growth_call growth_relay_calls[] = {
    {"dm_relay_host_new",
     DM_OK,
     make_host,
     {{"dm_relay_config", sizeof(dm_relay_config), fill_config, 0, 0}}},
    {NULL, 0, NULL, {{NULL, 0, NULL, 0, 0}}},
};
