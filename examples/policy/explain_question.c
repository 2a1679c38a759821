/* What dm-policy explain is asked, from its command line.
 *
 * SPDX-License-Identifier: MIT
 */
#include "explain_question.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool misused(const char *what, const char *argument) {
  fprintf(stderr, "dm-policy: %s", what);
  if (argument != NULL)
    text_quote(stderr, dm_text(argument));
  fputs(" (try --help)\n", stderr);
  return false;
}

static bool take_policy(explain_question *q, const char *path) {
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

static bool take_context(explain_question *q, const char *pair) {
  const char *sign = strchr(pair, '=');
  if (sign == NULL || sign == pair)
    return misused("must be KEY=VALUE: ", pair);
  q->values[q->request.value_count++] =
      (dm_policy_value){dm_bytes(pair, (size_t)(sign - pair)), dm_text(sign + 1)};
  return true;
}

static bool take_value(explain_question *q, const char *option, const char *value) {
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

static bool read_all(explain_question *q, int argc, char **argv) {
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

static bool reserve(explain_question *q, int argc) {
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

bool explain_question_read(explain_question *q, int argc, char **argv) {
  *q = (explain_question){.request.size = sizeof q->request};
  return reserve(q, argc) && read_all(q, argc, argv);
}

void explain_question_free(explain_question *q) {
  for (size_t i = 0; i < q->count; i++)
    policy_file_free(&q->files[i]);
  free(q->values);
  free(q->files);
  free(q->policies);
}
