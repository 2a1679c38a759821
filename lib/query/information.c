/* What is told about a client that somebody asks about.
 *
 * SPDX-License-Identifier: MIT
 */
#include "query/information.h"

#include "base/span.h"
#include "base/structure.h"
#include "core/text_limits.h"

_Static_assert(DM_CLIENT_ID_MAX + THING_NAME_MAX + 2 * IP_MAX <= DM_CONNECTION_TEXT_MAX,
               "what is known fits");

#define CONNECTION_INFORMATION_FIRST_SIZE sizeof(dm_connection_information)

bool dmi_information_sound(const dm_connection_information *out) {
  return dmi_structure_sound(out, CONNECTION_INFORMATION_FIRST_SIZE, sizeof *out);
}

/* A span into the text of one structure, in the text of another. */
static dm_span moved(dm_span span, const char *from, const char *to) {
  return span.ptr == NULL ? span : dm_bytes(to + (span.ptr - from), span.len);
}

void dmi_information_give(dm_connection_information *out, const dm_connection_information *known) {
  dmi_structure_write(out, known, sizeof *known);
  out->client_id = moved(known->client_id, known->text, out->text);
  out->thing_name = moved(known->thing_name, known->text, out->text);
  out->source_ip = moved(known->source_ip, known->text, out->text);
  out->target_ip = moved(known->target_ip, known->text, out->text);
}

static void clear(dm_connection_information *out) {
  *out = (dm_connection_information){
      .connected_for = DM_NEVER,
      .disconnected_for = DM_NEVER,
  };
}

static dm_span or_absent(dm_span text) {
  return text.len == 0 ? dm_text(NULL) : text;
}

static void describe(dm_connection_information *out, const dmi_description *about,
                     const char *text) {
  clear(out);
  memcpy(out->text, text, dmi_description_text_len(about));
  out->client_id = dmi_description_client_id(about, out->text);
  out->source_ip = or_absent(dmi_description_source_ip(about, out->text));
  out->target_ip = or_absent(dmi_description_target_ip(about, out->text));
  out->thing_name = or_absent(dmi_description_thing_name(about, out->text));
  out->source_port = about->source_port;
  out->target_port = about->target_port;
  out->clean_session = !about->persistent;
  out->session_expiry = about->session_expiry;
  out->keep_alive = about->keep_alive;
}

void dmi_information_of_connection(dm_connection_information *out, const dmi_connection *entry,
                                   dm_time now) {
  describe(out, &entry->about, entry->text);
  out->connected = 1;
  out->connected_for = now - entry->connected_since;
}

void dmi_information_of_remembered(dm_connection_information *out, const dmi_remembered *gone,
                                   const char *text, dm_time now) {
  describe(out, &gone->about, text);
  out->disconnected_for = now - gone->entry.since;
  out->disconnect_reason = gone->reason;
}

void dmi_information_of_session(dm_connection_information *out, dm_span client_id) {
  clear(out);
  dmi_span_put(out->text, client_id);
  out->client_id = dm_bytes(out->text, client_id.len);
}

void dmi_information_without_sockets(dm_connection_information *out) {
  out->source_ip = out->target_ip = dm_text(NULL);
  out->source_port = out->target_port = 0;
}
