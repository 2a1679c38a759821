/* What the programs tell policies.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/known_values.h"

#include <stdio.h>
#include <time.h>

/* ---- Telling ----------------------------------------------------------------- */

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

void known_values_add_truth(known_values *known, const char *key, bool truth) {
  known_values_add_one(known, key, dm_text(truth ? "true" : "false"));
}

void known_values_add_time(known_values *known, dm_wall_time now) {
  time_t seconds = (time_t)(now / 1000);
  struct tm utc;
  if (gmtime_r(&seconds, &utc) == NULL ||
      strftime(known->current_time, sizeof known->current_time, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
    known->too_many = true;
    return;
  }
  snprintf(known->epoch_time, sizeof known->epoch_time, "%lld", (long long)seconds);
  known_values_add_one(known, "aws:CurrentTime", dm_text(known->current_time));
  known_values_add_one(known, "aws:EpochTime", dm_text(known->epoch_time));
}

/* ---- What is never told -------------------------------------------------------- */

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* One that ends in a point stands for all that begin so. */
static bool is_key(dm_span key, const char *known) {
  size_t len = strlen(known);
  if (known[len - 1] == '.' ? key.len < len : key.len != len)
    return false;
  for (size_t i = 0; i < len; i++)
    if (lower(key.ptr[i]) != lower(known[i]))
      return false;
  return true;
}

typedef struct search {
  dm_span *key;
  size_t *statement;
} search;

static int stop_at_unknown(void *user, dm_span key, size_t statement) {
  static const char *const known[] = {
      "aws:CurrentTime",
      "aws:EpochTime",
      "aws:SecureTransport",
      "aws:SourceIp",
      "aws:username",
      "iot:Certificate.",
      "iot:CertificateId",
      "iot:ClientId",
      "iot:Connection.Thing.",
      "iot:Topic",
      "iot:IncludeSocketInformation",
  };
  const search *found = user;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (is_key(key, known[i]))
      return 0;
  *found->key = key;
  *found->statement = statement;
  return 1;
}

bool known_values_lack(const dm_policy *policy, dm_span *key, size_t *statement) {
  search found = {key, statement};
  return dm_policy_keys(policy, stop_at_unknown, &found) != 0;
}
