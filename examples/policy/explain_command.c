/* dm-policy explain.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "common/base/ascii.h"
#include "policy_file.h"
#include "text.h"

/* What is asked, of which policies. There is room for as many as there are arguments. */
typedef struct question {
  dm_policy_request request;
  dm_policy_value *values;
  policy_file *files;
  const dm_policy **policies;
  size_t count;
} question;

/* ---- The command line ---- */

static bool misused(const char *what, const char *argument) {
  fprintf(stderr, "dm-policy: %s", what);
  if (argument != NULL)
    text_quote(stderr, dm_text(argument));
  fputs(" (try --help)\n", stderr);
  return false;
}

static bool take_policy(question *q, const char *path) {
  policy_file *d = &q->files[q->count];
  if (!policy_file_read(d, path, stderr))
    return false;
  q->policies[q->count++] = d->policy;
  return true;
}

static bool take_once(dm_span *to, const char *name, const char *value) {
  if (to->ptr != NULL)
    return misused("given twice: ", name);
  *to = dm_text(value);
  return true;
}

static bool take_context(question *q, const char *pair) {
  const char *sign = strchr(pair, '=');
  if (sign == NULL || sign == pair)
    return misused("must be KEY=VALUE: ", pair);
  q->values[q->request.value_count++] =
      (dm_policy_value){dm_bytes(pair, (size_t)(sign - pair)), dm_text(sign + 1)};
  return true;
}

static bool take_value(question *q, const char *option, const char *value) {
  if (strcmp(option, "--policy") == 0)
    return take_policy(q, value);
  if (strcmp(option, "--action") == 0)
    return take_once(&q->request.action, option, value);
  if (strcmp(option, "--resource") == 0)
    return take_once(&q->request.resource, option, value);
  if (strcmp(option, "--context") == 0)
    return take_context(q, value);
  return misused("unknown option: ", option);
}

static bool is_option(const char *argument) {
  return strncmp(argument, "--", 2) == 0;
}

/* --policy and --context may have several values, as the shell makes them of a pattern. */
static bool takes_several(const char *option) {
  return strcmp(option, "--policy") == 0 || strcmp(option, "--context") == 0;
}

static bool read_arguments(question *q, int argc, char **argv) {
  for (int i = 0; i < argc;) {
    const char *option = argv[i++];
    if (!is_option(option))
      return misused("not an option: ", option);
    if (i == argc || is_option(argv[i]))
      return misused("a value is missing behind ", option);
    do {
      if (!take_value(q, option, argv[i++]))
        return false;
    } while (takes_several(option) && i < argc && !is_option(argv[i]));
  }
  if (q->count == 0 || q->request.action.ptr == NULL || q->request.resource.ptr == NULL)
    return misused("explain needs --policy, --action and --resource", NULL);
  return true;
}

static bool reserve(question *q, int argc) {
  size_t most = (size_t)argc + 1;
  q->values = calloc(most, sizeof *q->values);
  q->files = calloc(most, sizeof *q->files);
  q->policies = calloc(most, sizeof *q->policies);
  q->request.values = q->values;
  if (q->values != NULL && q->files != NULL && q->policies != NULL)
    return true;
  fputs("dm-policy: out of memory\n", stderr);
  return false;
}

static void release(question *q) {
  for (size_t i = 0; i < q->count; i++)
    policy_file_free(&q->files[i]);
  free(q->values);
  free(q->files);
  free(q->policies);
}

/* ---- The answer ---- */

/* FILE:LINE: statement 2 "Sid" (deny) */
static void print_statement(const question *q, size_t policy, size_t statement,
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

static void print_values(const question *q, dm_span key) {
  size_t count = 0;
  for (size_t i = 0; i < q->request.value_count; i++) {
    if (!ascii_same(q->values[i].key, key))
      continue;
    fputs(count++ == 0 ? "the request has " : ", ", stdout);
    text_quote(stdout, q->values[i].value);
  }
  if (count == 0)
    fputs("the request has no value for it", stdout);
}

static void print_obstacle(const question *q, const dm_policy_match *m) {
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
    print_values(q, m->key);
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

static void print_one(const question *q, size_t policy, size_t statement) {
  dm_policy_match m = {.size = sizeof m};
  if (dm_policy_explain(q->policies[policy], statement, &q->request, &m) != DM_OK)
    return;
  print_statement(q, policy, statement, &m);
  print_obstacle(q, &m);
}

static int print_answer(const question *q) {
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
  question q = {.request.size = sizeof q.request};
  int status = EXIT_MISUSED;
  if (reserve(&q, argc) && read_arguments(&q, argc, argv))
    status = print_answer(&q);
  release(&q);
  return status;
}
