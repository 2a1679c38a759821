/* A host for tests of the relay: it stands between a device and a broker that the test
 * plays, on virtual time. It keeps what the relay did not use, as a host with sockets does,
 * and collects what would be written to either side.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_RELAY_HOST_H
#define TEST_UNIT_RELAY_HOST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "allocator.h"
#include "dm/relay.h"

/* Packets that many tests begin with, in the form of mqtt_bytes(). */
#define CONNECT_3_1 "10 10 0006'MQIsdp'03 02 003C 0002'c1'"
#define CONNECT_4   "10 0E 0004'MQTT'04 02 003C 0002'c1'"
#define CONNECT_5   "10 0F 0004'MQTT'05 02 003C 00 0002'c1'"
#define CONNACK_4   "20 02 00 00"
#define CONNACK_5   "20 03 00 00 00"
#define PINGREQ     "C0 00"
#define PINGRESP    "D0 00"

/* With a Receive Maximum, to be filled in. */
#define CONNECT_WINDOW "10 12 0004'MQTT'05 02 003C 03 21 %04X 0002'c1'"

enum {
  RELAY_DEVICE,
  RELAY_BROKER,
  RELAY_SIDES
};

enum {
  IN_TO_DEVICE,
  IN_TO_BROKER,
  IN_BETWEEN_PACKETS,
  IN_RESUME,
  IN_CONNECTED,
  IN_ACKNOWLEDGED,
  IN_DISCONNECTED,
  IN_UNFOLLOWED,
  RELAY_CALLBACKS
};

/* What a reason code is where the relay gave no packet. */
#define NO_PACKET (-1)

typedef struct relay_host relay_host;

/* Something for a callback to do. It is done once, at the first call or, where `skip` is set,
 * after so many; it may itself lead to the callback. */
typedef void (*relay_hook)(relay_host *h);

typedef struct relay_bytes {
  char *bytes;
  size_t len;
  size_t capacity;
} relay_bytes;

struct relay_host {
  dm_relay *relay;        /* NULL once it was released */
  dm_relay_config config; /* takes effect with relay_reopen() */
  dm_relay_host *host;
  dm_memory interface;
  allocator memory;
  dm_time now;
  size_t capacity; /* of the memory for the head of what is injected */

  /* What was written to a side and not yet asserted; all that was; what the relay did not
   * use of what came from it. */
  relay_bytes out[RELAY_SIDES];
  relay_bytes all[RELAY_SIDES];
  relay_bytes unused[RELAY_SIDES];
  relay_bytes waiting; /* injected, for between_packets() */

  /* How what comes is cut: at these places, counted over both directions; or everywhere. */
  size_t cuts[2];
  bool bytewise;
  size_t fed;

  relay_hook hooks[RELAY_CALLBACKS];
  unsigned skip[RELAY_CALLBACKS];
  unsigned calls[RELAY_CALLBACKS];

  /* What the callbacks were told. */
  dm_relay_connection connection; /* the spans and packets only inside of connected() */
  char client_id[64];
  uint64_t message;
  int reason_code;
  int disconnect; /* the reason code of the device's DISCONNECT, or NO_PACKET */
  const dm_mqtt_packet *disconnect_packet; /* inside of disconnected() */
  char log[4096]; /* of connected, acknowledged, unfollowed, disconnected */

  /* The last run of bytes, and the input that it may lie in. */
  dm_span run;
  dm_span input[RELAY_SIDES];
  unsigned outside; /* runs that do not lie in an input */

  /* What was injected last. */
  uint16_t id;

  unsigned depth; /* of calls into the relay */
  bool pumping[RELAY_SIDES], again[RELAY_SIDES];
  bool ended, freed;
};

/* For cmocka: a host with a relay to which nothing has come. */
int relay_setup(void **state);
int relay_teardown(void **state);

#define relay_test(function) cmocka_unit_test_setup_teardown(function, relay_setup, relay_teardown)

/* Releases the relay and makes another one from h->config; forgets everything. */
void relay_reopen(relay_host *h);

/* Releases the relay, which must leave no memory behind. */
void relay_close(relay_host *h);

/* Ends the relay; or releases it, which may be done inside of a callback. */
void relay_end(relay_host *h);
void relay_free(relay_host *h);

/* Bytes come from a side, behind those not used yet: a format as of printf() that gives text
 * for mqtt_bytes(). Returns what the relay said last. */
int relay_device(relay_host *h, const char *format, ...);
int relay_broker(relay_host *h, const char *format, ...);
int relay_feed(relay_host *h, int side, dm_span bytes);

/* Device and broker say this, which must lead to connected(); what was written is dropped. */
void relay_connect(relay_host *h, const char *connect, const char *connack);

/* The same at a protocol level, or at level 5 with a Receive Maximum. */
void relay_connect_level(relay_host *h, uint8_t level);
void relay_connect_window(relay_host *h, unsigned receive_maximum);

/* A PUBLISH to "a/b" with the payload "hi". */
dm_mqtt_packet relay_publish(uint8_t qos);

/* Injects and, as the result asks for, writes it now or keeps it for between_packets(). */
int relay_inject(relay_host *h, const dm_mqtt_packet *publish, uint64_t message);

/* Injects relay_publish(), which must succeed at once; returns its packet identifier. */
uint16_t relay_inject_now(relay_host *h, uint8_t qos, uint64_t message);

/* Lets time pass, with dm_relay_tick() whenever it is due. */
void relay_wait(relay_host *h, dm_duration duration);

/* Fails unless exactly this was written to a side since it was last asked. */
void assert_device(relay_host *h, const char *format, ...);
void assert_broker(relay_host *h, const char *format, ...);

/* Fails unless the callbacks were told this, "connected c1; acknowledged 7 0; ..."; forgets
 * it. */
void assert_told(relay_host *h, const char *text);

/* Fails unless nobody is connected: nothing can be injected, and nothing was told. */
void assert_nobody(relay_host *h);

/* Runs a conversation, uncut, cut into single bytes, cut once at every place and, with
 * `pairs`, at every two places; everything must come out the same. */
void relay_cut(relay_host *h, relay_hook conversation, bool pairs);

#endif
