/* dm-policy explain.
 *
 * SPDX-License-Identifier: MIT
 */
#include "explain_command.h"

#include <string.h>

#include "common/base/ascii.h"
#include "exit_status.h"
#include "explain_question.h"
#include "text.h"

/* FILE:LINE: statement 2 "Sid" (deny) */
static void print_statement(const explain_question *q, size_t policy, size_t statement,
                            const dm_policy_match *m) {
  const policy_file *d = &q->files[policy];
  fputs("  ", stdout);
  text_print(stdout, dm_text(d->path));
  printf(":%u: statement %zu", policy_file_line(d, statement), statement);
  if (m->sid.ptr != NULL) {
    fputc(' ', stdout);
    text_quote(stdout, m->sid);
  }
  fputs(m->effect == DM_POLICY_ALLOWED ? " (Allow)" : " (Deny)", stdout);
}

static void print_values(const explain_question *q, dm_span condition, dm_span key) {
  size_t count = 0;
  for (size_t i = 0; i < q->request.value_count; i++) {
    if (!ascii_same(q->values[i].key, key))
      continue;
    fputs(count++ == 0 ? "the request has " : ", ", stdout);
    text_quote(stdout, q->values[i].value);
  }
  if (count == 0)
    fputs("the request has no value for it", stdout);
  if (count > 1 && memchr(condition.ptr, ':', condition.len) == NULL)
    fputs("; several values ask for ForAnyValue: or ForAllValues:", stdout);
}

static void print_obstacle(const explain_question *q, const dm_policy_match *m) {
  switch (m->match) {
  case DM_POLICY_MATCH_NOT_ACTION:
    fputs(": the action does not match", stdout);
    break;
  case DM_POLICY_MATCH_NOT_RESOURCE:
    fputs(": the action matches, the resource does not", stdout);
    break;
  case DM_POLICY_MATCH_NOT_CONDITION:
    fputs(": all matches but the condition ", stdout);
    text_print(stdout, m->condition);
    fputs(" of ", stdout);
    text_print(stdout, m->key);
    fputs(": ", stdout);
    print_values(q, m->condition, m->key);
    break;
  default:
    fputs(": applies", stdout);
    break;
  }
  if (m->variable.ptr != NULL) {
    fputs("; ${", stdout);
    text_print(stdout, m->variable);
    fputs("} has no single value in this request", stdout);
  }
  fputc('\n', stdout);
}

static void print_one(const explain_question *q, size_t policy, size_t statement) {
  dm_policy_match m = {.size = sizeof m};
  if (dm_policy_explain(q->policies[policy], statement, &q->request, &m) != DM_OK)
    return;
  print_statement(q, policy, statement, &m);
  print_obstacle(q, &m);
}

static int print_answer(const explain_question *q) {
  dm_policy_list list = {q->policies, q->count};
  dm_policy_decision d = {.size = sizeof d};
  switch (dm_policy_decide(&list, &q->request, &d)) {
  case DM_POLICY_ALLOWED:
    puts("allowed by");
    print_one(q, d.policy, d.statement);
    return EXIT_GOOD;
  case DM_POLICY_EXPLICIT_DENY:
    puts("explicit deny by");
    print_one(q, d.policy, d.statement);
    return EXIT_BAD;
  default:
    puts("implicit deny: no statement applies. How near each came:");
    for (size_t i = 0; i < q->count; i++)
      for (size_t s = 0; s < dm_policy_statement_count(q->policies[i]); s++)
        print_one(q, i, s);
    return EXIT_BAD;
  }
}

int command_explain(int argc, char **argv) {
  explain_question q;
  int status = EXIT_MISUSED;
  if (explain_question_read(&q, argc, argv))
    status = print_answer(&q);
  explain_question_free(&q);
  return status;
}
