/* The policies that a configuration names, compiled.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/policies.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/json_file.h"

static const char everything[] =
    "{\"Version\":\"2012-10-17\","
    "\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";

static void set_free(policy_set *set) {
  for (size_t i = 0; i < set->count; i++)
    dm_policy_free(set->policies[i]);
  free(set->policies);
  *set = (policy_set){0};
}

static bool set_reserve(policy_set *set, size_t count, problem *p) {
  set->policies = count == 0 ? NULL : calloc(count, sizeof(dm_policy *));
  return count == 0 || set->policies != NULL || problem_set(p, "out of memory");
}

/* Compiles one document into the next place of the set; `name` is for the error. */
static bool set_add(policy_set *set, const char *name, dm_span json, problem *p) {
  dm_policy_error error;
  int rc = dm_policy_parse(&set->policies[set->count], json, 0, NULL, &error);
  if (rc == DM_ERROR_NOT_UNDERSTOOD)
    return problem_set(p, "%s:%u:%u: %s", name, error.line, error.column, error.text);
  if (rc != DM_OK)
    return problem_set(p, "%s:1:1: cannot be compiled (%d)", name, rc);
  set->count++;
  return true;
}

char *path_beside(const char *config, const char *name) {
  const char *slash = strrchr(config, '/');
  size_t folder = slash == NULL || name[0] == '/' ? 0 : (size_t)(slash - config) + 1;
  size_t len = strlen(name) + 1;
  char *path = malloc(folder + len);
  if (path != NULL) {
    memcpy(path, config, folder);
    memcpy(path + folder, name, len);
  }
  return path;
}

/* A file that cannot be read is reported where the configuration names it. */
static bool unreadable(const settings *s, const settings_files *files, size_t i, const char *path,
                       problem *p) {
  char pointer[64];
  char text[512];
  const char *why = strerror(errno);
  snprintf(pointer, sizeof pointer, "%s/%zu", files->pointer, i);
  snprintf(text, sizeof text, "cannot read %.400s: %s", path, why);
  return settings_wrong(s, pointer, text, p);
}

static bool set_add_file(policy_set *set, const settings *s, const settings_files *files, size_t i,
                         problem *p) {
  char *path = path_beside(s->path, json_string_value(json_array_get(files->names, i)));
  if (path == NULL)
    return problem_set(p, "out of memory");
  bytes text = {0};
  bool good = file_read(path, &text) ? set_add(set, path, bytes_span(&text), p)
                                     : unreadable(s, files, i, path, p);
  bytes_free(&text);
  free(path);
  return good;
}

static bool set_load(policy_set *set, const settings *s, const settings_files *files, problem *p) {
  if (s->path == NULL)
    return set_reserve(set, 1, p) && set_add(set, "built in", dm_text(everything), p);
  size_t count = json_array_size(files->names);
  bool good = set_reserve(set, count, p);
  for (size_t i = 0; good && i < count; i++)
    good = set_add_file(set, s, files, i, p);
  return good;
}

bool policies_load(policies *out, const settings *s, problem *p) {
  *out = (policies){0};
  if (set_load(&out->senders, s, &s->sender_policies, p) &&
      set_load(&out->receivers, s, &s->receiver_policies, p))
    return true;
  policies_free(out);
  return false;
}

void policies_free(policies *p) {
  set_free(&p->senders);
  set_free(&p->receivers);
}

dm_policy_list policy_set_list(const policy_set *set) {
  return (dm_policy_list){.policies = (const dm_policy *const *)set->policies, .count = set->count};
}
