/* From a checked document to the form that is evaluated.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/compile.h"

#include "base/memory.h"
#include "base/span.h"
#include "policy/compiled.h"
#include "policy/document.h"
#include "policy/vocabulary.h"

/* The next free place of each kind in the policy's block. */
typedef struct builder {
  statement *statements;
  condition *conditions;
  glob *patterns;
  char *text;
} builder;

static void compile_pattern(builder *b, const json_t *string, pattern_kind kind) {
  dm_span source = dm_bytes(json_string_value(string), json_string_length(string));
  size_t len = pattern_compile(source, kind, b->text);
  *b->patterns++ = glob_of((dm_span){b->text, len});
  b->text += len;
}

static pattern_list compile_patterns(builder *b, const json_t *value, pattern_kind kind) {
  const glob *first = b->patterns;
  if (json_is_string(value))
    compile_pattern(b, value, kind);
  for (size_t i = 0; i < json_array_size(value); i++)
    compile_pattern(b, json_array_get(value, i), kind);
  return (pattern_list){first, (size_t)(b->patterns - first)};
}

static void compile_operator(builder *b, const char *name, json_t *keys) {
  pattern_kind kind = vocabulary_operator(dm_text(name))->values;
  const char *key;
  json_t *values;
  json_object_foreach(keys, key, values) {
    dm_span usual = vocabulary_key(dm_text(key));
    *b->conditions++ = (condition){usual, compile_patterns(b, values, kind)};
  }
}

static void compile_conditions(builder *b, json_t *operators) {
  const char *name;
  json_t *keys;
  json_object_foreach(operators, name, keys) {
    compile_operator(b, name, keys);
  }
}

static void compile_statement(builder *b, const json_t *source) {
  statement *s = b->statements++;
  s->deny = json_string_value(json_object_get(source, "Effect"))[0] == 'D';
  s->actions = compile_patterns(b, json_object_get(source, "Action"), PATTERN_WILDCARDS);
  s->resources = compile_patterns(b, json_object_get(source, "Resource"), PATTERN_WILDCARDS);
  s->conditions = b->conditions;
  compile_conditions(b, json_object_get(source, "Condition"));
  s->condition_count = (size_t)(b->conditions - s->conditions);
}

static void compile_statements(builder *b, const json_t *source) {
  if (json_is_object(source))
    compile_statement(b, source);
  for (size_t i = 0; i < json_array_size(source); i++)
    compile_statement(b, json_array_get(source, i));
}

_Static_assert(sizeof(dm_policy) % _Alignof(statement) == 0 &&
                   sizeof(statement) % _Alignof(condition) == 0 &&
                   sizeof(condition) % _Alignof(glob) == 0,
               "what follows in the block is aligned");

/* Every piece takes up text of the document, whose size is bounded: no sum overflows. */
_Static_assert(sizeof(statement) + sizeof(condition) + sizeof(glob) < DOCUMENT_SIZE_RATIO,
               "the bound on documents bounds the block");

static size_t block_size(const check_counts *counts) {
  return sizeof(dm_policy) + counts->statements * sizeof(statement) +
         counts->conditions * sizeof(condition) + counts->patterns * sizeof(glob) + counts->text;
}

dm_policy *compile_document(const json_t *root, const check_counts *counts,
                            const dm_memory *memory) {
  dm_policy *policy = memory_zeroed(memory, block_size(counts), 1);
  if (policy == NULL)
    return NULL;
  builder b;
  b.statements = (statement *)(policy + 1);
  b.conditions = (condition *)(b.statements + counts->statements);
  b.patterns = (glob *)(b.conditions + counts->conditions);
  b.text = (char *)(b.patterns + counts->patterns);
  *policy = (dm_policy){*memory, b.statements, counts->statements};
  compile_statements(&b, json_object_get(root, "Statement"));
  return policy;
}
