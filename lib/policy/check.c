/* The rules a document has to keep: what is not understood here is refused.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/check.h"

#include <stdbool.h>

#include "base/span.h"
#include "policy/compiled.h"
#include "policy/document.h"
#include "policy/vocabulary.h"

typedef struct check {
  const dmi_refusal *refusal;
  dmi_check_counts *counts;
  const dmi_condition_operator *test; /* whose keys and values are being checked */
  bool variables;                     /* whether the document's Version knows ${...} */
} check;

/* Checks one value; the path ends in its key or its index. */
typedef int check_value(const check *c, json_t *value, const dmi_position_path *path);

/* An element an object may have, and how its value is checked. */
typedef struct known_element {
  const char *name;
  check_value *value;
} known_element;

typedef const char *find_problem(dm_span text);

static dm_span string_span(const json_t *string) {
  return dm_bytes(json_string_value(string), json_string_length(string));
}

/* Refuses a value and quotes the key it stands under. */
static int refuse_value(const check *c, const dmi_position_path *path, const char *what) {
  const dmi_position_path *named = path;
  while (named != NULL && !dmi_span_present(named->key))
    named = named->parent;
  return dmi_refuse(c->refusal, path, what, named == NULL ? dm_text(NULL) : named->key);
}

/* ---- Strings ---- */

static int check_text(const check *c, json_t *value, const dmi_position_path *path) {
  return json_is_string(value) ? DM_OK : refuse_value(c, path, "must be a string");
}

static int check_sid(const check *c, json_t *value, const dmi_position_path *path) {
  c->counts->text += json_string_length(value);
  return check_text(c, value, path);
}

/* Checks one string that becomes a number of patterns. */
static int check_pattern(const check *c, json_t *value, const dmi_position_path *path,
                         find_problem *problem_of, size_t patterns) {
  if (!json_is_string(value))
    return refuse_value(c, path,
                        dmi_span_present(path->key) ? "must be a string or an array of strings"
                                                    : "must be a string");
  dm_span text = string_span(value);
  const char *problem = problem_of(text);
  if (!c->variables && dmi_pattern_has_escape(text))
    problem = "\"${\" and \"$(\" need \"Version\": \"2012-10-17\"";
  if (problem != NULL)
    return dmi_refuse(c->refusal, path, problem, text);
  c->counts->patterns += patterns;
  c->counts->variables += dmi_pattern_variables(text);
  c->counts->text += text.len;
  return DM_OK;
}

static int check_action(const check *c, json_t *value, const dmi_position_path *path) {
  return check_pattern(c, value, path, dmi_pattern_action_problem, 1);
}

static int check_resource(const check *c, json_t *value, const dmi_position_path *path) {
  return check_pattern(c, value, path, dmi_pattern_resource_problem, 1);
}

/* ---- Lists ---- */

/* One value, or an array of at least one. */
static int check_list(const check *c, json_t *value, const dmi_position_path *path,
                      check_value *check_one) {
  if (!json_is_array(value))
    return check_one(c, value, path);
  if (json_array_size(value) == 0)
    return refuse_value(c, path, "must not be empty");
  int status = DM_OK;
  for (size_t i = 0; i < json_array_size(value) && status == DM_OK; i++)
    status = check_one(c, json_array_get(value, i), &(dmi_position_path){path, dm_text(NULL), i});
  return status;
}

static int check_actions(const check *c, json_t *value, const dmi_position_path *path) {
  return check_list(c, value, path, check_action);
}

static int check_resources(const check *c, json_t *value, const dmi_position_path *path) {
  return check_list(c, value, path, check_resource);
}

/* ---- Objects ---- */

/* Two keys that differ in letter case only are one key to a policy; the JSON reader
 * sees exact duplicates only. */
static bool repeats_earlier_key(json_t *object, dm_span key) {
  for (void *i = json_object_iter(object); i != NULL; i = json_object_iter_next(object, i)) {
    const char *earlier = json_object_iter_key(i);
    if (earlier == key.ptr)
      return false;
    if (dmi_span_equal_ignoring_case(dm_text(earlier), key))
      return true;
  }
  return false;
}

/* Checks each member of an object that has to have some. */
static int check_members(const check *c, json_t *object, const dmi_position_path *path,
                         check_value *check_member) {
  if (!json_is_object(object))
    return refuse_value(c, path, "must be an object");
  if (json_object_size(object) == 0)
    return refuse_value(c, path, "must not be empty");
  const char *key;
  json_t *value;
  json_object_foreach(object, key, value) {
    dmi_position_path member = {path, dm_text(key), 0};
    if (repeats_earlier_key(object, member.key))
      return dmi_refuse(c->refusal, &member, "duplicate key", member.key);
    int status = check_member(c, value, &member);
    if (status != DM_OK)
      return status;
  }
  return DM_OK;
}

/* Checks a member as the table says. */
static int check_element(const check *c, const known_element *known, size_t count, json_t *value,
                         const dmi_position_path *path) {
  for (size_t i = 0; i < count; i++)
    if (dmi_span_equal(dm_text(known[i].name), path->key))
      return known[i].value(c, value, path);
  return dmi_refuse(c->refusal, path, "element not understood", path->key);
}

/* ---- Condition ---- */

/* "Quotation marks are optional for numeric and Boolean values." */
static bool operand_type_fits(dmi_operand_type type, const json_t *value) {
  switch (type) {
  case OPERAND_NUMBER:
  case OPERAND_DATE:
    return json_is_string(value) || json_is_number(value);
  case OPERAND_TRUTH:
  case OPERAND_ABSENCE:
    return json_is_string(value) || json_is_boolean(value);
  default:
    return json_is_string(value);
  }
}

