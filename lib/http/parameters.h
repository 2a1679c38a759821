/* The parameters in a query.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_PARAMETERS_H
#define DM_HTTP_PARAMETERS_H

#include "http/fault.h"

/* Reads topic, confirmation, timeout, contentType and responseTopic into `message`;
 * where one is refused the others are there as far as they were read. `room` holds
 * query.len bytes and has the decoded values afterwards. What the core checks for every
 * caller, such as a topic's length, is left to it. */
dmi_fault dmi_parameters_read(dm_span query, char *room, dm_message *message);

#endif
