/* Who may come: the principals of a configuration, and how they are recognised.
 *
 * They stand in a JSON file of their own, which holds secrets: nobody but its owner may read
 * it. It is an array of objects:
 *
 *   {"name": "backend",
 *    "accessKeys": [{"id": "AKIA...", "secret": "...", "sessionToken": "..."}],
 *    "certificates": [{"fingerprint": "SHA-256 in hexadecimal digits"},
 *                     {"subject": {"CommonName": ".."}, "issuer": {"CommonName": ".."}}],
 *    "userName": "..", "password": "$pbkdf2-sha512$..",
 *    "thing": {"name": "..", "type": "..", "attributes": {"site": ".."}},
 *    "clientIds": ["boiler-7", "boiler-7-*"],
 *    "senderPolicies": [FILES], "receiverPolicies": [FILES]}
 *
 * All but the name may be left out. A certificate is one that TLS has verified, and is either
 * this one or any whose attributes have these values: the first principal counts for which that
 * is so. A client ID that ends in '*' stands for all that begin so; another one is kept for
 * those who name it. A principal without policies of its own has those of the configuration
 * file.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_PRINCIPALS_H
#define COMMON_PRINCIPALS_H

#include "common/access/certificate.h"
#include "common/access/policies.h"
#include "common/access/principal_index.h"

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

/* All zero holds nobody: then nobody has to say who he is. The secret keys are kept as they are
 * in the file, since a signature is verified with them; of passwords there is only the hash. */
typedef struct principals {
  bool configured;
  char *path;
  json_file file;
  principal *list;
  size_t count;
  principal_index names;
  principal_index user_names;
  principal_index access_keys;
  principal_index fingerprints;
  principal_index attributes;
  principal_index client_ids; /* without those that end in '*'; some may be there twice */
} principals;

/* Reads the file that the settings name, if they do. On failure *p holds FILE:LINE:COLUMN:
 * what is wrong, and there is nothing to free. */
bool principals_load(principals *all, const settings *s, policy_shelf *shelf, problem *p);

void principals_free(principals *all);

/* Each NULL where there is none. */
const principal *principals_named(const principals *all, dm_span name);
const principal *principals_with_user_name(const principals *all, dm_span user_name);
const principal *principals_with_key(const principals *all, dm_span id, const access_key **key);
const principal *principals_with_certificate(const principals *all, const certificate *c);

/* Whether a device may connect with this client identifier: one of its principal's list, or
 * without a list, or where it is nobody's (NULL), any that stands in no other one. */
bool principals_allow(const principals *all, const principal *who, dm_span client_id);

#endif
