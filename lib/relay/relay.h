/* The relay's insides.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_RELAY_H
#define DM_RELAY_RELAY_H

#include "base/memory.h"
#include "relay/in_flight.h"
#include "relay/injected.h"
#include "relay/pings.h"

typedef enum dmi_relay_state {
  RELAY_NEW,        /* CONNECT has not come */
  RELAY_CONNECTING, /* CONNACK has not come */
  RELAY_OPEN,       /* messages can be injected */
  RELAY_LEAVING,    /* the broker sent DISCONNECT: PUBACKs may still come, nothing is injected */
  RELAY_UNFOLLOWED, /* the device is connected, but a stream cannot be followed: the same */
  RELAY_OVER        /* no longer connected, or never accepted */
} dmi_relay_state;

/* One direction of the byte stream. */
typedef struct dmi_relay_stream {
  uint32_t left;  /* of the packet in progress */
  bool taken_out; /* that packet is not passed on */
  bool raw;       /* nobody knows where packets begin: everything is passed on */
  bool busy;      /* bytes are being taken */
} dmi_relay_stream;

/* What all relays of a host have in common, its defaults filled in. */
struct dm_relay_host {
  dm_relay_config config;
  dm_memory memory;
  size_t users; /* the host itself, and the relays */
};

struct dm_relay {
  dm_relay_host *host;
  void *user;
  dmi_relay_stream from_device;
  dmi_relay_stream from_broker;
  dmi_relay_state state;
  uint8_t level;   /* of the protocol; 0: CONNECT could not be read */
  bool ended;      /* by dm_relay_end() */
  bool freed;      /* by dm_relay_free(), when the outermost call returns */
  bool waiting;    /* between_packets() is due when the packet to the device is complete */
  bool held;       /* the broker's stream is held back */
  bool resume_due; /* and need not be any more */
  bool persistent; /* the session outlives the connection */
  bool quiet;      /* PUBACKs were taken out since something went to the broker */
  uint16_t keep_alive;
  uint16_t receive_maximum;
  uint32_t maximum_packet_size; /* UINT32_MAX: no limit */
  uint32_t depth;               /* of calls into this relay */
  dm_time now;
  dm_time sent_at; /* when something went to the broker */
  dmi_pings pings;
  char *connect; /* a copy of CONNECT, until CONNACK; of one that cannot be read, the client ID */
  size_t connect_size;
  dmi_in_flight in_flight;
  dmi_injected injected;
};

/* Every public function that calls back runs between these two. The second one releases the
 * relay where that could not be done inside. */
void dmi_relay_enter(dm_relay *relay);
void dmi_relay_leave(dm_relay *relay);

/* What the time is. It does not go back, and DM_NEVER leaves it alone. */
static inline void dmi_relay_set_time(dm_relay *relay, dm_time now) {
  if (now > relay->now && now != DM_NEVER)
    relay->now = now;
}

/* Whether both streams are followed, between CONNACK and the end. */
static inline bool dmi_relay_follows(const dm_relay *relay) {
  return relay->state == RELAY_OPEN || relay->state == RELAY_LEAVING;
}

/* Whether disconnected() is due. */
static inline bool dmi_relay_connected(const dm_relay *relay) {
  return dmi_relay_follows(relay) || relay->state == RELAY_UNFOLLOWED;
}

/* Releases the copy of CONNECT, if there is one. */
void dmi_relay_forget_connect(dm_relay *relay);

/* From here on nothing is injected or acknowledged. `disconnect` may be NULL. */
void dmi_relay_over(dm_relay *relay, const dm_mqtt_packet *disconnect);

#endif
