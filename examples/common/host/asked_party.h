/* What the core is told about who calls, and about who is to receive: their policies, and what
 * policies may ask about them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HOST_ASKED_PARTY_H
#define COMMON_HOST_ASKED_PARTY_H

#include "common/access/peer.h"
#include "common/host/service.h"
#include "common/net/stream.h"

/* For dm_config.policies and dm_config.values. `device` is how a receiver is connected, and not
 * looked at where a caller is asked about: of that one dm_caller.user knows (http_caller.h). */
int asked_policies(const service *s, const dm_party *party, const access_peer *device,
                   dm_policy_list *out);
int asked_values(service *s, const dm_party *party, const access_peer *device,
                 const dm_policy_value **out, size_t *count);

/* The other side of a connection, which has shown this certificate, NULL: none. */
access_peer stream_peer(const stream *s, const certificate *shown);

#endif
