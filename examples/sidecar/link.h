/* One device's link to the broker: two connections with a relay between them.
 *
 * A device is accepted, and once its CONNECT is complete a connection to the broker is
 * opened. When either connection ends, the link does: the relay is told, what waits to be
 * written is written, both sockets are closed. Nothing is ended from inside a callback, only
 * marked, and done at the end of the loop's turn.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIDECAR_LINK_H
#define SIDECAR_LINK_H

#include "side.h"
#include "sidecar.h"

enum link_state {
  LINK_OPEN,  /* bytes go through the relay */
  LINK_ENDING /* the relay has ended; what the device said last waits for a broker */
};

struct link {
  dm_span client_id; /* first, for the tree; empty: nobody can address it */
  struct sidecar *sidecar;
  LIST_ENTRY(link) entry;
  enum link_state state;
  dm_relay *relay;
  struct side device;
  struct side broker;
  dial *dial;          /* to the broker; NULL: not under way */
  bytes waiting;       /* injected messages, until between_packets() */
  loop_task task;      /* at the end of a turn */
  bool resume;         /* the relay wants what it held back */
  const char *failure; /* ends the link at the end of the turn; NULL: none */

  lazy_timer timer;
  dm_time deadline;     /* the link ends then; DM_NEVER: it does not */
  const char *too_late; /* why */
  dm_time next_look;    /* at a side that is not read from; DM_NEVER: none is needed */

  bool acknowledgement_due; /* TCP's, of what was read from the broker */

  endpoint remote;
  certificate *certificate; /* the device's; NULL: none */
  bool newest;              /* the one of its client identifier that counts */
  bool disconnected;        /* the device has sent DISCONNECT */
  uint8_t protocol_level;
  uint32_t session_expiry;
  struct subscriptions subscriptions;
  int disconnect_reason;       /* DM_DISCONNECT_..., where somebody said why it ends */
  dm_connection_id connection; /* 0: not registered with libdm */
};

/* Makes one without connections, with the work that it has at the end of a turn and when its
 * time has come; NULL when out of memory. */
struct link *link_new(struct sidecar *sidecar, void (*at_turn_end)(loop_task *task),
                      void (*in_time)(lazy_timer *timer));

/* It passes nothing on any more. */
void link_set_ending(struct link *link);

/* Closes what is left of it, without another word, and releases it. The relay has ended. */
void link_free(struct link *link);

/* The link of a task or a timer. */
struct link *link_of_task(loop_task *task);
struct link *link_of_timer(lazy_timer *timer);

/* Has the work be done at the end of the loop's turn. */
static inline void link_mark(struct link *link) {
  loop_later(sidecar_loop(link->sidecar), &link->task);
}

/* Ends a link at the end of the turn; `why` is for people and lasts as long
 * as the link. Safe at any time, and
 * harmless where it is ending already. */
void link_fail(struct link *link, const char *why);

/* Whether it passes on bytes and takes messages. */
static inline bool link_alive(const struct link *link) {
  return link->state == LINK_OPEN && link->failure == NULL;
}

/* Has the link end after such a time, DM_NEVER takes that back; `why` is static. */
void link_set_deadline(struct link *link, dm_duration wait, const char *why);

/* Looks now and then at a side that is not read from. */
void link_watch(struct link *link);

/* Sets the timer, where that is needed, to what has to be done next. */
void link_schedule(struct link *link);

#endif
