/* The client identifier by which a link is addressed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "link_client_id.h"

#include <stdlib.h>

/* ---- Sessions ------------------------------------------------------------------------ */

/* Gives a resumed session's packet identifiers to the new relay, and its subscriptions to the
 * new link. The connection that had them may not have ended yet. */
static void recall(struct link *link, struct link *before) {
  struct sessions *sessions = &link->sidecar->sessions;
  char text[DM_RELAY_SAVED_MAX];
  dm_time now = sidecar_now(link->sidecar);
  dm_span saved = sessions_find(sessions, link->client_id, now);
  struct subscriptions *known = sessions_subscriptions(sessions, link->client_id, now);
  if (before != NULL) {
    saved = dm_bytes(text, dm_relay_save(before->relay, text));
    known = &before->subscriptions;
  }
  subscriptions_take_over(&link->subscriptions, known);
  if (saved.ptr != NULL)
    dm_relay_restore(link->relay, saved);
}

static void remember(struct link *link) {
  struct sidecar *sidecar = link->sidecar;
  char text[DM_RELAY_SAVED_MAX];
  dm_span saved = dm_bytes(text, dm_relay_save(link->relay, text));
  dm_time ends_at = DM_NEVER;
  if (link->session_expiry != UINT32_MAX)
    ends_at = sidecar_now(sidecar) + link->session_expiry * DM_SECOND;
  sessions_put(&sidecar->sessions, link->client_id, saved, &link->subscriptions, ends_at);
}

/* ---- The newest link ------------------------------------------------------------------- */

/* No message can name a longer one. */
static bool keep_client_id(struct link *link, dm_span client_id) {
  if (client_id.len == 0 || client_id.len > DM_CLIENT_ID_MAX)
    return false;
  char *copy = malloc(client_id.len);
  if (copy == NULL)
    return false;
  memcpy(copy, client_id.ptr, client_id.len);
  link->client_id = dm_bytes(copy, client_id.len);
  return true;
}

/* Wherever in its end the one before may be. */
static bool supersede(struct link *link, bool session_present) {
  struct sidecar *sidecar = link->sidecar;
  struct link *before = tree_find(&sidecar->addressable, link->client_id);
  if (session_present)
    recall(link, before);
  sessions_drop(&sidecar->sessions, link->client_id);
  if (before != NULL) {
    tree_remove(&sidecar->addressable, before);
    before->newest = false;
  }
  link->newest = tree_insert(&sidecar->addressable, link);
  return link->newest;
}

bool link_take_client_id(struct link *link, dm_span client_id, bool session_present) {
  return keep_client_id(link, client_id) && supersede(link, session_present);
}

void link_give_up_client_id(struct link *link) {
  if (!link->newest)
    return;
  link->newest = false;
  tree_remove(&link->sidecar->addressable, link);
  if (link->session_expiry != 0)
    remember(link);
}
