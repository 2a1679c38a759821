/* What the programs tell policies about who calls, and about who is to receive:
 *
 *   aws:CurrentTime, aws:EpochTime   of the moment of asking
 *   aws:SecureTransport              whether it is TLS that ends here
 *   iot:DomainName                   the server name that was asked for by TLS, in lower case
 *   aws:username                     the principal's name; who is anonymous has none
 *   iot:CertificateId, iot:Certificate...   of the certificate that was shown
 *   iot:Connection.Thing...          of a device's thing, as with AWS IoT never of a caller's
 *
 * The library tells some more itself (dm_config.values); what else a policy counts on it counts
 * on in vain: known_keys.h.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_KNOWN_VALUES_H
#define COMMON_ACCESS_KNOWN_VALUES_H

#include <stdbool.h>

#include "common/access/peer.h"
#include "dm/dm.h"

typedef struct known_values {
  dm_policy_value list[DM_VALUES_MAX];
  size_t count;
  bool too_many;  /* there was no room for all */
  int64_t second; /* that these two say; private */
  char current_time[24];
  char epoch_time[24];
} known_values;

void known_values_clear(known_values *known);

/* Adds values, which are borrowed. An absent one does not count. */
void known_values_add(known_values *known, const dm_policy_value *values, size_t count);
void known_values_add_one(known_values *known, const char *key, dm_span value);

/* Adds whether a connection is TLS, and the server name. */
void known_values_add_connection(known_values *known, const access_peer *peer);

/* Adds what the time of day is; after the Epoch. */
void known_values_add_time(known_values *known, dm_wall_time now);

#endif
