/* The command line and the configuration file of an example program.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/config/settings.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/command_line.h"
#include "common/config/settings_rows.h"
#include "common/config/settings_table.h"

/* What every program has and, where there is any, what this one adds. */
#define TABLES(s)                                                                                  \
  {                                                                                                \
    {settings_common_fields, (s)}, {(s)->program->fields, (s)->own}, {                             \
      NULL, NULL                                                                                   \
    }                                                                                              \
  }

/* ---- Questions ----------------------------------------------------------------- */

static void print_help(const settings_program *program) {
  for (size_t i = 0; program->help[i] != NULL; i++)
    fputs(program->help[i], stdout);
}

/* Answers --help and --version; false when nobody asked. */
static bool answer_question(const settings_program *program, const command_line *line) {
  const char *question = command_line_question(line);
  if (question == NULL)
    return false;
  if (strcmp(question, "--version") == 0)
    printf("%s %s\n", program->name, dm_version());
  else
    print_help(program);
  return true;
}

/* ---- The file ---------------------------------------------------------------------- */

static settings_source source_of(const settings *s) {
  return (settings_source){s->program->name, s->path == NULL ? NULL : &s->file};
}

static bool wrong(const settings *s, const char *pointer, const char *text, problem *p) {
  const settings_source source = source_of(s);
  return settings_wrong(&source, pointer, text, p);
}

bool settings_want_tls(const settings *s) {
  return address_given(&s->mqtts) || address_given(&s->https);
}

static bool complete_tls(settings *s, problem *p) {
  const settings_source source = source_of(s);
  return tls_settings_complete(&s->tls, settings_want_tls(s), &source, p);
}

/* What would be weaker than it reads: without principals everybody is anonymous. */
static bool check_anonymous(const settings *s, problem *p) {
#define NEEDS " needs principals: without them everybody is anonymous"
  const json_t *root = s->file.root;
  if (s->principals.name != NULL)
    return true;
  if (json_object_get(root, "sigv4") != NULL)
    return wrong(s, "/sigv4", "sigv4" NEEDS, p);
  if (json_is_false(json_object_get(root, "anonymousCallers")))
    return wrong(s, "/anonymousCallers", "anonymousCallers false" NEEDS, p);
  if (json_is_false(json_object_get(root, "anonymousDevices")))
    return wrong(s, "/anonymousDevices", "anonymousDevices false" NEEDS, p);
  return true;
}

static bool check(const settings *s, problem *p) {
  if (s->limits.default_timeout > s->limits.max_timeout)
    return wrong(s, "/limits", "defaultTimeoutSeconds is above maxTimeoutSeconds", p);
  if (s->path != NULL && s->sender_policies.names == NULL)
    return wrong(s, "", "senderPolicies is missing ([] lets nobody send)", p);
  if (s->path != NULL && s->receiver_policies.names == NULL)
    return wrong(s, "", "receiverPolicies is missing ([] lets nobody receive)", p);
  return check_anonymous(s, p);
}

static bool read_file(settings *s, problem *p) {
  const settings_table tables[] = TABLES(s);
  return json_file_read(&s->file, s->path, p) &&
         settings_read_object(&s->file, "", s->file.root, tables, p);
}

/* ---- Both ----------------------------------------------------------------------------- */

static bool read_command_line(settings *s, const command_line *line, problem *p) {
  const settings_table tables[] = TABLES(s);
  return command_line_read(line, tables, &s->path, p);
}

static bool load(settings *s, const command_line *line, problem *p) {
  if (s->program->size > 0) {
    s->own = malloc(s->program->size);
    if (s->own == NULL)
      return problem_set(p, "%s: out of memory", s->program->name);
    memcpy(s->own, s->program->defaults, s->program->size);
  }
  /* Once to find the file and what is wrong on the command line itself, then again over
   * what the file says. */
  return read_command_line(s, line, p) && (s->path == NULL || read_file(s, p)) &&
         read_command_line(s, line, p) && check(s, p) && complete_tls(s, p);
}

bool settings_load(settings *s, const settings_program *program, int argc, char **argv,
                   problem *p) {
  const command_line line = {program->name, argc, argv};
  *s = settings_common_defaults;
  dm_default_limits(&s->limits);
  s->program = program;
  s->access.anonymous_devices = program->anonymous_devices;
  if (load(s, &line, p))
    return true;
  settings_free(s);
  return false;
}

bool settings_start(settings *s, const settings_program *program, int argc, char **argv,
                    int *exit_status) {
  const command_line line = {program->name, argc, argv};
  problem p;
  if (answer_question(program, &line)) {
    *exit_status = 0;
    return false;
  }
  if (settings_load(s, program, argc, argv, &p))
    return true;
  fprintf(stderr, "%s\n", p.text);
  *exit_status = 2;
  return false;
}

void settings_free(settings *s) {
  json_file_free(&s->file);
  tls_settings_free(&s->tls);
  free(s->own);
  s->own = NULL;
}
