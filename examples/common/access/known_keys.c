/* What policies may count on here.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/known_keys.h"

#include <stdio.h>
#include <strings.h>

/* A key, or all that begin so where it ends in a point. */
typedef struct known_key {
  const char *name;
  bool of_callers;
  bool of_devices;
} known_key;

static const known_key all[] = {
    {"aws:CurrentTime", true, true},
    {"aws:EpochTime", true, true},
    {"aws:SecureTransport", true, true},
    {"aws:SourceIp", true, true},
    {"aws:username", true, true},
    {"iot:Certificate.", true, true},
    {"iot:CertificateId", true, true},
    {"iot:ClientId", false, true},
    {"iot:Connection.Thing.", false, true},
    {"iot:DomainName", true, true},
    {"iot:IncludeSocketInformation", true, false},
    {"iot:Topic", true, false},
};

static const known_key *find(dm_span key) {
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    size_t len = strlen(all[i].name);
    bool fits = all[i].name[len - 1] == '.' ? key.len >= len : key.len == len;
    if (fits && strncasecmp(key.ptr, all[i].name, len) == 0)
      return &all[i];
  }
  return NULL;
}

bool known_key_of_several(dm_span key) {
  static const char all_keys[] = "iot:Certificate.AvailableKeys", end[] = ".List";
  const size_t all_len = sizeof all_keys - 1, end_len = sizeof end - 1;
  return (key.len == all_len && strncasecmp(key.ptr, all_keys, all_len) == 0) ||
         (key.len > end_len && strncasecmp(key.ptr + key.len - end_len, end, end_len) == 0);
}

/* ---- One statement ------------------------------------------------------------- */

bool known_denial(const dm_policy *policy, size_t statement, known_side side) {
  static const char *const actions[] = {"iot:SendDirectMessage", "iot:GetConnection",
                                        "iot:ListSubscriptions", "iot:DeleteConnection",
                                        "iot:Receive"};
  size_t first = side == KNOWN_OF_CALLERS ? 0 : 4;
  size_t end = side == KNOWN_OF_CALLERS ? 4 : 5;
  for (size_t i = first; i < end; i++) {
    const dm_policy_request request = {.size = sizeof request, .action = dm_text(actions[i])};
    dm_policy_match match = {.size = sizeof match};
    if (dm_policy_explain(policy, statement, &request, &match) == DM_OK &&
        match.effect == DM_POLICY_EXPLICIT_DENY && match.match != DM_POLICY_MATCH_NOT_ACTION)
      return true;
  }
  return false;
}

typedef struct search {
  const dm_policy *policy;
  known_side side;
  missing_key *out;
} search;

static int stop_at_missing(void *user, dm_span key, size_t statement) {
  const search *s = user;
  const known_key *known = find(key);
  bool here =
      known != NULL && (s->side == KNOWN_OF_CALLERS ? known->of_callers : known->of_devices);
  if (here || (known != NULL && !known_denial(s->policy, statement, s->side)))
    return 0;
  *s->out = (missing_key){key, statement, known != NULL};
  return 1;
}

/* ---- All of it ------------------------------------------------------------------ */

bool known_keys_lack(const dm_policy *policy, known_side side, missing_key *out) {
  search s = {policy, side, out};
  return dm_policy_keys(policy, stop_at_missing, &s) != 0;
}

const char *missing_key_text(const missing_key *missing, known_side side,
                             char out[MISSING_KEY_TEXT]) {
  int len = missing->key.len < 128 ? (int)missing->key.len : 128;
  snprintf(out, MISSING_KEY_TEXT, "%s %.*s, of which nothing is ever known %s",
           missing->of_this_side ? "denies by" : "names", len, missing->key.ptr,
           !missing->of_this_side     ? "here"
           : side == KNOWN_OF_CALLERS ? "of callers"
                                      : "of devices");
  return out;
}
