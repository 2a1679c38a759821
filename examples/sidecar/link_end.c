/* How a link ends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "link_end.h"

#include "common/base/client_end.h"
#include "forwarding.h"

/* How long the other sides may take to read their last bytes and to close. */
#define LINGER DM_SECOND

static void log_end(const struct link *link, const char *why) {
  problem line;
  client_end_text(&line, link->client_id, link->remote.ip, link->remote.port, why);
  service_say(link->sidecar->service, "%s", line.text);
}

/* What the relay held back can do no harm any more. */
static void give_held_back(struct link *link) {
  enum side_state broker = link->broker.state;
  if (broker == SIDE_END_OF_STREAM || broker == SIDE_CLOSED)
    forwarding_put(link, &link->device, bytes_span(&link->broker.kept), dm_text(""));
}

void link_end_in_order(struct link *link, const char *why) {
  struct sidecar *sidecar = link->sidecar;
  if (sidecar->settings->log_clients)
    log_end(link, why);
  link_set_ending(link);
  dm_relay_end(link->relay);
  give_held_back(link);
  side_close_in_order(&link->device, &sidecar->closing_devices, LINGER);
  if (link->dial != NULL)
    link_set_deadline(link, LINGER, NULL);
  else
    link_end_complete(link);
}

void link_end_complete(struct link *link) {
  side_close_in_order(&link->broker, &link->sidecar->closing_brokers, LINGER);
  link_free(link);
}

void link_end_at_once(struct link *link) {
  dm_relay_end(link->relay);
  link_free(link);
}
