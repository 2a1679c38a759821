/* The parameters of GetConnection, ListSubscriptions and DeleteConnection.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_CONNECTION_PARAMETERS_H
#define DM_HTTP_CONNECTION_PARAMETERS_H

#include "http/fault.h"

typedef struct dmi_connection_parameters {
  int include_socket_information;
  uint32_t max_results; /* 0: not said */
  dm_span next_token;   /* NULL: not said */
  int clean_session;
  int prevent_will;
} dmi_connection_parameters;

/* Each reads what the query of one operation may hold into *out, all zero at first. `room`
 * holds query.len bytes and has the decoded values afterwards. */
dmi_fault dmi_get_parameters_read(dm_span query, char *room, dmi_connection_parameters *out);
dmi_fault dmi_list_parameters_read(dm_span query, char *room, dmi_connection_parameters *out);
dmi_fault dmi_delete_parameters_read(dm_span query, char *room, dmi_connection_parameters *out);

#endif
