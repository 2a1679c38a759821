/* The keys and conditions that a document names.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/compiled.h"

/* Whom to tell, and what about. */
typedef struct tour {
  int (*visit)(void *user, dm_span key, size_t statement);
  void *user;
  size_t statement;
} tour;

static int tell_variables(const tour *t, const dmi_pattern *patterns, size_t count) {
  int status = 0;
  for (size_t i = 0; i < count && status == 0; i++)
    for (size_t k = 0; k < patterns[i].variable_count && status == 0; k++)
      status = t->visit(t->user, patterns[i].variables[k].key, t->statement);
  return status;
}

static size_t pattern_count(const dmi_condition *c) {
  if (!dmi_operand_is_text(c->test.type))
    return 0;
  return c->test.type == OPERAND_ARN ? c->count * ARN_PARTS : c->count;
}

static int tell_statement(const tour *t, const dmi_statement *s) {
  int status = tell_variables(t, s->resources.patterns, s->resources.count);
  for (size_t i = 0; i < s->condition_count && status == 0; i++) {
    const dmi_condition *c = &s->conditions[i];
    status = t->visit(t->user, c->key, t->statement);
    if (status == 0)
      status = tell_variables(t, c->patterns, pattern_count(c));
  }
  return status;
}

int dm_policy_keys(const dm_policy *policy, int (*visit)(void *user, dm_span key, size_t statement),
                   void *user) {
  tour t = {visit, user, 0};
  int status = 0;
  for (; policy != NULL && status == 0 && t.statement < policy->statement_count; t.statement++)
    status = tell_statement(&t, &policy->statements[t.statement]);
  return status;
}

int dm_policy_conditions(const dm_policy *policy,
                         int (*visit)(void *user, dm_span condition, dm_span key, size_t statement),
                         void *user) {
  int status = 0;
  for (size_t i = 0; i < dm_policy_statement_count(policy) && status == 0; i++) {
    const dmi_statement *s = &policy->statements[i];
    for (size_t k = 0; k < s->condition_count && status == 0; k++)
      status = visit(user, s->conditions[k].name, s->conditions[k].key, i);
  }
  return status;
}
