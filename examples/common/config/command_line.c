/* The command line of a program.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/config/command_line.h"

#include <string.h>

#include "common/config/settings_value.h"

/* One option of the command line: "--http HOST:PORT" or "--http=HOST:PORT". */
typedef struct option {
  const char *name;
  size_t name_len;
  const char *value; /* NULL: none was given */
  int arguments;     /* how many of argv it takes up */
} option;

static option option_at(int argc, char **argv, int i) {
  option o = {.name = argv[i], .name_len = strcspn(argv[i], "="), .arguments = 1};
  if (argv[i][o.name_len] == '=') {
    o.value = argv[i] + o.name_len + 1;
  } else if (i + 1 < argc) {
    o.value = argv[i + 1];
    o.arguments = 2;
  }
  return o;
}

static bool option_is(const option *o, const char *name) {
  return strlen(name) == o->name_len && memcmp(o->name, name, o->name_len) == 0;
}

/* Puts one option's value where it belongs; false with *p filled. */
static bool read_option(const command_line *line, const option *o, const settings_table *tables,
                        const char **config, problem *p) {
  void *base;
  const settings_field *field = settings_find_option(tables, o->name, o->name_len, &base);
  bool is_config = option_is(o, "--config");
  if (field == NULL && !is_config)
    return problem_set(p, "%s: unknown option %.60s (try --help)", line->program, o->name);
  if (o->value == NULL)
    return problem_set(p, "%s: %.60s needs a value (try --help)", line->program, o->name);
  if (is_config) {
    *config = o->value;
    return true;
  }
  if (settings_read_option(field, o->value, base))
    return true;
  char must[128];
  settings_describe(field, must, sizeof must);
  return problem_set(p, "%s: %s %s", line->program, field->option, must);
}

static bool is_question(const char *argument) {
  return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0 ||
         strcmp(argument, "--version") == 0;
}

const char *command_line_question(const command_line *line) {
  int i = 1;
  while (i < line->argc && !is_question(line->argv[i]))
    i++;
  return i < line->argc ? line->argv[i] : NULL;
}

bool command_line_read(const command_line *line, const settings_table *tables, const char **config,
                       problem *p) {
  for (int i = 1; i < line->argc;) {
    if (is_question(line->argv[i])) {
      i++;
      continue;
    }
    option o = option_at(line->argc, line->argv, i);
    if (!read_option(line, &o, tables, config, p))
      return false;
    i += o.arguments;
  }
  return true;
}
