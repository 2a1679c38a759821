/* Reading a request: where it goes, and what it says.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_READING_H
#define DM_HTTP_READING_H

#include "http/routes.h"

/* Reads target, method and headers, in the order in which their faults are answered. Of
 * a refused request the attempt holds what was read before the fault. */
dmi_fault dmi_request_read(dmi_http_attempt *attempt, const dm_http_request *request);

/* Reads the receiver and the topic where the target tells them; for the log of a call
 * that is refused for other reasons. */
void dmi_request_read_target(dmi_http_attempt *attempt, const dm_http_request *request);

#endif
