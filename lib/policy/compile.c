/* From a checked document to the form that is evaluated.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/compile.h"

#include "base/memory.h"
#include "base/span.h"
#include "policy/compiled.h"
#include "policy/document.h"

/* The document's text, and the next free place of each kind in the policy's block. */
typedef struct builder {
  dm_span json;
  dmi_statement *statements;
  dmi_condition *conditions;
  dmi_pattern *patterns;
  dmi_operand *operands;
  dmi_variable *variables;
  char *text;
} builder;

static dm_span keep(builder *b, dm_span text) {
  dm_span kept = {b->text, text.len};
  b->text = dmi_span_put(b->text, text);
  return dmi_span_present(text) ? kept : text;
}

static dm_span string_span(const json_t *string) {
  return dm_bytes(json_string_value(string), json_string_length(string));
}

/* ---- Strings ---- */

/* The variables that a string holds, in its order. */
static void compile_variables(builder *b, dm_span source, dmi_pattern_kind kind) {
  while (source.len > 0) {
    dmi_element e = dmi_pattern_next(&source, kind);
    if (e.kind == ELEMENT_VARIABLE)
      *b->variables++ = (dmi_variable){keep(b, e.variable.key), keep(b, e.variable.fallback),
                                       dmi_pattern_begins_wild(source, kind)};
  }
}

static void compile_pattern(builder *b, dm_span source, dmi_pattern_kind kind) {
  dmi_pattern *p = b->patterns++;
  size_t len = dmi_pattern_compile(source, kind, b->text);
  p->glob = dmi_glob_of((dm_span){b->text, len});
  b->text += len;
  p->variables = b->variables;
  compile_variables(b, source, kind);
  p->variable_count = (size_t)(b->variables - p->variables);
}

static dmi_pattern_list compile_patterns(builder *b, const json_t *value, bool negated) {
  dmi_pattern_list list = {b->patterns, 0, negated};
  if (json_is_string(value))
    compile_pattern(b, string_span(value), PATTERN_WILDCARDS);
  for (size_t i = 0; i < json_array_size(value); i++)
    compile_pattern(b, string_span(json_array_get(value, i)), PATTERN_WILDCARDS);
  list.count = (size_t)(b->patterns - list.patterns);
  return list;
}

/* What stands under a name, or negated under "Not" and that name. */
static dmi_pattern_list compile_element(builder *b, const json_t *source, const char *name,
                                        const char *negated) {
  const json_t *value = json_object_get(source, name);
  return value != NULL ? compile_patterns(b, value, false)
                       : compile_patterns(b, json_object_get(source, negated), true);
}

static void compile_arn(builder *b, dm_span source) {
  for (size_t i = 0; i + 1 < ARN_PARTS; i++) {
    dm_span part = dmi_pattern_before_colon(source);
    compile_pattern(b, part, PATTERN_WILDCARDS);
    source = dmi_span_tail(source, part.len + 1);
  }
  compile_pattern(b, source, PATTERN_WILDCARDS);
}

/* ---- Conditions ---- */

static void compile_operand(builder *b, dmi_operand_type type, dm_span source) {
  dmi_operand *o = b->operands++;
  if (type == OPERAND_NUMBER)
    source = keep(b, source);
  b->text += dmi_operand_of_policy(type, source, b->text, o);
}

static void compile_value(builder *b, dmi_operand_type type, const json_t *value,
                          const dmi_position_path *path) {
  dm_span source = dmi_document_text(b->json, value, path);
  if (type == OPERAND_ARN)
    compile_arn(b, source);
  else if (dmi_operand_is_text(type))
    compile_pattern(b, source, type == OPERAND_TEXT_PATTERN ? PATTERN_WILDCARDS : PATTERN_LITERAL);
  else
    compile_operand(b, type, source);
}

static void compile_condition(builder *b, dm_span name, const json_t *value,
                              const dmi_position_path *path) {
  dmi_condition *c = b->conditions++;
  (void)dmi_operator_read(name, &c->test);
  c->name = name;
  c->key = keep(b, path->key);
  c->patterns = b->patterns;
  c->operands = b->operands;
  c->count = json_is_array(value) ? json_array_size(value) : 1;
  if (!json_is_array(value))
    compile_value(b, c->test.type, value, path);
  for (size_t i = 0; i < json_array_size(value); i++)
    compile_value(b, c->test.type, json_array_get(value, i),
                  &(dmi_position_path){path, dm_text(NULL), i});
}

