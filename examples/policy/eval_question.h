/* One question of dm-policy eval, from its line.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef POLICY_EVAL_QUESTION_H
#define POLICY_EVAL_QUESTION_H

#include "common/base/problem.h"
#include "dm/policy.h"

typedef struct eval_question {
  dm_span line;
  const struct json_t *root; /* what the line holds */
  dm_policy_request request;
  dm_policy_value *values;
  dm_policy **policies;
  size_t count;
} eval_question;

/* Reads line and root, which must be set, into the rest, which must be zero; false with *p
 * filled. eval_question_free() it in either case. */
bool eval_question_read(eval_question *q, problem *p);

void eval_question_free(eval_question *q);

#endif
