/* What is known of a client beside whose connection it is: kept with the connection,
 * remembered when that is over, told to who asks.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_DESCRIPTION_H
#define DM_CORE_DESCRIPTION_H

#include "dm/dm.h"

/* Client ID, source IP, target IP and thing name stand elsewhere, in a row. */
typedef struct dmi_description {
  uint32_t session_expiry;
  uint16_t keep_alive;
  uint16_t source_port;
  uint16_t target_port;
  uint8_t protocol_level;
  uint8_t persistent;
  uint8_t client_id_len;
  uint8_t source_ip_len;
  uint8_t target_ip_len;
  uint8_t thing_name_len;
} dmi_description;

/* The description of a connection that was checked. */
dmi_description dmi_description_of(const dm_connection *given);

/* Copies its text to `at`, where there is room for it; returns the place behind it. */
char *dmi_description_put_text(char *at, const dm_connection *given);

/* How long that text is. */
static inline size_t dmi_description_text_len(const dmi_description *about) {
  return (size_t)about->client_id_len + about->source_ip_len + about->target_ip_len +
         about->thing_name_len;
}

/* The parts of it. */
static inline dm_span dmi_description_client_id(const dmi_description *about, const char *text) {
  return (dm_span){text, about->client_id_len};
}
static inline dm_span dmi_description_source_ip(const dmi_description *about, const char *text) {
  return (dm_span){text + about->client_id_len, about->source_ip_len};
}
static inline dm_span dmi_description_target_ip(const dmi_description *about, const char *text) {
  return (dm_span){text + about->client_id_len + about->source_ip_len, about->target_ip_len};
}
static inline dm_span dmi_description_thing_name(const dmi_description *about, const char *text) {
  size_t before = dmi_description_text_len(about) - about->thing_name_len;
  return (dm_span){text + before, about->thing_name_len};
}

#endif
