/* ListSubscriptions and DeleteConnection: libdm's callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sidecar_queries.h"

#include "link.h"

/* ---- ListSubscriptions ------------------------------------------------------------ */

static const struct subscriptions *subscriptions_of(struct sidecar *sidecar,
                                                    const dm_target *target) {
  const struct link *link = target->connection_user;
  if (link != NULL)
    return &link->subscriptions;
  return sessions_subscriptions(&sidecar->sessions, target->client_id, sidecar_now(sidecar));
}

/* A part of the list would be taken for all of it. */
int sidecar_subscriptions(void *user, const dm_target *target,
                          void (*visit)(void *visitor, dm_span topic_filter, int qos),
                          void *visitor) {
  struct sidecar *sidecar = user;
  const struct subscriptions *all = subscriptions_of(sidecar, target);
  if (all == NULL)
    return DM_TARGET_CLIENT_ID_NOT_FOUND;
  if (all->gap != NULL) {
    sidecar_warn(sidecar, &sidecar->unlisted, "the subscriptions of a device are not all known",
                 all->gap);
    return DM_INTERNAL_SERVER_ERROR;
  }
  subscriptions_visit(all, visit, visitor);
  return DM_OK;
}

/* ---- DeleteConnection --------------------------------------------------------------- */

static int refuse_to_end_session(struct sidecar *sidecar, const char *why) {
  sidecar_warn(sidecar, &sidecar->undeleted, "the broker cannot be told to end a session", why);
  return DM_INTERNAL_SERVER_ERROR;
}

static int end_link(struct link *link, bool clean_session, bool prevent_will) {
  if (clean_session)
    link->session_expiry = 0;
  link->disconnect_reason = DM_DISCONNECT_API_INITIATED;
  int result =
      dm_relay_disconnect(link->relay, DM_MQTT_ADMINISTRATIVE_ACTION, prevent_will, clean_session);
  link_fail(link, "ended by DeleteConnection");
  return result == DM_OK ? DM_OK : DM_INTERNAL_SERVER_ERROR;
}

/* What is known not to work in full is not begun. */
int sidecar_end_connection(void *user, const dm_target *target, int clean_session,
                           int prevent_will) {
  struct sidecar *sidecar = user;
  struct link *link = target->connection_user;
  if (link == NULL)
    return clean_session ? refuse_to_end_session(sidecar, "its client is not connected") : DM_OK;
  if (clean_session && link->session_expiry != 0 && link->protocol_level != DM_MQTT_LEVEL_5)
    return refuse_to_end_session(sidecar, "its client does not speak MQTT 5");
  return end_link(link, clean_session, prevent_will);
}
