/* The condition operators and condition keys that policies may use.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/vocabulary.h"

#include "base/span.h"

static const condition_operator operators[] = {
    {"StringEquals", PATTERN_LITERAL},
    {"StringLike", PATTERN_WILDCARDS},
};

static const char *const keys[] = {"iot:Topic"};

const condition_operator *vocabulary_operator(dm_span name) {
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (span_equal(dm_text(operators[i].name), name))
      return &operators[i];
  return NULL;
}

dm_span vocabulary_key(dm_span name) {
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (span_equal_ignoring_case(dm_text(keys[i]), name))
      return dm_text(keys[i]);
  return dm_text(NULL);
}
