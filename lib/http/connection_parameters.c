/* The parameters of GetConnection, ListSubscriptions and DeleteConnection.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/connection_parameters.h"

#include "base/span.h"
#include "http/parameter_table.h"

static dmi_fault wrong(const char *text) {
  return (dmi_fault){DM_INVALID_REQUEST, text};
}

dmi_fault dmi_get_parameters_read(dm_span query, char *room, dmi_connection_parameters *out) {
  static const dmi_parameter table[] = {PARAMETER("includeSocketInformation", DM_INVALID_REQUEST)};
  dm_span value = {NULL, 0};
  dmi_fault found = dmi_parameters_collect(table, 1, query, room, &value);
  if (!dmi_failed(found) && !dmi_parameter_truth(value, &out->include_socket_information))
    found = wrong("The parameter includeSocketInformation must be true or false.");
  return found;
}

dmi_fault dmi_list_parameters_read(dm_span query, char *room, dmi_connection_parameters *out) {
  static const dmi_parameter table[] = {PARAMETER("maxResults", DM_INVALID_REQUEST),
                                        PARAMETER("nextToken", DM_INVALID_REQUEST)};
  dm_span values[2] = {{NULL, 0}};
  uint64_t most = 0;
  dmi_fault found = dmi_parameters_collect(table, 2, query, room, values);
  if (dmi_failed(found))
    return found;
  if (dmi_span_present(values[0]) &&
      (!dmi_span_decimal(values[0], DM_SUBSCRIPTIONS_MAX, &most) || most == 0))
    return wrong("The parameter maxResults must be a whole number from 1 to 200.");
  out->max_results = (uint32_t)most;
  out->next_token = values[1];
  return NO_FAULT;
}

dmi_fault dmi_delete_parameters_read(dm_span query, char *room, dmi_connection_parameters *out) {
  static const dmi_parameter table[] = {PARAMETER("cleanSession", DM_INVALID_REQUEST),
                                        PARAMETER("preventWillMessage", DM_INVALID_REQUEST)};
  dm_span values[2] = {{NULL, 0}};
  dmi_fault found = dmi_parameters_collect(table, 2, query, room, values);
  if (dmi_failed(found))
    return found;
  if (!dmi_parameter_truth(values[0], &out->clean_session))
    return wrong("The parameter cleanSession must be true or false.");
  if (!dmi_parameter_truth(values[1], &out->prevent_will))
    return wrong("The parameter preventWillMessage must be true or false.");
  return NO_FAULT;
}
