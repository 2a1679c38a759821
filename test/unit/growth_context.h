/* A context that structures of every size are tried with.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_GROWTH_CONTEXT_H
#define TEST_UNIT_GROWTH_CONTEXT_H

#include "dm/dm.h"

typedef struct growth_context {
  dm_context *context;
  dm_policy *policy; /* which allows everything */
  unsigned events;
} growth_context;

/* With one client, "boiler", that is connected. */
growth_context *growth_context_open(void);

/* Ends it and returns `result`. Where that is a misuse, nothing was counted and told. */
int growth_context_close(growth_context *c, int result);

/* A dm_config for such a context; `user` is still to be set. */
void growth_fill_config(void *structure);

/* dm_message.complete, and page() of dm_list_subscriptions(). */
void growth_complete(void *user, const dm_result *result);
int growth_page(void *user, const dm_subscription *subscriptions, size_t count, dm_span next_token);

#endif
