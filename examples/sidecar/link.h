/* One device's link to the broker: two connections with a relay between them, and how they
 * begin and end.
 *
 * A device is accepted, and once its CONNECT is complete a connection to the broker is
 * opened. When either connection ends, the link does: the relay is told, what waits to be
 * written is written, both sockets are closed. Nothing is ended from inside a callback of the
 * relay, only marked.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_LINK_H
#define SIDECAR_LINK_H

#include "common/net/outgoing.h"
#include "sidecar.h"

struct upstream;

enum link_state {
  LINK_OPEN,   /* bytes go through the relay */
  LINK_ENDING, /* the relay has ended; the last bytes are on their way */
  LINK_CLOSED  /* the handles are closing */
};

/* One of the two connections. */
struct side {
  channel channel;
  outgoing out;
  bytes kept;   /* what came from it and the relay has not used yet */
  bool handle;  /* `channel` is a handle of the loop */
  bool ready;   /* connected */
  bool reading; /* is being read from */
  bool ended;   /* has sent its last byte */
  bool deaf;    /* takes nothing any more */
  bool shut;    /* was sent our last byte */
  bool full;    /* too much waits for it: the other side is not read from */
};

struct link {
  dm_span client_id; /* first, for the tree; empty: nobody can address it */
  struct sidecar *sidecar;
  LIST_ENTRY(link) entry;
  enum link_state state;
  dm_relay *relay;
  struct side device;
  struct side broker;
  struct upstream *upstream; /* while the connection to the broker is being opened */
  bytes waiting;             /* injected messages, until between_packets() */
  bool resume;               /* the relay wants what it held back */
  const char *failure;       /* ends the link at the end of the turn; NULL: none */
  bool disconnected;         /* the device has sent DISCONNECT */
  loop_task task;            /* goes on, writes, ends what failed */

  uv_timer_t timer;
  dm_time timer_due;
  dm_time deadline;     /* the link ends then; DM_NEVER: it does not */
  const char *too_late; /* why */
  dm_time next_look;    /* at a side that is not read from; DM_NEVER: none is needed */
  unsigned open_handles;

  bool acknowledgement_due; /* TCP's, of what was read from the broker */

  tcp_end remote;
  certificate *certificate; /* the device's; NULL: none */
  bool newest;              /* the one of its client identifier that counts */
  uint8_t protocol_level;
  uint32_t session_expiry;
  struct subscriptions subscriptions;
  int disconnect_reason;       /* DM_DISCONNECT_..., where somebody said why it ends */
  dm_connection_id connection; /* 0: not registered with libdm */
};

/* Takes in a connection that waits: tcp_listener.take of the sidecar's. */
bool link_take(tcp_listener *listener);

/* Ends a link in order; `why` is for people. Harmless when it is ending already. Not from a
 * callback of the relay. */
void link_end(struct link *link, const char *why);

/* The same at the end of the loop's turn; safe at any time. */
void link_fail(struct link *link, const char *why);

/* Ends a link at once: nobody shall wait for it. */
void link_destroy(struct link *link);

/* Has the link end after `wait`, DM_NEVER takes that back; `why` is static. */
void link_set_deadline(struct link *link, dm_duration wait, const char *why);

/* Looks now and then at a side that is not read from. */
void link_watch(struct link *link);

/* Sets the timer, where that is needed, to what has to be done next. */
void link_schedule(struct link *link);

/* A handle of the link's has closed; the last one takes the link with it. */
void link_handle_closed(struct link *link);

/* Our last byte may have been written, or the other's read: closes what is done with. */
void link_settle(struct link *link);

#endif
