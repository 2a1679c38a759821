/* The policies that a configuration names, compiled.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/policies.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/file.h"

static const char everything[] =
    "{\"Version\":\"2012-10-17\","
    "\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";

/* ---- Shelves --------------------------------------------------------------- */

typedef struct shelved_policy {
  struct shelved_policy *next;
  dm_policy *policy;
  char path[]; /* NUL-terminated */
} shelved_policy;

static const dm_policy *shelf_find(const policy_shelf *shelf, const char *path) {
  const shelved_policy *entry = shelf->first;
  while (entry != NULL && strcmp(entry->path, path) != 0)
    entry = entry->next;
  return entry == NULL ? NULL : entry->policy;
}

/* NULL with *p filled on failure. */
static dm_policy *compile(const char *path, dm_span json, problem *p) {
  dm_policy *policy = NULL;
  dm_policy_error error;
  int rc = dm_policy_parse(&policy, json, 0, NULL, &error);
  if (rc == DM_ERROR_NOT_UNDERSTOOD)
    problem_set(p, "%s:%u:%u: %s", path, error.line, error.column, error.text);
  else if (rc != DM_OK)
    problem_set(p, "%s:1:1: cannot be compiled (%d)", path, rc);
  return policy;
}

/* Compiles a document; `path` is also for the error. NULL with *p filled on failure. */
static const dm_policy *shelf_add(policy_shelf *shelf, const char *path, dm_span json, problem *p) {
  size_t size = strlen(path) + 1;
  dm_policy *policy = compile(path, json, p);
  if (policy == NULL)
    return NULL;
  shelved_policy *entry = malloc(sizeof *entry + size);
  if (entry == NULL) {
    dm_policy_free(policy);
    problem_set(p, "out of memory");
    return NULL;
  }
  entry->policy = policy;
  memcpy(entry->path, path, size);
  entry->next = shelf->first;
  shelf->first = entry;
  return entry->policy;
}

void policy_shelf_free(policy_shelf *shelf) {
  while (shelf->first != NULL) {
    shelved_policy *entry = shelf->first;
    shelf->first = entry->next;
    dm_policy_free(entry->policy);
    free(entry);
  }
}

void policy_statement_position(dm_span json, size_t statement, unsigned *line, unsigned *column) {
  char pointer[40];
  snprintf(pointer, sizeof pointer, "/Statement/%zu", statement);
  dm_json_position(json, pointer, line, column);
  /* Where Statement is one object, there is no such place, and nothing stands at 1:1. */
  if (*line == 1 && *column == 1)
    dm_json_position(json, "/Statement", line, column);
}

/* ---- Files ------------------------------------------------------------------- */

/* A file that cannot be read is reported where the configuration names it. */
static const dm_policy *unreadable(const json_file *config, const char *pointer, const char *path,
                                   problem *p) {
  char text[512];
  const char *why = strerror(errno);
  snprintf(text, sizeof text, "cannot read %.400s: %s", path, why);
  json_file_wrong(config, pointer, text, p);
  return NULL;
}

static const dm_policy *load(policy_shelf *shelf, const json_file *config, const char *pointer,
                             const char *path, problem *p) {
  const dm_policy *known = shelf_find(shelf, path);
  if (known != NULL)
    return known;
  bytes text = {0};
  known = file_read(path, &text) ? shelf_add(shelf, path, bytes_span(&text), p)
                                 : unreadable(config, pointer, path, p);
  bytes_free(&text);
  return known;
}

/* Where the text is read once more, since nobody else needs it so long. */
static bool refuse_missing(const char *path, const missing_key *missing, known_side side,
                           problem *p) {
  char text[MISSING_KEY_TEXT];
  unsigned line, column;
  bytes json = {0};
  (void)file_read(path, &json);
  policy_statement_position(bytes_span(&json), missing->statement, &line, &column);
  bytes_free(&json);
  return problem_set(p, "%s:%u:%u: %s", path, line, column, missing_key_text(missing, side, text));
}

/* The policy of a file, for use on one side; NULL with *p filled on failure. */
static const dm_policy *load_usable(policy_shelf *shelf, const json_file *config,
                                    const char *pointer, const char *path, known_side side,
                                    problem *p) {
  missing_key missing;
  const dm_policy *policy = load(shelf, config, pointer, path, p);
  if (policy == NULL || !known_keys_lack(policy, side, &missing))
    return policy;
  refuse_missing(path, &missing, side, p);
  return NULL;
}

/* ---- Sets ---------------------------------------------------------------------- */

static bool set_reserve(policy_set *set, size_t count, problem *p) {
  set->policies = count == 0 ? NULL : calloc(count, sizeof *set->policies);
  return count == 0 || set->policies != NULL || problem_set(p, "out of memory");
}

static bool set_add(policy_set *set, const dm_policy *policy) {
  if (policy != NULL)
    set->policies[set->count++] = policy;
  return policy != NULL;
}

bool policy_set_load(policy_set *set, policy_shelf *shelf, const json_file *config,
                     const settings_files *files, known_side side, problem *p) {
  size_t count = json_array_size(files->names);
  bool good = set_reserve(set, count, p);
  for (size_t i = 0; good && i < count; i++) {
    char pointer[128];
    char *path = file_beside(config->path, json_string_value(json_array_get(files->names, i)));
    snprintf(pointer, sizeof pointer, "%s/%zu", files->pointer, i);
    good = path == NULL ? problem_set(p, "out of memory")
                        : set_add(set, load_usable(shelf, config, pointer, path, side, p));
    free(path);
  }
  return good;
}

bool policy_set_allow_all(policy_set *set, policy_shelf *shelf, problem *p) {
  return set_reserve(set, 1, p) &&
         set_add(set, shelf_add(shelf, "built in", dm_text(everything), p));
}

void policy_set_free(policy_set *set) {
  free(set->policies);
  *set = (policy_set){0};
}

dm_policy_list policy_set_list(const policy_set *set) {
  return (dm_policy_list){.policies = set->policies, .count = set->count};
}
