/* Policies and requests made from bytes: always documents that are understood, and requests
 * that have something to do with them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_FUZZ_POLICY_MAKER_H
#define TEST_FUZZ_POLICY_MAKER_H

#include "dm/policy.h"

#define MAKER_VALUES 6

typedef struct made_policy {
  char json[16000];
  dm_span text; /* the part of `json` that is used */
  dm_policy_value values[MAKER_VALUES];
  dm_policy_request request;
} made_policy;

/* Makes both from the bytes; where these end, as if zeroes followed. */
void maker_make(made_policy *made, dm_span bytes);

#endif
