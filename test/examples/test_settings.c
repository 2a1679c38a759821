/* Tests of the command line, the configuration file and the policies it names.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/access/access.h"
#include "common/config/settings.h"
#include "common/config/settings_value.h"
#include "dm/dm.h"

/* ---- A program ------------------------------------------------------------------ */

typedef struct inner {
  address mqtt;
  uint32_t count;
  bool loud;
  const char *word;
  address upstream;
} inner;

static const settings_field inner_fields[] = {
    {.key = "count",
     .option = "--count",
     .type = SETTINGS_NUMBER,
     .offset = offsetof(inner, count),
     .min = 1,
     .max = 9},
    {.key = "loud", .option = "--loud", .type = SETTINGS_SWITCH, .offset = offsetof(inner, loud)},
    {.key = "word",
     .option = "--word",
     .type = SETTINGS_TEXT,
     .offset = offsetof(inner, word),
     .min = 1,
     .max = 4},
    {.key = "upstream",
     .option = "--upstream",
     .type = SETTINGS_PEER,
     .offset = offsetof(inner, upstream)},
    {.key = NULL}};

static const settings_field own_fields[] = {
    {.key = "mqtt", .option = "--mqtt", .type = SETTINGS_PEER, .offset = offsetof(inner, mqtt)},
    {.key = "own", .type = SETTINGS_OBJECT, .fields = inner_fields},
    {.key = NULL}};

static const inner inner_defaults = {
    .mqtt = {.host = "127.0.0.1", .port = 1883}, .count = 3, .word = "abc"};

static const settings_program program = {
    .name = "prog", .fields = own_fields, .defaults = &inner_defaults, .size = sizeof(inner)};

/* ---- Files and arguments ----------------------------------------------------------- */

static char folder[] = "/tmp/settings-XXXXXX";
static char config_path[64];

static void write_file(const char *name, const char *text) {
  char path[64];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state) {
  (void)state;
  if (mkdtemp(folder) == NULL)
    return -1;
  snprintf(config_path, sizeof config_path, "%s/config.json", folder);
  return 0;
}

static int remove_folder(void **state) {
  (void)state;
  static const char *const names[] = {"config.json", "allow.json", "bad.json"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    unlink(path);
  }
  return rmdir(folder);
}

/* The command line "prog" and the arguments up to NULL. */
typedef struct command_line {
  int argc;
  char *argv[8];
} command_line;

static command_line command(const char *first, const char *second, const char *third,
                            const char *fourth) {
  const char *const arguments[] = {"prog", first, second, third, fourth};
  command_line c = {.argc = 0};
  for (size_t i = 0; i < 5 && arguments[i] != NULL; i++)
    c.argv[c.argc++] = (char *)(uintptr_t)arguments[i];
  return c;
}

static bool load(settings *s, command_line c, problem *p) {
  return settings_load(s, &program, c.argc, c.argv, p);
}

static bool load_config(settings *s, const char *config, problem *p) {
  write_file("config.json", config);
  return load(s, command("--config", config_path, NULL, NULL), p);
}

/* ---- Tests ---------------------------------------------------------------------------- */

static void test_defaults(void **state) {
  (void)state;
  settings s;
  problem p;
  assert_true(load(&s, command(NULL, NULL, NULL, NULL), &p));
  assert_null(s.path);
  assert_string_equal(((inner *)s.own)->mqtt.host, "127.0.0.1");
  assert_int_equal(((inner *)s.own)->mqtt.port, 1883);
  assert_int_equal(s.http.port, 8080);
  assert_int_equal(s.limits.max_payload, 131072);
  assert_int_equal(s.limits.queries_per_second, 100);
  assert_int_equal(s.limits.client_queries_per_second, 1);
  assert_int_equal(s.limits.max_remembered, 100000);
  assert_int_equal(s.limits.remembered_for, 1800 * DM_SECOND);
  assert_int_equal(s.http_limits.max_pipelined, 64);
  assert_int_equal(((inner *)s.own)->count, 3);
  settings_free(&s);
}

