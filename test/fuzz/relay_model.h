/* A model of the relay for its fuzzer: it follows every byte that a side sent and that the relay
 * passes on, and stops the program where that is not right.
 *
 * What comes out is what went in, without the PUBACKs of injected messages and the PINGRESPs of
 * the relay's own PINGREQs; injected packets lie between others; nothing is kept back without a
 * reason; and identifiers in flight are told apart.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_FUZZ_RELAY_MODEL_H
#define TEST_FUZZ_RELAY_MODEL_H

#include <stdbool.h>
#include <stdlib.h>

#include "dm/relay.h"

enum {
  DEVICE,
  BROKER,
  SIDES,
  TABLE = 100, /* as many of the broker's identifiers are told apart */
  PINGS = 65536,
  CONNECT_MAX = 256
};

typedef enum model_state {
  NEW,
  CONNECTING,
  OPEN,
  LEAVING,
  UNFOLLOWED,
  OVER
} model_state;

/* What is known of an identifier of the broker's. */
enum {
  HELD = 1,
  SENT = 2,
  QOS_2 = 4
};

/* What a side has sent. */
typedef struct side {
  char *bytes; /* not used by the relay */
  size_t len;
  size_t seen;   /* of these, what the model has followed during the call */
  size_t left;   /* of the packet that is passed on */
  size_t skip;   /* of the packet that is taken out */
  size_t fresh;  /* at the end: not given to the relay yet */
  dm_span input; /* of the call */
  bool raw, busy, again;
  bool corked; /* what is sent stays fresh */
  bool partly; /* more of a packet was needed when it was given last */
} side;

/* A message without PUBACK. */
typedef struct injection {
  uint16_t id;
  uint64_t message;
} injection;

/* All zero is a relay to which nothing has come. */
typedef struct relay_model {
  side sides[SIDES];
  model_state state;
  uint8_t level;
  uint32_t receive_maximum, maximum_packet_size, keep_alive;
  bool unread; /* CONNECT could not be */
  bool ended;

  /* The broker's identifiers. Above TABLE the relay guesses. */
  uint8_t brokers[65536];
  unsigned held, sent;
  bool approximate;

  /* Injected messages; `waiting` of them are not written. One leaves when its PUBACK is seen,
   * which may be before acknowledged(). */
  injection injected[DM_RELAY_UNACKNOWLEDGED_MAX];
  injection leaving; /* its id is 0: none */
  unsigned count, waiting;

  /* Who asked for a PINGRESP. */
  bool pings[PINGS];
  unsigned ping_first, ping_last;
} relay_model;

/* What can be seen of a packet. */
typedef enum sight {
  VISIBLE,
  PARTLY, /* more of it is needed */
  BROKEN
} sight;

/* The packet that begins somewhere, as far as it is there. */
typedef struct packet {
  dm_mqtt_header header;
  const uint8_t *bytes;
  size_t there; /* of its bytes */
  size_t size;
  unsigned id, qos, reason;
} packet;

/* Stops the program where something does not hold. */
static inline void check(bool holds) {
  if (!holds)
    abort();
}

/* How many bytes of a side were given to the relay and are not used. */
static inline size_t model_given(const side *s) {
  return s->len - s->fresh;
}

/* Whether PUBACKs are waited for; and whether both sides are followed, too. */
bool model_connected(const relay_model *m);
bool model_follows(const relay_model *m);

/* Whether an injected message holds this identifier. */
bool model_injected(const relay_model *m, unsigned id);

/* Adds to what is known of an identifier of the broker's. */
void model_note(relay_model *m, unsigned id, uint8_t state);

/* The packet of a side that begins where the model is. */
sight model_see(const relay_model *m, int from, packet *p);

/* Whether the PUBACK of an injected message is being taken out; it leaves then. */
bool model_leave(relay_model *m);

/* The device answers an injected message with PUBREC. */
void model_reject(relay_model *m, const packet *p, uint64_t message);

/* Goes over what is taken out without a word, up to `end`. */
void model_skip(relay_model *m, int from, size_t end);

/* The relay passes these bytes on. */
void model_pass(relay_model *m, int from, dm_span run);

/* Nothing that was given is kept back without a reason. */
void model_check_kept(relay_model *m, int from);

#endif
