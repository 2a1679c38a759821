/* What a route does: how the query of its target is read, and how the request is answered.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_HANDLERS_H
#define DM_HTTP_HANDLERS_H

#include "http/fault.h"
#include "http/http_attempt.h"

/* Each reads the query; `room` holds query.len bytes and has the decoded values afterwards. */
dmi_fault dmi_send_read(dmi_incoming *in, dm_span query, char *room);
dmi_fault dmi_get_connection_read(dmi_incoming *in, dm_span query, char *room);
dmi_fault dmi_list_subscriptions_read(dmi_incoming *in, dm_span query, char *room);
dmi_fault dmi_delete_connection_read(dmi_incoming *in, dm_span query, char *room);

/* Each reads the header fields that it knows. */
dmi_fault dmi_message_fields_read(dmi_incoming *in, const dm_http_request *request);
dmi_fault dmi_query_fields_read(dmi_incoming *in, const dm_http_request *request);

/* Each asks the core, which sets the result, and fills the content of the answer to a success. */
void dmi_send_handle(dmi_http_attempt *attempt);
void dmi_get_connection_handle(dmi_http_attempt *attempt);
void dmi_list_subscriptions_handle(dmi_http_attempt *attempt);
void dmi_delete_connection_handle(dmi_http_attempt *attempt);

#endif