static void test_the_file_beats_defaults(void **state) {
  (void)state;
  settings s;
  problem p;
  assert_true(load_config(&s,
                          "{\"mqtt\": \"[::1]:1\", \"account\": \"123456789012\","
                          " \"senderPolicies\": [], \"receiverPolicies\": [\"a\"],"
                          " \"limits\": {\"maxPayload\": 5, \"maxConnections\": 4294967295,"
                          " \"queriesPerSecond\": 6, \"clientQueriesPerSecond\": 7,"
                          " \"maxRemembered\": 8, \"rememberedSeconds\": 9},"
                          " \"httpLimits\": {\"maxHeaderBytes\": 1000},"
                          " \"own\": {\"count\": 9, \"loud\": true, \"word\": \"wort\"}}",
                          &p));
  const inner *own = s.own;
  assert_string_equal(own->mqtt.host, "::1");
  assert_int_equal(s.http.port, 8080);
  assert_string_equal(s.account, "123456789012");
  assert_string_equal(s.region, "local");
  assert_int_equal(s.limits.max_payload, 5);
  assert_int_equal(s.limits.queries_per_second, 6);
  assert_int_equal(s.limits.client_queries_per_second, 7);
  assert_int_equal(s.limits.max_remembered, 8);
  assert_int_equal(s.limits.remembered_for, 9 * DM_SECOND);
  assert_true(s.limits.max_connections == DM_UNLIMITED);
  assert_int_equal(s.http_limits.max_header_bytes, 1000);
  assert_int_equal(own->count, 9);
  assert_true(own->loud);
  assert_string_equal(own->word, "wort");
  settings_free(&s);
}

static void test_the_command_line_beats_the_file(void **state) {
  (void)state;
  settings s;
  problem p;
  write_file("config.json", "{\"senderPolicies\": [], \"receiverPolicies\": [],"
                            " \"mqtt\": \"a:1\", \"own\": {\"count\": 9}}");
  char config_option[80];
  snprintf(config_option, sizeof config_option, "--config=%s", config_path);
  assert_true(load(&s, command("--mqtt=b:2", config_option, "--count", "4"), &p));
  assert_string_equal(((inner *)s.own)->mqtt.host, "b");
  assert_int_equal(((inner *)s.own)->count, 4);
  settings_free(&s);
}

