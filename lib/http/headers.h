/* The header fields that say something about a message.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_HEADERS_H
#define DM_HTTP_HEADERS_H

#include "dm/http.h"
#include "http/fault.h"
#include "http/scratch.h"
#include "http/user_properties.h"

/* The trace that a request is part of (W3C Trace Context section 3.2); absent where it says so
 * more than once. */
dm_span dmi_headers_trace_parent(const dm_http_header *headers, size_t count);

/* Reads the fields in which SDKs name their attempts; malformed ones are ignored. */
void dmi_headers_read_caller(const dm_http_header *headers, size_t count, dm_caller *caller);

/* Reads the x-amz-mqtt5-... fields into `message` and those above into `caller`, which borrow from
 * *properties and `room`. The first are refused when malformed, the second are then ignored. HTTP's
 * own Content-Type says nothing about a message: SDKs set it as they like. */
dmi_fault dmi_headers_read(const dm_http_header *headers, size_t count, dmi_scratch *room,
                           dmi_user_properties *properties, dm_message *message, dm_caller *caller);

#endif
