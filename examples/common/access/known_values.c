/* What the programs tell policies.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/known_values.h"

#include <stdio.h>
#include <time.h>

void known_values_clear(known_values *known) {
  known->count = 0;
  known->too_many = false;
}

void known_values_add(known_values *known, const dm_policy_value *values, size_t count) {
  if (count > DM_VALUES_MAX - known->count) {
    known->too_many = true;
    return;
  }
  for (size_t i = 0; i < count; i++)
    known->list[known->count++] = values[i];
}

void known_values_add_one(known_values *known, const char *key, dm_span value) {
  const dm_policy_value one = {dm_text(key), value};
  known_values_add(known, &one, 1);
}

void known_values_add_connection(known_values *known, const access_peer *peer) {
  const char *name = peer->server_name;
  known_values_add_one(known, "aws:SecureTransport", dm_text(peer->secure ? "true" : "false"));
  if (name != NULL && name[0] != '\0')
    known_values_add_one(known, "iot:DomainName", dm_text(name));
}

/* Much is asked within one second. */
static bool write_time(known_values *known, int64_t second) {
  time_t seconds = (time_t)second;
  struct tm utc;
  known->second = second;
  snprintf(known->epoch_time, sizeof known->epoch_time, "%lld", (long long)second);
  return gmtime_r(&seconds, &utc) != NULL &&
         strftime(known->current_time, sizeof known->current_time, "%Y-%m-%dT%H:%M:%SZ", &utc) != 0;
}

void known_values_add_time(known_values *known, dm_wall_time now) {
  int64_t second = (int64_t)(now / 1000);
  if (second != known->second && !write_time(known, second)) {
    known->second = 0;
    known->too_many = true;
    return;
  }
  known_values_add_one(known, "aws:CurrentTime", dm_text(known->current_time));
  known_values_add_one(known, "aws:EpochTime", dm_text(known->epoch_time));
}