static void test_what_a_command_line_must_not_say(void **state) {
  (void)state;
  static const struct {
    const char *first;
    const char *second;
    const char *text;
  } cases[] = {
      {"--nothing", NULL, "prog: unknown option --nothing (try --help)"},
      {"config.json", NULL, "prog: unknown option config.json (try --help)"},
      {"--mqtt", NULL, "prog: --mqtt needs a value (try --help)"},
      {"--mqtt", "1883",
       "prog: --mqtt must be HOST:PORT or unix:PATH, a path of at most 107 bytes"},
      {"--mqttx=a:1", NULL, "prog: unknown option --mqttx=a:1 (try --help)"},
      {"--count", "10", "prog: --count must be a whole number from 1 to 9"},
      {"--count", "0", "prog: --count must be a whole number from 1 to 9"},
      {"--count", "", "prog: --count must be a whole number from 1 to 9"},
      {"--count", "1x", "prog: --count must be a whole number from 1 to 9"},
      {"--count", "99999999999999999999", "prog: --count must be a whole number from 1 to 9"},
      {"--loud", "yes", "prog: --loud must be true or false"},
      {"--word", "", "prog: --word must be a string of 1 to 4 bytes"},
      {"--a\nb", NULL, "prog: unknown option --a?b (try --help)"},
      {"--config", "/nowhere/c.json",
       "/nowhere/c.json:1:1: cannot be read: No such file or directory"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    settings s;
    problem p;
    assert_false(load(&s, command(cases[i].first, cases[i].second, NULL, NULL), &p));
    assert_string_equal(p.text, cases[i].text);
  }
}

/* Asserts that *p is about this place of config.json, and begins so. */
static void assert_problem(const problem *p, const char *place_and_text) {
  size_t len = strlen(config_path);
  assert_memory_equal(p->text, config_path, len);
  assert_int_equal(p->text[len], ':');
  assert_true(strlen(p->text + len + 1) >= strlen(place_and_text));
  assert_memory_equal(p->text + len + 1, place_and_text, strlen(place_and_text));
}

#define NO_POLICIES "\"senderPolicies\": [], \"receiverPolicies\": []"

static void test_what_a_file_must_not_say(void **state) {
  (void)state;
  static const struct {
    const char *config;
    const char *problem;
  } cases[] = {
      {"", "1:1: not JSON: "},
      {"[]", "1:1: must be an object"},
      {"{}", "1:1: senderPolicies is missing ([] lets nobody send)"},
      {"{\"senderPolicies\": []}", "1:1: receiverPolicies is missing ([] lets nobody receive)"},
      {"{\n  \"colour\": 1}", "2:3: unknown key \"colour\""},
      {"{\"a\\nb\": 1}", "1:2: unknown key \"a?b\""},
      {"{\"a/b~c\": 1}", "1:2: unknown key \"a/b~c\""},
      {"{\"limits\": {\"maxPayloads\": 1}}", "1:13: unknown key \"maxPayloads\""},
      {"{\"limits\": 1}", "1:2: must be an object"},
      {"{\"limits\": {\"maxPayload\": \"1\"}}",
       "1:13: maxPayload must be a whole number from 1 to 268000000"},
      {"{\"limits\": {\"maxPayload\": 1.0}}",
       "1:13: maxPayload must be a whole number from 1 to 268000000"},
      {"{\"limits\": {\"maxPayload\": 0}}",
       "1:13: maxPayload must be a whole number from 1 to 268000000"},
      {"{\"limits\": {\"maxWaiting\": 4294967296}}",
       "1:13: maxWaiting must be a whole number from 1 to 4294967295"},
      {"{\"mqtt\": 1883}", "1:2: mqtt must be HOST:PORT or unix:PATH, a path of at most 107 bytes"},
      {"{\"account\": \"\"}", "1:2: account must be a string of 1 to 64 bytes"},
      {"{\"senderPolicies\": \"a\"}", "1:2: senderPolicies must be a list of file names"},
      {"{\"senderPolicies\": [\"\"]}", "1:2: senderPolicies must be a list of file names"},
      {"{\"senderPolicies\": [1]}", "1:2: senderPolicies must be a list of file names"},
      {"{" NO_POLICIES ", \"own\": []}", "1:48: must be an object"},
      {"{" NO_POLICIES ", \"own\": {\"x\": 1}}", "1:56: unknown key \"x\""},
      {"{" NO_POLICIES ", \"own\": {\"loud\": 1}}", "1:56: loud must be true or false"},
      {"{" NO_POLICIES ",\n \"limits\": {\"maxTimeoutSeconds\": 3}}",
       "2:2: defaultTimeoutSeconds is above maxTimeoutSeconds"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    settings s;
    problem p;
    assert_false(load_config(&s, cases[i].config, &p));
    assert_problem(&p, cases[i].problem);
  }
}

static void test_repeated_keys_and_syntax(void **state) {
  (void)state;
  settings s;
  problem p;
  assert_false(load_config(&s, "{\n \"mqtt\": \"a:1\",\n \"mqtt\": \"b:1\"}", &p));
  assert_problem(&p, "3:7: not JSON: duplicate object key");
  assert_false(load_config(&s, "{\"mqtt\": }", &p));
  assert_non_null(strstr(p.text, ":1:10: not JSON: "));
}

static void test_a_very_long_unknown_key(void **state) {
  (void)state;
  char config[2000] = "{\"";
  settings s;
  problem p;
  memset(config + 2, '~', 1900);
  strcpy(config + 1902, "\": 1}");
  assert_false(load_config(&s, config, &p));
  assert_non_null(strstr(p.text, "unknown key"));
  assert_true(strlen(p.text) < 250);
}

static const char allow[] = "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"iot:*\","
                            " \"Resource\": \"*\"}}";

static bool load_policies(access_rules *out, const char *config, problem *p) {
  settings s;
  assert_true(load_config(&s, config, p));
  bool good = access_load(out, &s, p);
  settings_free(&s);
  return good;
}

static void test_what_is_the_same(void **state) {
  (void)state;
  inner a = inner_defaults;
  inner b = inner_defaults;
  const settings_field *listens = &own_fields[0];
  const settings_field *object = &own_fields[1];
  assert_true(settings_same(object, &a, &b));
  b.mqtt.port++;
  assert_true(settings_same(object, &a, &b));
  assert_false(settings_same(listens, &a, &b));
  b.loud = true;
  assert_false(settings_same(object, &a, &b));
  b = a;
  b.word = "abd";
  assert_false(settings_same(object, &a, &b));
}

static void test_policies_lie_beside_the_file(void **state) {
  (void)state;
  access_rules read;
  problem p;
  write_file("allow.json", allow);
  assert_true(load_policies(&read,
                            "{\"senderPolicies\": [\"allow.json\", \"allow.json\"],"
                            " \"receiverPolicies\": []}",
                            &p));
  assert_int_equal(policy_set_list(&read.senders).count, 2);
  assert_int_equal(policy_set_list(&read.receivers).count, 0);
  access_free(&read);
}

static void test_policies_that_cannot_be_read(void **state) {
  (void)state;
  access_rules read;
  problem p;
  char expected[256];
  write_file("allow.json", allow);
  assert_false(load_policies(&read,
                             "{\"senderPolicies\": [\"allow.json\",\n  \"no.json\"],"
                             " \"receiverPolicies\": []}",
                             &p));
  snprintf(expected, sizeof expected, "%s:2:3: cannot read %s/no.json: No such file or directory",
           config_path, folder);
  assert_string_equal(p.text, expected);

  write_file("bad.json", "{\"Statement\":\n {\"Effect\": \"Maybe\"}}");
  assert_false(
      load_policies(&read, "{\"senderPolicies\": [], \"receiverPolicies\": [\"bad.json\"]}", &p));
  snprintf(expected, sizeof expected, "%s/bad.json:2:", folder);
  assert_memory_equal(p.text, expected, strlen(expected));
}

static void test_without_a_file_everything_is_allowed(void **state) {
  (void)state;
  settings s;
  access_rules read;
  problem p;
  dm_policy_request request = {.size = sizeof request,
                               .action = dm_text("iot:SendDirectMessage"),
                               .resource = dm_text("arn:aws:iot:local:000000000000:client/a")};
  assert_true(load(&s, command(NULL, NULL, NULL, NULL), &p));
  assert_true(access_load(&read, &s, &p));
  dm_policy_list senders = policy_set_list(&read.senders);
  dm_policy_list receivers = policy_set_list(&read.receivers);
  assert_int_equal(dm_policy_evaluate(&senders, &request), DM_POLICY_ALLOWED);
  assert_int_equal(dm_policy_evaluate(&receivers, &request), DM_POLICY_ALLOWED);
  access_free(&read);
  settings_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_defaults),
      cmocka_unit_test(test_the_file_beats_defaults),
      cmocka_unit_test(test_the_command_line_beats_the_file),
      cmocka_unit_test(test_what_a_command_line_must_not_say),
      cmocka_unit_test(test_what_a_file_must_not_say),
      cmocka_unit_test(test_repeated_keys_and_syntax),
      cmocka_unit_test(test_a_very_long_unknown_key),
      cmocka_unit_test(test_what_is_the_same),
      cmocka_unit_test(test_policies_lie_beside_the_file),
      cmocka_unit_test(test_policies_that_cannot_be_read),
      cmocka_unit_test(test_without_a_file_everything_is_allowed),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
