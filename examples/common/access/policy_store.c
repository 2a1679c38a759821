/* Policy documents, compiled.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/policy_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/access/policy_position.h"
#include "common/base/file.h"

static const char everything[] =
    "{\"Version\":\"2012-10-17\","
    "\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";

/* ---- Documents -------------------------------------------------------------- */

typedef struct stored_policy {
  struct stored_policy *next;
  dm_policy *policy;
  char path[]; /* NUL-terminated */
} stored_policy;

static const dm_policy *find(const policy_store *store, const char *path) {
  const stored_policy *entry = store->first;
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
static const dm_policy *add(policy_store *store, const char *path, dm_span json, problem *p) {
  size_t size = strlen(path) + 1;
  dm_policy *policy = compile(path, json, p);
  if (policy == NULL)
    return NULL;
  stored_policy *entry = malloc(sizeof *entry + size);
  if (entry == NULL) {
    dm_policy_free(policy);
    problem_set(p, "out of memory");
    return NULL;
  }
  entry->policy = policy;
  memcpy(entry->path, path, size);
  entry->next = store->first;
  store->first = entry;
  return entry->policy;
}

void policy_store_free(policy_store *store) {
  while (store->first != NULL) {
    stored_policy *entry = store->first;
    store->first = entry->next;
    dm_policy_free(entry->policy);
    free(entry);
  }
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

static const dm_policy *load(policy_store *store, const json_file *config, const char *pointer,
                             const char *path, problem *p) {
  const dm_policy *known = find(store, path);
  if (known != NULL)
    return known;
  bytes text = {0};
  known = file_read(path, &text) ? add(store, path, bytes_span(&text), p)
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

const dm_policy *policy_store_load(policy_store *store, const json_file *config,
                                   const char *pointer, const char *path, known_side side,
                                   problem *p) {
  missing_key missing;
  const dm_policy *policy = load(store, config, pointer, path, p);
  if (policy == NULL || !known_keys_lack(policy, side, &missing))
    return policy;
  refuse_missing(path, &missing, side, p);
  return NULL;
}

const dm_policy *policy_store_allow_all(policy_store *store, problem *p) {
  return add(store, "built in", dm_text(everything), p);
}
