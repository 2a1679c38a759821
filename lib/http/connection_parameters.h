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

/* Reads what the query of an operation, a DM_OPERATION_..., may hold into *out, all zero at
 * first. `room` holds query.len bytes and has the decoded values afterwards. */
dmi_fault dmi_connection_parameters_read(int operation, dm_span query, char *room,
                                         dmi_connection_parameters *out);

#endif
