/* A policy document from a file.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy_file.h"

#include <errno.h>
#include <string.h>

#include "common/access/policy_position.h"
#include "common/base/file.h"
#include "text.h"

static void print_problem(FILE *out, const char *path, const dm_policy_error *error) {
  text_print(out, dm_text(path));
  fprintf(out, ":%u:%u: ", error->line, error->column);
  text_print(out, dm_text(error->text));
  fputc('\n', out);
}

bool policy_file_read(policy_file *d, const char *path, FILE *problems) {
  dm_policy_error error = {1, 1, "out of memory"};
  *d = (policy_file){.path = path};
  if (!file_read(path, &d->text)) {
    snprintf(error.text, sizeof error.text, "cannot be read: %s", strerror(errno));
  } else if (dm_policy_parse(&d->policy, bytes_span(&d->text), 0, NULL, &error) == DM_OK) {
    return true;
  }
  print_problem(problems, path, &error);
  policy_file_free(d);
  return false;
}

void policy_file_free(policy_file *d) {
  dm_policy_free(d->policy);
  bytes_free(&d->text);
  *d = (policy_file){0};
}

unsigned policy_file_line(const policy_file *d, size_t statement) {
  unsigned line, column;
  policy_statement_position(bytes_span(&d->text), statement, &line, &column);
  return line;
}