static int check_operand(const check *c, json_t *value, const dmi_position_path *path) {
  if (!operand_type_fits(c->test->type, value))
    return refuse_value(c, path, "value of the wrong type");
  dm_span text = dmi_document_text(c->refusal->json, value, path);
  const char *problem = dmi_operand_problem(c->test->type, text);
  if (problem != NULL)
    return dmi_refuse(c->refusal, path, problem, text);
  c->counts->operands++;
  c->counts->text += text.len;
  return DM_OK;
}

static int check_condition_value(const check *c, json_t *value, const dmi_position_path *path) {
  if (c->test->type == OPERAND_ARN)
    return check_pattern(c, value, path, dmi_pattern_arn_problem, ARN_PARTS);
  if (dmi_operand_is_text(c->test->type))
    return check_pattern(c, value, path, dmi_pattern_problem, 1);
  return check_operand(c, value, path);
}

static int check_condition_key(const check *c, json_t *value, const dmi_position_path *path) {
  if (!dmi_vocabulary_knows(path->key))
    return dmi_refuse(c->refusal, path, "condition key not understood", path->key);
  c->counts->conditions++;
  c->counts->text += path->key.len;
  return check_list(c, value, path, check_condition_value);
}

static int check_operator(const check *c, json_t *value, const dmi_position_path *path) {
  dmi_condition_operator test;
  if (!dmi_operator_read(path->key, &test))
    return dmi_refuse(c->refusal, path, "condition operator not understood", path->key);
  check with_operator = {c->refusal, c->counts, &test, c->variables};
  c->counts->text += path->key.len;
  return check_members(&with_operator, value, path, check_condition_key);
}

/* None at all is no condition. */
static int check_conditions(const check *c, json_t *value, const dmi_position_path *path) {
  if (json_is_object(value) && json_object_size(value) == 0)
    return DM_OK;
  return check_members(c, value, path, check_operator);
}

/* ---- Statement ---- */

static int check_effect(const check *c, json_t *value, const dmi_position_path *path) {
  if (!json_is_string(value))
    return refuse_value(c, path, "must be a string");
  dm_span effect = string_span(value);
  if (dmi_span_equal(effect, SPAN("Allow")) || dmi_span_equal(effect, SPAN("Deny")))
    return DM_OK;
  return dmi_refuse(c->refusal, path, "Effect must be \"Allow\" or \"Deny\", not", effect);
}

static int check_statement_element(const check *c, json_t *value, const dmi_position_path *path) {
  static const known_element known[] = {
      {"Sid", check_sid},
      {"Effect", check_effect},
      {"Action", check_actions},
      {"NotAction", check_actions},
      {"Resource", check_resources},
      {"NotResource", check_resources},
      {"Condition", check_conditions},
  };
  return check_element(c, known, sizeof known / sizeof *known, value, path);
}

static int require_element(const check *c, const json_t *object, const dmi_position_path *path,
                           const char *name) {
  if (json_object_get(object, name) != NULL)
    return DM_OK;
  return dmi_refuse(c->refusal, path, "missing element", dm_text(name));
}

/* One of two elements is required, and the other one excluded by it. */
static int require_either(const check *c, const json_t *object, const dmi_position_path *path,
                          const char *name, const char *negated) {
  if (json_object_get(object, negated) == NULL)
    return require_element(c, object, path, name);
  if (json_object_get(object, name) == NULL)
    return DM_OK;
  return dmi_refuse(c->refusal, &(dmi_position_path){path, dm_text(negated), 0},
                    "excluded by element", dm_text(name));
}

static int check_statement(const check *c, json_t *value, const dmi_position_path *path) {
  int status = check_members(c, value, path, check_statement_element);
  if (status == DM_OK)
    status = require_element(c, value, path, "Effect");
  if (status == DM_OK)
    status = require_either(c, value, path, "Action", "NotAction");
  if (status == DM_OK)
    status = require_either(c, value, path, "Resource", "NotResource");
  c->counts->statements++;
  return status;
}

static int check_statements(const check *c, json_t *value, const dmi_position_path *path) {
  return check_list(c, value, path, check_statement);
}

/* ---- Document ---- */

static int check_version(const check *c, json_t *value, const dmi_position_path *path) {
  if (!json_is_string(value))
    return refuse_value(c, path, "must be a string");
  dm_span version = string_span(value);
  if (dmi_span_equal(version, SPAN("2012-10-17")) || dmi_span_equal(version, SPAN("2008-10-17")))
    return DM_OK;
  return dmi_refuse(c->refusal, path, "Version must be \"2012-10-17\" or \"2008-10-17\", not",
                    version);
}

static int check_document_element(const check *c, json_t *value, const dmi_position_path *path) {
  static const known_element known[] = {
      {"Version", check_version},
      {"Id", check_text},
      {"Statement", check_statements},
  };
  return check_element(c, known, sizeof known / sizeof *known, value, path);
}

/* Under the older version "${*}" is a dollar sign, a brace, a wildcard and a brace to
 * AWS, which nobody means. */
static bool knows_variables(const json_t *root) {
  const json_t *version = json_object_get(root, "Version");
  return json_is_string(version) && dmi_span_equal(string_span(version), SPAN("2012-10-17"));
}

int dmi_check_document(json_t *root, const dmi_refusal *r, dmi_check_counts *counts) {
  check c = {r, counts, NULL, knows_variables(root)};
  int status = check_members(&c, root, NULL, check_document_element);
  return status != DM_OK ? status : require_element(&c, root, NULL, "Statement");
}
