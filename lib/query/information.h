/* What is told about a client that somebody asks about.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_QUERY_INFORMATION_H
#define DM_QUERY_INFORMATION_H

#include "core/remembered.h"

/* Fills *out about a connection, a client that is gone with its text, or one of whom only the
 * session is known. */
void dmi_information_of_connection(dm_connection_information *out, const dmi_connection *entry,
                                   dm_time now);
void dmi_information_of_remembered(dm_connection_information *out, const dmi_remembered *gone,
                                   const char *text, dm_time now);
void dmi_information_of_session(dm_connection_information *out, dm_span client_id);

/* Gives it to a host, whose structure must be sound. */
bool dmi_information_sound(const dm_connection_information *out);
void dmi_information_give(dm_connection_information *out, const dm_connection_information *known);

/* Takes the socket fields out again. */
void dmi_information_without_sockets(dm_connection_information *out);

#endif
