/* Who may come: the principals of a configuration, and how they are recognised.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_PRINCIPALS_H
#define COMMON_ACCESS_PRINCIPALS_H

#include "common/access/certificate.h"
#include "common/access/principal.h"
#include "common/access/principal_index.h"

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

/* Releases all; empty afterwards. */
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
