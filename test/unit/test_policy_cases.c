/* Tests of the policy language as AWS documents it: each folder of test/policies holds
 * documents (policy*.json, in the order of their names) and requests.json, what is asked of
 * them and what has to come out.
 *
 * Of a request: "context" is what is known about it; "decision"; where they are given,
 * "policy" and "statement" are the ones that decide or, of an implicit deny, the one whose
 * "match" (the element that fails), "condition", "key" and "variable" have to be so.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <dirent.h>
#include <cmocka.h>

#include <jansson.h>

#include "dm/policy.h"

#define FOLDER       "test/policies"
#define PATH_LENGTH  300
#define POLICIES_MAX 8
#define VALUES_MAX   32

static const char *const decisions[] = {"implicitDeny", "allowed", "explicitDeny"};
static const char *const elements[] = {"all", "action", "resource", "condition"};

/* ---- Reading a case ---- */

typedef struct policy_case {
  char folder[PATH_LENGTH];
  dm_policy *policies[POLICIES_MAX];
  size_t count;
  json_t *requests; /* the whole file */
} policy_case;

static dm_policy *read_policy(const char *path) {
  char json[8000];
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return NULL;
  size_t len = fread(json, 1, sizeof json, file);
  fclose(file);
  assert_true(len < sizeof json);
  dm_policy *policy = NULL;
  dm_policy_error error;
  if (dm_policy_parse(&policy, dm_bytes(json, len), 0, NULL, &error) != DM_OK)
    fail_msg("%s:%u:%u: %s", path, error.line, error.column, error.text);
  return policy;
}

static void add_policy(policy_case *c, const char *name) {
  char path[PATH_LENGTH + 50];
  snprintf(path, sizeof path, "%s/%s", c->folder, name);
  dm_policy *policy = read_policy(path);
  if (policy != NULL)
    c->policies[c->count++] = policy;
}

static void read_case(policy_case *c, const char *name) {
  *c = (policy_case){.count = 0};
  snprintf(c->folder, sizeof c->folder, FOLDER "/%s", name);
  add_policy(c, "policy.json");
  for (int i = 1; i < POLICIES_MAX; i++) {
    char file[40];
    snprintf(file, sizeof file, "policy-%d.json", i);
    add_policy(c, file);
  }
  char path[PATH_LENGTH + 50];
  snprintf(path, sizeof path, "%s/requests.json", c->folder);
  json_error_t error;
  c->requests = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
  if (c->requests == NULL)
    fail_msg("%s:%d: %s", path, error.line, error.text);
  if (c->count == 0)
    fail_msg("%s holds no policy", c->folder);
}

static void free_case(policy_case *c) {
  for (size_t i = 0; i < c->count; i++)
    dm_policy_free(c->policies[i]);
  json_decref(c->requests);
}

/* ---- One request ---- */

typedef struct asked {
  const json_t *json;
  dm_policy_value values[VALUES_MAX];
  dm_policy_request request;
} asked;

static void add_value(asked *a, const char *key, const json_t *value) {
  assert_true(json_is_string(value) && a->request.value_count < VALUES_MAX);
  a->values[a->request.value_count++] =
      (dm_policy_value){dm_text(key), dm_text(json_string_value(value))};
}

static void read_request(asked *a, const json_t *json) {
  a->json = json;
  a->request = (dm_policy_request){
      sizeof(dm_policy_request), dm_text(json_string_value(json_object_get(json, "action"))),
      dm_text(json_string_value(json_object_get(json, "resource"))), a->values, 0};
  const char *key;
  json_t *value;
  json_object_foreach(json_object_get(json, "context"), key, value) {
    if (!json_is_array(value))
      add_value(a, key, value);
    for (size_t i = 0; i < json_array_size(value); i++)
      add_value(a, key, json_array_get(value, i));
  }
}

static const char *expected(const asked *a, const char *name) {
  return json_string_value(json_object_get(a->json, name));
}

/* The index that a request gives, or the one that came out where it gives none. */
static size_t index_or(const asked *a, const char *name, size_t found) {
  const json_t *index = json_object_get(a->json, name);
  return index == NULL ? found : (size_t)json_integer_value(index);
}

static void fail_request(const policy_case *c, const asked *a, const char *what) {
  char *text = json_dumps(a->json, JSON_COMPACT | JSON_ENSURE_ASCII);
  print_error("%s: %s\n", c->folder, text);
  free(text);
  fail_msg("%s", what);
}

/* ---- What has to hold ---- */

static int decide_list(const asked *a, const dm_policy *const *policies, size_t count) {
  return dm_policy_evaluate(&(dm_policy_list){policies, count}, &a->request);
}

