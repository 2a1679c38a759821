/* What is known of a client beside whose connection it is: kept with the connection,
 * remembered when that is over, told to who asks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/description.h"

#include "base/span.h"

dmi_description dmi_description_of(const dm_connection *given) {
  return (dmi_description){
      .session_expiry = given->session_expiry,
      .keep_alive = given->keep_alive,
      .source_port = given->source_port,
      .target_port = given->target_port,
      .protocol_level = given->protocol_level,
      .persistent = given->persistent,
      .client_id_len = (uint8_t)given->client_id.len,
      .source_ip_len = (uint8_t)given->source_ip.len,
      .target_ip_len = (uint8_t)given->target_ip.len,
      .thing_name_len = (uint8_t)given->thing_name.len,
  };
}

char *dmi_description_put_text(char *at, const dm_connection *given) {
  at = dmi_span_put(at, given->client_id);
  at = dmi_span_put(at, given->source_ip);
  at = dmi_span_put(at, given->target_ip);
  return dmi_span_put(at, given->thing_name);
}
