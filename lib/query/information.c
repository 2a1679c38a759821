/* What is told about a client that somebody asks about.
 *
 * SPDX-License-Identifier: MIT
 */
#include "query/information.h"

#include "base/span.h"
#include "core/text_limits.h"

_Static_assert(CLIENT_ID_MAX + THING_NAME_MAX + 2 * IP_MAX <= DM_CONNECTION_TEXT_MAX,
               "what is known fits");

static dm_span cut(const char **at, size_t len) {
  dm_span span = {len == 0 ? NULL : *at, len};
  *at += len;
  return span;
}

/* Copies the text and takes it apart: client ID, source IP, target IP, thing name. */
static void fill_text(dm_connection_information *out, dm_span client_id, dm_span description,
                      size_t source_ip_len, size_t target_ip_len) {
  dmi_span_put(dmi_span_put(out->text, client_id), description);
  const char *at = out->text;
  out->client_id = cut(&at, client_id.len);
  out->source_ip = cut(&at, source_ip_len);
  out->target_ip = cut(&at, target_ip_len);
  out->thing_name = cut(&at, description.len - source_ip_len - target_ip_len);
}

static void clear(dm_connection_information *out) {
  *out = (dm_connection_information){
      .size = out->size,
      .connected_for = DM_NEVER,
      .disconnected_for = DM_NEVER,
  };
}

void dmi_information_of_connection(dm_connection_information *out, const dmi_connection *entry,
                                   dm_time now) {
  clear(out);
  fill_text(out, dmi_connection_client_id(entry), dmi_connection_description(entry),
            entry->source_ip_len, entry->target_ip_len);
  out->connected = 1;
  out->connected_for = now - entry->connected_since;
  out->clean_session = !entry->persistent;
  out->session_expiry = entry->session_expiry;
  out->keep_alive = entry->keep_alive;
  out->source_port = entry->source_port;
  out->target_port = entry->target_port;
}

void dmi_information_of_departure(dm_connection_information *out, const dmi_departure *entry,
                                  dm_time now) {
  clear(out);
  fill_text(out, dmi_departure_client_id(entry), dmi_departure_description(entry),
            entry->source_ip_len, entry->target_ip_len);
  out->disconnected_for = now - entry->since;
  out->disconnect_reason = entry->reason;
  out->clean_session = !entry->persistent;
  out->session_expiry = entry->session_expiry;
  out->keep_alive = entry->keep_alive;
  out->source_port = entry->source_port;
  out->target_port = entry->target_port;
}

void dmi_information_of_session(dm_connection_information *out, dm_span client_id) {
  clear(out);
  fill_text(out, client_id, dm_text(NULL), 0, 0);
}

void dmi_information_without_sockets(dm_connection_information *out) {
  out->source_ip = out->target_ip = dm_text(NULL);
  out->source_port = out->target_port = 0;
}
