/* dm-policy eval.
 *
 * SPDX-License-Identifier: MIT
 */
#include "eval_command.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "eval_question.h"
#include "exit_status.h"

static json_t *index_json(size_t index) {
  return index == DM_POLICY_NOWHERE ? json_null() : json_integer((json_int_t)index);
}

static json_t *decide(const eval_question *q) {
  static const char *const names[] = {
      [DM_POLICY_IMPLICIT_DENY] = "implicitDeny",
      [DM_POLICY_ALLOWED] = "allowed",
      [DM_POLICY_EXPLICIT_DENY] = "explicitDeny",
  };
  dm_policy_list list = {(const dm_policy *const *)q->policies, q->count};
  dm_policy_decision d = {.size = sizeof d};
  const char *name = names[dm_policy_decide(&list, &q->request, &d)];
  return json_pack("{s:s, s:o, s:o}", "decision", name, "policy", index_json(d.policy), "statement",
                   index_json(d.statement));
}

/* What is quoted may have been cut inside a character, and JSON has no place for that. */
static json_t *error_json(problem *p) {
  json_t *text = json_string(p->text);
  for (char *c = p->text; text == NULL && *c != '\0'; c++)
    if ((unsigned char)*c >= 0x80)
      *c = '?';
  return json_pack("{s:o}", "error", text != NULL ? text : json_string(p->text));
}

static json_t *answer(dm_span line) {
  problem p = {"out of memory"};
  json_error_t error;
  json_t *root = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
  eval_question q = {.line = line, .root = root};
  if (root == NULL)
    problem_set(&p, "%d: not JSON: %s", error.column < 1 ? 1 : error.column, error.text);
  json_t *out = root != NULL && eval_question_read(&q, &p) ? decide(&q) : NULL;
  if (out == NULL)
    out = error_json(&p);
  eval_question_free(&q);
  json_decref(root);
  return out;
}

static bool print_line(json_t *value) {
  bool good = json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) == 0 &&
              fputc('\n', stdout) != EOF && fflush(stdout) == 0;
  json_decref(value);
  return good;
}

int command_eval(int argc, char **argv) {
  (void)argv;
  if (argc != 0) {
    fputs("dm-policy: eval reads standard input and takes no arguments (try --help)\n", stderr);
    return EXIT_MISUSED;
  }
  char *line = NULL;
  size_t capacity = 0;
  ssize_t len;
  bool good = true;
  while (good && (len = getline(&line, &capacity, stdin)) >= 0)
    good = print_line(answer(dm_bytes(line, (size_t)len)));
  free(line);
  return good && !ferror(stdin) ? EXIT_GOOD : EXIT_MISUSED;
}
