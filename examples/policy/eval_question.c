/* One question of dm-policy eval, from its line.
 *
 * SPDX-License-Identifier: MIT
 */
#include "eval_question.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* The text of an object that begins at `text`, which is valid JSON. */
static dm_span object_text(dm_span text) {
  size_t len = 0, depth = 0;
  bool inside = false;
  do {
    char c = text.ptr[len++];
    if (inside && c == '\\')
      len++;
    else if (c == '"')
      inside = !inside;
    else if (!inside)
      depth += (size_t)(c == '{' || c == '[') - (size_t)(c == '}' || c == ']');
  } while (depth > 0);
  return dm_bytes(text.ptr, len);
}

/* The document as it stands in the line: written anew, a number might be another one. */
static dm_span document_text(const eval_question *q, size_t index) {
  char pointer[40];
  unsigned line, column;
  snprintf(pointer, sizeof pointer, "/policies/%zu", index);
  dm_json_position(q->line, pointer, &line, &column);
  return object_text(dm_bytes(q->line.ptr + column - 1, q->line.len - column + 1));
}

static bool read_policy(eval_question *q, size_t index, problem *p) {
  const json_t *document = json_array_get(json_object_get(q->root, "policies"), index);
  dm_policy_error error;
  if (!json_is_object(document))
    return problem_set(p, "policies[%zu] must be an object", index);
  int rc = dm_policy_parse(&q->policies[index], document_text(q, index), 0, NULL, &error);
  if (rc == DM_ERROR_NOT_UNDERSTOOD)
    return problem_set(p, "policies[%zu]:%u:%u: %s", index, error.line, error.column, error.text);
  return rc == DM_OK || problem_set(p, "policies[%zu] cannot be compiled (%d)", index, rc);
}

static bool read_policies(eval_question *q, problem *p) {
  const json_t *policies = json_object_get(q->root, "policies");
  if (!json_is_array(policies))
    return problem_set(p, "policies must be an array");
  q->policies = calloc(json_array_size(policies) + 1, sizeof *q->policies);
  if (q->policies == NULL)
    return problem_set(p, "out of memory");
  for (; q->count < json_array_size(policies); q->count++)
    if (!read_policy(q, q->count, p))
      return false;
  return true;
}

static bool read_string(const eval_question *q, const char *name, dm_span *out, problem *p) {
  const json_t *value = json_object_get(q->root, name);
  if (!json_is_string(value))
    return problem_set(p, "%s must be a string", name);
  *out = dm_bytes(json_string_value(value), json_string_length(value));
  return true;
}

static bool read_value(eval_question *q, const char *key, const json_t *value, problem *p) {
  if (!json_is_string(value))
    return problem_set(p, "context: the values of %.200s must be strings", key);
  q->values[q->request.value_count++] = (dm_policy_value){
      dm_text(key), dm_bytes(json_string_value(value), json_string_length(value))};
  return true;
}

static bool read_values(eval_question *q, const char *key, const json_t *value, problem *p) {
  for (size_t i = 0; i < q->request.value_count; i++)
    if (strcasecmp(q->values[i].key.ptr, key) == 0)
      return problem_set(p, "context: duplicate key %.200s", key);
  size_t count = json_is_array(value) ? json_array_size(value) : 1;
  void *larger = realloc(q->values, (q->request.value_count + count + 1) * sizeof *q->values);
  if (larger == NULL)
    return problem_set(p, "out of memory");
  q->request.values = q->values = larger;
  if (!json_is_array(value))
    return read_value(q, key, value, p);
  for (size_t i = 0; i < count; i++)
    if (!read_value(q, key, json_array_get(value, i), p))
      return false;
  return true;
}

static bool read_context(eval_question *q, problem *p) {
  json_t *context = json_object_get(q->root, "context");
  if (context != NULL && !json_is_object(context))
    return problem_set(p, "context must be an object");
  const char *key;
  json_t *value;
  json_object_foreach(context, key, value) {
    if (!read_values(q, key, value, p))
      return false;
  }
  return true;
}

static bool check_members(const eval_question *q, problem *p) {
  static const char *const known[] = {"policies", "action", "resource", "context"};
  size_t found = 0;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    found += json_object_get(q->root, known[i]) != NULL;
  if (json_is_object(q->root) && json_object_size(q->root) == found)
    return true;
  return problem_set(p, "must be an object of policies, action, resource and context");
}

bool eval_question_read(eval_question *q, problem *p) {
  q->request.size = sizeof q->request;
  return check_members(q, p) && read_policies(q, p) &&
         read_string(q, "action", &q->request.action, p) &&
         read_string(q, "resource", &q->request.resource, p) && read_context(q, p);
}

void eval_question_free(eval_question *q) {
  for (size_t i = 0; q->policies != NULL && q->policies[i] != NULL; i++)
    dm_policy_free(q->policies[i]);
  free(q->policies);
  free(q->values);
}
