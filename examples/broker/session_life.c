/* When a session begins and ends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "session_life.h"

#include "broker.h"
#include "routing.h"
#include "session.h"

static void publish_will(struct broker *broker, struct session *session) {
  struct will will = session->will;
  session->will = (struct will){0};
  if (will.message != NULL)
    route_publish(broker, &will.message->packet, NULL);
  will_discard(&will);
}

void session_end(struct broker *broker, struct session *session) {
  publish_will(broker, session);
  sessions_remove(session);
}

/* Does what is due, and waits for what is due next. */
static void settle(struct broker *broker, struct session *session) {
  dm_time now = broker_now(broker);
  if (session->ends_at <= now) {
    session_end(broker, session);
    return;
  }
  if (session->will_due <= now) {
    session->will_due = DM_NEVER;
    publish_will(broker, session);
  }
  sessions_wake(session,
                session->will_due < session->ends_at ? session->will_due : session->ends_at);
}

void session_due(void *broker, struct session *session) {
  settle(broker, session);
}

void session_attach(struct session *session, struct client *client) {
  sessions_wake(session, DM_NEVER);
  will_discard(&session->will); /* [MQTT-3.1.3-9] */
  session->ends_at = DM_NEVER;
  session->will_due = DM_NEVER;
  session->client = client;
  queue_rewind(&session->queue);
}

static dm_time seconds_after(dm_time now, uint32_t seconds) {
  return now + seconds * DM_SECOND;
}

void session_detach(struct broker *broker, struct session *session) {
  dm_time now = broker_now(broker);
  session->client = NULL;
  inflight_forget_direct(&session->inflight);
  if (session->expiry_interval != SESSION_FOREVER)
    session->ends_at = seconds_after(now, session->expiry_interval);
  if (session->will.message != NULL)
    session->will_due = seconds_after(now, session->will.delay);
  settle(broker, session);
}
