/* What policies may count on here: the keys that known_values.h tells, and those that the
 * library tells itself (dm_config.values).
 *
 * A key of AWS's that nothing is ever known of makes a policy another one than its author
 * meant: it is not used. So does a Deny on what is never known of that side: one of iot:Receive
 * that asks for iot:Topic, one of iot:SendDirectMessage that asks for iot:ClientId. An Allow
 * that asks for it is the author's way to say: not of these.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_KNOWN_KEYS_H
#define COMMON_ACCESS_KNOWN_KEYS_H

#include <stdbool.h>

#include "dm/policy.h"

/* Whom a policy judges. */
typedef enum known_side {
  KNOWN_OF_CALLERS, /* "senderPolicies" */
  KNOWN_OF_DEVICES  /* "receiverPolicies" */
} known_side;

/* Whether a statement is a Deny of something that is asked of this side. */
bool known_denial(const dm_policy *policy, size_t statement, known_side side);

/* Whether a certificate may give several values for a key. */
bool known_key_of_several(dm_span key);

/* What a policy counts on in vain. */
typedef struct missing_key {
  dm_span key; /* the policy's */
  size_t statement;
  bool of_this_side; /* something is known of it on the other side */
} missing_key;

/* Finds the first; false where there is none. */
bool known_keys_lack(const dm_policy *policy, known_side side, missing_key *out);

/* "names iot:Topic, of which nothing is ever known here", or, with of_this_side, "denies by
 * iot:Topic, of which nothing is ever known of devices". Returns `out`. */
#define MISSING_KEY_TEXT 256
const char *missing_key_text(const missing_key *missing, known_side side,
                             char out[MISSING_KEY_TEXT]);

#endif
