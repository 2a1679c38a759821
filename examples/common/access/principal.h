/* One principal of a configuration.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_PRINCIPAL_H
#define COMMON_ACCESS_PRINCIPAL_H

#include "common/access/policy_set.h"

/* Who is not told from others. No principal has this name. */
#define ANONYMOUS "anonymous"

typedef struct access_key {
  const char *id;
  const char *secret;
  const char *session_token; /* NULL: of a key that needs none */
} access_key;

typedef struct certificate_rule {
  const char *fingerprint; /* in the file; NULL: by these */
  const struct json_t *subject;
  const struct json_t *issuer;
  char id[65];      /* the fingerprint as certificate_id() has it */
  char *attributes; /* the other two as text that is the same for the same ones; NULL: neither */
} certificate_rule;

/* Where nothing is said, pointers are NULL. Text is the file's. */
typedef struct principal {
  const char *name;
  const char *user_name;
  const char *password; /* its stored form */
  const char *thing_name;
  const char *thing_type;
  const struct json_t *thing_attributes;
  const struct json_t *client_ids;
  settings_files sender_policies;
  settings_files receiver_policies;
  const struct json_t *access_key_list;
  const struct json_t *certificate_list;

  access_key *access_keys;
  certificate_rule *certificates;
  policy_set senders;
  policy_set receivers;
  dm_policy_value *thing; /* iot:Connection.Thing... */
  size_t thing_count;
  char *thing_text; /* what those keys need */
} principal;

#endif
