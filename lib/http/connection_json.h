/* What GetConnection and ListSubscriptions answer, as JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_CONNECTION_JSON_H
#define DM_HTTP_CONNECTION_JSON_H

#include "base/writer.h"
#include "dm/dm.h"

/* Every byte of text may become six in JSON. */
#define CONNECTION_JSON_MAX (6 * DM_CONNECTION_TEXT_MAX + 512)

/* Writes at most CONNECTION_JSON_MAX bytes; without `wall`, the present time, no time is
 * told. */
void dmi_connection_json_write(dmi_writer *w, const dm_connection_information *known,
                               dm_wall_time wall);

/* Writes a page of subscriptions. */
void dmi_subscriptions_json_write(dmi_writer *w, const dm_subscription *subscriptions, size_t count,
                                  dm_span next_token);

#endif
