/* Request targets: taking them apart.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_TARGET_H
#define DM_HTTP_TARGET_H

#include <stdbool.h>

#include "dm/types.h"

/* Whether every byte may stand in a request target: visible ASCII, and no '#', which
 * would begin a fragment (RFC 9112 section 3.2). */
bool dmi_target_valid(dm_span target);

/* Splits a target in origin-form or absolute-form (RFC 9112 sections 3.2.1 and 3.2.2)
 * into its path and its query, both still encoded, the query without its '?'. */
void dmi_target_split(dm_span target, dm_span *path, dm_span *query);

/* Whether a segment of a path is "." or "..": whoever is on the way may take such segments away
 * (RFC 3986 section 5.2.4), as signatures do, and then the path leads elsewhere. */
bool dmi_target_has_dots(dm_span path);

/* Splits a path below /connections/ into the client ID, still encoded and perhaps empty, and
 * what follows it: "" or "/messages". False for any other path. It is split before anything is
 * decoded: a client ID may hold "%2F". */
bool dmi_target_client(dm_span path, dm_span *client_id, dm_span *rest);

#endif
