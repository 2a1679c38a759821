/* What dm-policy explain is asked, from its command line.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef POLICY_EXPLAIN_QUESTION_H
#define POLICY_EXPLAIN_QUESTION_H

#include "policy_file.h"

/* What is asked, of which policies. There is room for as many as there are arguments. */
typedef struct explain_question {
  dm_policy_request request;
  dm_policy_value *values;
  policy_file *files;
  const dm_policy **policies;
  size_t count;
} explain_question;

/* Reads the arguments behind the command's name; false when standard error says what is wrong.
 * explain_question_free() it in either case. */
bool explain_question_read(explain_question *q, int argc, char **argv);

void explain_question_free(explain_question *q);

#endif