static void check_decision(const policy_case *c, const asked *a) {
  dm_policy_list list = {(const dm_policy *const *)c->policies, c->count};
  dm_policy_decision d = {.size = sizeof d};
  int decision = dm_policy_decide(&list, &a->request, &d);
  if (strcmp(decisions[decision], expected(a, "decision")) != 0)
    fail_request(c, a, decisions[decision]);
  if (d.decision != decision || dm_policy_evaluate(&list, &a->request) != decision)
    fail_request(c, a, "dm_policy_evaluate() and dm_policy_decide() differ");
  if (decision == DM_POLICY_IMPLICIT_DENY) {
    assert_true(d.policy == DM_POLICY_NOWHERE && d.statement == DM_POLICY_NOWHERE);
    return;
  }
  if (index_or(a, "policy", d.policy) != d.policy ||
      index_or(a, "statement", d.statement) != d.statement)
    fail_request(c, a, "decided elsewhere");
}

static bool same_text(const char *wanted, dm_span found) {
  return wanted == NULL || (strlen(wanted) == found.len && found.ptr != NULL &&
                            memcmp(wanted, found.ptr, found.len) == 0);
}

/* What is said of one statement, where the request names one. */
static void check_nearness(const policy_case *c, const asked *a) {
  if (json_object_get(a->json, "match") == NULL && expected(a, "variable") == NULL)
    return;
  dm_policy_match m = {.size = sizeof m};
  const dm_policy *policy = c->policies[index_or(a, "policy", 0)];
  assert_int_equal(dm_policy_explain(policy, index_or(a, "statement", 0), &a->request, &m), DM_OK);
  if (!same_text(expected(a, "match"), dm_text(elements[m.match])) ||
      !same_text(expected(a, "condition"), m.condition) || !same_text(expected(a, "key"), m.key) ||
      !same_text(expected(a, "variable"), m.variable))
    fail_request(c, a, elements[m.match]);
  assert_true((m.match == DM_POLICY_MATCH_NOT_CONDITION) == (m.condition.ptr != NULL));
  assert_true((m.match == DM_POLICY_MATCH_NOT_CONDITION) == (m.key.ptr != NULL));
  assert_true((expected(a, "variable") != NULL) == (m.variable.ptr != NULL));
}

/* The decision follows from what each statement says for itself. */
static void check_statements(const policy_case *c, const asked *a, int decision) {
  bool allows = false, denies = false;
  for (size_t i = 0; i < c->count; i++)
    for (size_t s = 0; s < dm_policy_statement_count(c->policies[i]); s++) {
      dm_policy_match m = {.size = sizeof m};
      assert_int_equal(dm_policy_explain(c->policies[i], s, &a->request, &m), DM_OK);
      allows |= m.match == DM_POLICY_MATCH_FULL && m.effect == DM_POLICY_ALLOWED;
      denies |= m.match == DM_POLICY_MATCH_FULL && m.effect == DM_POLICY_EXPLICIT_DENY;
    }
  int follows = denies   ? DM_POLICY_EXPLICIT_DENY
                : allows ? DM_POLICY_ALLOWED
                         : DM_POLICY_IMPLICIT_DENY;
  if (follows != decision)
    fail_request(c, a, "the statements say otherwise");
}

/* The order of policies does not matter, a policy more that denies never allows more. */
static void check_lists(const policy_case *c, const asked *a, dm_policy *deny, int decision) {
  const dm_policy *policies[POLICIES_MAX + 1];
  for (size_t i = 0; i < c->count; i++)
    policies[i] = c->policies[c->count - 1 - i];
  if (decide_list(a, policies, c->count) != decision)
    fail_request(c, a, "the order of the policies matters");
  policies[c->count] = deny;
  if (decide_list(a, policies, c->count + 1) != DM_POLICY_EXPLICIT_DENY)
    fail_request(c, a, "a policy that denies everything does not");
}

static void check_case(const char *name, dm_policy *deny) {
  policy_case c;
  read_case(&c, name);
  const json_t *requests = json_object_get(c.requests, "requests");
  assert_true(json_array_size(requests) > 0);
  for (size_t i = 0; i < json_array_size(requests); i++) {
    asked a;
    read_request(&a, json_array_get(requests, i));
    int decision = decide_list(&a, (const dm_policy *const *)c.policies, c.count);
    check_decision(&c, &a);
    check_nearness(&c, &a);
    check_statements(&c, &a, decision);
    check_lists(&c, &a, deny, decision);
  }
  free_case(&c);
}

static void all_cases(void **state) {
  (void)state;
  dm_policy *deny = NULL;
  assert_int_equal(dm_policy_parse(&deny,
                                   dm_text("{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\","
                                           "\"Resource\":\"*\"}}"),
                                   0, NULL, NULL),
                   DM_OK);
  DIR *folder = opendir(FOLDER);
  assert_non_null(folder);
  size_t count = 0;
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    if (entry->d_name[0] == '.')
      continue;
    check_case(entry->d_name, deny);
    count++;
  }
  closedir(folder);
  dm_policy_free(deny);
  assert_true(count >= 45);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_cases),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
