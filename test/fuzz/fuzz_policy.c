/* Fuzzes policies. An input that begins with '#' is what a document and a request are made
 * of. Any other is a document; what follows its first NUL byte is asked of it: an action, a
 * resource and values, key=value, a line each.
 *
 * What has to hold: no crash; a refused document names a place inside the text; a made one is
 * not refused; decisions are those that a second, naive reading of the document comes to,
 * follow from what is explained of each statement, and depend on the keys alone that the
 * document is said to name.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/utf8.h"
#include "dm/policy.h"
#include "naive_policy.h"
#include "policy_maker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define VALUES_MAX 16

/* Looked for in every input, JSON or not. */
static const char *const pointers[] = {"", "/Statement/0/Condition/StringLike/iot:Topic/1",
                                       "/Statement/Action", "/0/1/2", "/a~1b//~0"};

static void require(int holds) {
  if (!holds)
    abort();
}

/* Whether the place is a byte of the text, or 1:1 where there is none. */
static void require_inside(dm_span json, unsigned line, unsigned column) {
  unsigned at_line = 1, at_column = 1;
  size_t i = 0;
  for (; i < json.len && (at_line != line || at_column != column); i++) {
    at_column = json.ptr[i] == '\n' ? 1 : at_column + 1;
    at_line += json.ptr[i] == '\n';
  }
  require(i < json.len || (json.len == 0 && line == 1 && column == 1));
}

static void require_harmless(const char *text, size_t size) {
  const char *end = memchr(text, '\0', size);
  require(end != NULL && end > text);
  for (; text < end; text++)
    require((unsigned char)*text >= ' ' && *text != 0x7F);
}

/* ---- Decisions ---- */

/* What follows from the statements one by one, and whose place is the decision's. */
static void require_explained(const dm_policy *policy, const dm_policy_request *request,
                              const dm_policy_decision *d) {
  size_t first[3] = {SIZE_MAX, SIZE_MAX, SIZE_MAX};
  for (size_t i = 0; i < dm_policy_statement_count(policy); i++) {
    dm_policy_match m = {.size = sizeof m};
    require(dm_policy_explain(policy, i, request, &m) == DM_OK);
    if (m.match == DM_POLICY_MATCH_FULL && first[m.effect] == SIZE_MAX)
      first[m.effect] = i;
    require((m.match == DM_POLICY_MATCH_NOT_CONDITION) == (m.key.ptr != NULL));
  }
  int follows = first[DM_POLICY_EXPLICIT_DENY] != SIZE_MAX ? DM_POLICY_EXPLICIT_DENY
                : first[DM_POLICY_ALLOWED] != SIZE_MAX     ? DM_POLICY_ALLOWED
                                                           : DM_POLICY_IMPLICIT_DENY;
  require(d->decision == follows && d->statement == first[follows]);
}

/* One value of a request, and whether its key was told. */
typedef struct sought {
  dm_span key;
  bool found;
} sought;

static int compare_key(void *user, dm_span key, size_t statement) {
  sought *s = user;
  (void)statement;
  s->found = key.len == s->key.len && strncasecmp(key.ptr, s->key.ptr, key.len) == 0;
  return s->found;
}

/* What is told under keys that the policy does not name changes nothing. */
static void require_keys(const dm_policy *policy, const dm_policy_request *request, int decision) {
  dm_policy_value values[VALUES_MAX];
  dm_policy_request less = *request;
  less.values = values;
  less.value_count = 0;
  for (size_t i = 0; i < request->value_count && less.value_count < VALUES_MAX; i++) {
    sought s = {request->values[i].key, false};
    require(dm_policy_keys(policy, compare_key, &s) == s.found);
    if (s.found)
      values[less.value_count++] = request->values[i];
  }
  require(dm_policy_evaluate(&(dm_policy_list){&policy, 1}, &less) == decision);
}

/* The naive reading takes texts as characters, which these have to be then. */
static bool is_text(const dm_policy_request *request) {
  bool good = dmi_utf8_valid(request->action) && dmi_utf8_valid(request->resource);
  for (size_t i = 0; i < request->value_count; i++)
    good = good && dmi_utf8_valid(request->values[i].value);
  return good;
}

static void evaluate(const dm_policy *policy, dm_span json, const dm_policy_request *request) {
  const dm_policy *policies[] = {policy, policy};
  dm_policy_decision d = {.size = sizeof d};
  int decision = dm_policy_decide(&(dm_policy_list){policies, 1}, request, &d);
  require(decision == d.decision);
  require(dm_policy_evaluate(&(dm_policy_list){policies, 2}, request) == decision);
  require_explained(policy, request, &d);
  require_keys(policy, request, decision);
  int naive = is_text(request) ? naive_decide(json, request) : -1;
  require(naive == -1 || naive == decision);
}

/* ---- Inputs ---- */

static dm_span take_line(dm_span *text) {
  const char *end = text->len == 0 ? NULL : memchr(text->ptr, '\n', text->len);
  dm_span line = {text->ptr, end == NULL ? text->len : (size_t)(end - text->ptr)};
  size_t taken = line.len + (end == NULL ? 0 : 1);
  *text = dm_bytes(text->ptr + taken, text->len - taken);
  return line;
}

static void ask(const dm_policy *policy, dm_span json, dm_span asked) {
  dm_policy_value values[VALUES_MAX];
  dm_policy_request request = {sizeof(dm_policy_request), take_line(&asked), take_line(&asked),
                               values, 0};
  while (asked.len > 0 && request.value_count < VALUES_MAX) {
    dm_span line = take_line(&asked);
    const char *sign = line.len == 0 ? NULL : memchr(line.ptr, '=', line.len);
    size_t key = sign == NULL ? line.len : (size_t)(sign - line.ptr);
    size_t value = sign == NULL ? line.len : key + 1;
    values[request.value_count++] =
        (dm_policy_value){dm_bytes(line.ptr, key), dm_bytes(line.ptr + value, line.len - value)};
  }
  evaluate(policy, json, &request);
}

static void fuzz_document(dm_span json, dm_span asked) {
  for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
    unsigned line, column;
    dm_json_position(json, pointers[i], &line, &column);
    require_inside(json, line, column);
  }
  dm_policy *policy = NULL;
  dm_policy_error error;
  int status = dm_policy_parse(&policy, json, 0, NULL, &error);
  if (status == DM_OK) {
    ask(policy, json, asked);
    dm_policy_free(policy);
    return;
  }
  require(status == DM_ERROR_NOT_UNDERSTOOD && policy == NULL);
  require_inside(json, error.line, error.column);
  require_harmless(error.text, sizeof error.text);
}

static void fuzz_made(dm_span bytes) {
  static made_policy made;
  maker_make(&made, bytes);
  dm_policy *policy = NULL;
  require(dm_policy_parse(&policy, made.text, sizeof made.json, NULL, NULL) == DM_OK);
  evaluate(policy, made.text, &made.request);
  dm_policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 0 && data[0] == '#') {
    fuzz_made(dm_bytes(data + 1, size - 1));
    return 0;
  }
  const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
  dm_span json = dm_bytes(data, nul == NULL ? size : (size_t)(nul - data));
  dm_span asked = nul == NULL ? dm_text("iot:Receive\narn:aws:iot:r:1:topic/a/b\niot:Topic=a/b")
                              : dm_bytes(nul + 1, size - json.len - 1);
  fuzz_document(json, asked);
  return 0;
}