static void compile_operator(builder *b, json_t *keys, const dmi_position_path *path) {
  dm_span name = keep(b, path->key);
  const char *key;
  json_t *value;
  json_object_foreach(keys, key, value) {
    compile_condition(b, name, value, &(dmi_position_path){path, dm_text(key), 0});
  }
}

static void compile_conditions(builder *b, json_t *operators, const dmi_position_path *path) {
  const char *name;
  json_t *keys;
  json_object_foreach(operators, name, keys) {
    compile_operator(b, keys, &(dmi_position_path){path, dm_text(name), 0});
  }
}

/* ---- Statements ---- */

static void compile_statement(builder *b, const json_t *source, const dmi_position_path *path) {
  const json_t *sid = json_object_get(source, "Sid");
  dmi_statement *s = b->statements++;
  s->deny = json_string_value(json_object_get(source, "Effect"))[0] == 'D';
  s->sid = sid == NULL ? dm_text(NULL) : keep(b, string_span(sid));
  s->actions = compile_element(b, source, "Action", "NotAction");
  s->resources = compile_element(b, source, "Resource", "NotResource");
  s->conditions = b->conditions;
  compile_conditions(b, json_object_get(source, "Condition"),
                     &(dmi_position_path){path, dm_text("Condition"), 0});
  s->condition_count = (size_t)(b->conditions - s->conditions);
}

static void compile_statements(builder *b, const json_t *source) {
  const dmi_position_path path = {NULL, dm_text("Statement"), 0};
  if (!json_is_array(source))
    compile_statement(b, source, &path);
  for (size_t i = 0; i < json_array_size(source); i++)
    compile_statement(b, json_array_get(source, i), &(dmi_position_path){&path, dm_text(NULL), i});
}

/* ---- The block ---- */

_Static_assert(sizeof(dm_policy) % _Alignof(dmi_statement) == 0 &&
                   sizeof(dmi_statement) % _Alignof(dmi_condition) == 0 &&
                   sizeof(dmi_condition) % _Alignof(dmi_pattern) == 0 &&
                   sizeof(dmi_pattern) % _Alignof(dmi_operand) == 0 &&
                   sizeof(dmi_operand) % _Alignof(dmi_variable) == 0,
               "what follows in the block is aligned");

/* Every piece takes up text of the document, whose size is bounded: no sum overflows. */
_Static_assert(sizeof(dmi_statement) + sizeof(dmi_condition) + sizeof(dmi_pattern) +
                       sizeof(dmi_operand) + sizeof(dmi_variable) <
                   DOCUMENT_SIZE_RATIO,
               "the bound on documents bounds the block");

static size_t block_size(const dmi_check_counts *counts) {
  return sizeof(dm_policy) + counts->statements * sizeof(dmi_statement) +
         counts->conditions * sizeof(dmi_condition) + counts->patterns * sizeof(dmi_pattern) +
         counts->operands * sizeof(dmi_operand) + counts->variables * sizeof(dmi_variable) +
         counts->text;
}

dm_policy *dmi_compile_document(dm_span json, const json_t *root, const dmi_check_counts *counts,
                                const dm_memory *memory) {
  dm_policy *policy = dmi_memory_zeroed(memory, block_size(counts), 1);
  if (policy == NULL)
    return NULL;
  builder b = {.json = json, .statements = (dmi_statement *)(policy + 1)};
  b.conditions = (dmi_condition *)(b.statements + counts->statements);
  b.patterns = (dmi_pattern *)(b.conditions + counts->conditions);
  b.operands = (dmi_operand *)(b.patterns + counts->patterns);
  b.variables = (dmi_variable *)(b.operands + counts->operands);
  b.text = (char *)(b.variables + counts->variables);
  *policy = (dm_policy){*memory, b.statements, counts->statements};
  compile_statements(&b, json_object_get(root, "Statement"));
  return policy;
}
