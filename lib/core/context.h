/* The context: what one dm_context holds, and how its functions are entered and left.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_CONTEXT_H
#define DM_CORE_CONTEXT_H

#include "core/entry.h"
#include "core/outcome.h"
#include "core/registry.h"
#include "core/remembered.h"
#include "core/tracker.h"

enum {
  TIMEOUT_TEXT_MAX = 90,
  NAME_MAX_LEN = 64,
  /* "arn:" partition ":iot:" region ":" account ":client/" */
  ARN_PREFIX_MAX = 3 * NAME_MAX_LEN + 24
};

/* A text of the configuration's, kept. */
typedef struct dmi_kept_name {
  char bytes[ARN_PREFIX_MAX];
  size_t len;
} dmi_kept_name;

struct dm_context {
  dm_memory memory;
  dm_config config;                    /* every default filled in */
  dm_limits limits;                    /* the same */
  char timeout_text[TIMEOUT_TEXT_MAX]; /* which timeouts there are, for people */
  dmi_connection_registry registry;
  dmi_recent remembered;
  dmi_ack_tracker tracker;
  dmi_bucket sends;
  dmi_bucket queries;
  dmi_kept_name account;
  dmi_kept_name client_arn; /* what precedes a client ID in its ARN */
  dmi_kept_name topic_arn;  /* what precedes a topic in its ARN */
  dmi_siphash_key trace_key;
  uint64_t trace_count;
  uint64_t counts[DM_OPERATION_LAST][OUTCOME_COUNT]; /* of operation 1, 2, ... */
  uint64_t late_pubacks;
  dm_time now;
  unsigned depth; /* how many public functions are on the stack */
  bool stopped;
  bool freed;
};

/* A trace id that was never given out before and cannot be foreseen. */
dm_trace_id dmi_context_trace_id(dm_context *context);

/* A kept text as a span. */
static inline dm_span dmi_name_span(const dmi_kept_name *name) {
  return (dm_span){name->bytes, name->len};
}

#endif
