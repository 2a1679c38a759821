/* One page out of all the subscriptions of a client.
 *
 * The host tells them in any order. The page is what comes first in the order of the topic
 * filters behind a position; a token says that position to the caller and back.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_QUERY_SUBSCRIPTION_PAGE_H
#define DM_QUERY_SUBSCRIPTION_PAGE_H

#include <stdbool.h>

#include "base/siphash.h"
#include "dm/dm.h"

enum {
  POSITION_HEAD_MAX = 256,
  TOKEN_TAG = 8,  /* bytes of a SipHash */
  TOKEN_HASH = 8, /* the same */
  TOKEN_BYTES_MAX = TOKEN_TAG + TOKEN_HASH + POSITION_HEAD_MAX
};

/* A place in the order: a topic filter's first bytes and, of a longer one, its hash. */
typedef struct dmi_position {
  char head[POSITION_HEAD_MAX];
  size_t len; /* 0: the start */
  uint64_t hash;
} dmi_position;

typedef struct dmi_subscription_page {
  const dm_memory *memory;
  dmi_siphash_key key;
  dmi_position after;
  size_t wanted;
  dm_subscription list[DM_SUBSCRIPTIONS_MAX]; /* sorted; the filters are copies */
  size_t count;
  bool more;       /* than wanted */
  const char *why; /* it failed; NULL: it did not */
} dmi_subscription_page;

/* Begins a page of at most `wanted` subscriptions behind the position that a token says; absent:
 * the start. False for a token that was not given out for this client under this key. What is
 * visited is to be released in the end. */
bool dmi_subscription_page_begin(dmi_subscription_page *page, const dm_memory *memory,
                                 dmi_siphash_key key, dm_span client_id, dm_span token,
                                 size_t wanted);

/* Takes one of the client's subscriptions into account; `visitor` is the page. */
void dmi_subscription_page_visit(void *visitor, dm_span topic_filter, int qos);

/* Writes the token of the next page; absent where this is the last one. */
dm_span dmi_subscription_page_token(const dmi_subscription_page *page, dm_span client_id,
                                    char out[DM_NEXT_TOKEN_MAX]);

/* Releases the copies. */
void dmi_subscription_page_release(dmi_subscription_page *page);

#endif
