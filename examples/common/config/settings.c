/* The command line and the configuration file of an example program.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/config/settings.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/settings_table.h"
#include "common/config/settings_value.h"

/* ---- What every program has --------------------------------------------------- */

#define LIMIT(word, member, least, most)                                                           \
  {                                                                                                \
    .key = (word), .type = SETTINGS_NUMBER, .offset = offsetof(settings, member), .min = (least),  \
    .max = (most)                                                                                  \
  }
#define SECONDS(word, member, least, most)                                                         \
  {                                                                                                \
    .key = (word), .type = SETTINGS_SECONDS, .offset = offsetof(settings, member), .min = (least), \
    .max = (most)                                                                                  \
  }
#define PORT(word, long_option, member)                                                            \
  {                                                                                                \
    .key = (word), .option = (long_option), .type = SETTINGS_PORT,                                 \
    .offset = offsetof(settings, member)                                                           \
  }
#define NAME(word, member)                                                                         \
  {                                                                                                \
    .key = (word), .type = SETTINGS_TEXT, .offset = offsetof(settings, member), .min = 1,          \
    .max = 64                                                                                      \
  }

static const settings_field limit_fields[] = {
    LIMIT("maxConnections", limits.max_connections, 1, UINT32_MAX),
    LIMIT("maxWaiting", limits.max_waiting, 1, UINT32_MAX),
    LIMIT("maxUnacknowledged", limits.max_unacknowledged, 1, UINT32_MAX),
    LIMIT("sendsPerSecond", limits.sends_per_second, 1, UINT32_MAX),
    LIMIT("publishesPerSecond", limits.publishes_per_second, 1, UINT32_MAX),
    LIMIT("maxPayload", limits.max_payload, 1, 268000000), /* what an MQTT packet can hold */
    LIMIT("maxContentType", limits.max_content_type, 1, UINT16_MAX),
    LIMIT("maxCorrelationData", limits.max_correlation_data, 1, UINT16_MAX),
    LIMIT("maxUserProperties", limits.max_user_properties, 1, 1048576),
    SECONDS("defaultTimeoutSeconds", limits.default_timeout, 1, 86400),
    SECONDS("maxTimeoutSeconds", limits.max_timeout, 1, 86400),
    LIMIT("queriesPerSecond", limits.queries_per_second, 1, UINT32_MAX),
    LIMIT("clientQueriesPerSecond", limits.client_queries_per_second, 1, UINT32_MAX),
    LIMIT("maxRemembered", limits.max_remembered, 1, UINT32_MAX),
    SECONDS("rememberedSeconds", limits.remembered_for, 1, UINT32_MAX),
    {.key = NULL}};

static const settings_field http_limit_fields[] = {
    LIMIT("maxHeaderBytes", http_limits.max_header_bytes, 256, 1048576),
    LIMIT("maxConnections", http_limits.max_connections, 1, 1000000),
    LIMIT("headerTimeoutSeconds", http_limits.header_timeout_seconds, 1, 3600),
    LIMIT("bodyTimeoutSeconds", http_limits.body_timeout_seconds, 1, 3600),
    LIMIT("idleTimeoutSeconds", http_limits.idle_timeout_seconds, 1, 86400),
    LIMIT("maxPipelined", http_limits.max_pipelined, 1, 10000),
    {.key = NULL}};

#define SWITCH(word, member)                                                                       \
  { .key = (word), .type = SETTINGS_SWITCH, .offset = offsetof(settings, member) }

static const settings_field sigv4_fields[] = {
    {.key = "region",
     .type = SETTINGS_TEXT,
     .offset = offsetof(settings, access.region),
     .max = 64},
    SWITCH("allowUnsignedPayload", access.allow_unsigned_payload),
    {.key = NULL}};

static const settings_field common_fields[] = {
    PORT("http", "--http", http),
    PORT("https", "--https", https),
    PORT("mqtts", "--mqtts", mqtts),
    NAME("account", account),
    NAME("region", region),
    NAME("partition", partition),
    {.key = "senderPolicies",
     .type = SETTINGS_FILES,
     .offset = offsetof(settings, sender_policies)},
    {.key = "receiverPolicies",
     .type = SETTINGS_FILES,
     .offset = offsetof(settings, receiver_policies)},
    {.key = "tls",
     .type = SETTINGS_OBJECT,
     .offset = offsetof(settings, tls),
     .fields = tls_settings_fields},
    {.key = "principals", .type = SETTINGS_FILE, .offset = offsetof(settings, principals)},
    SWITCH("anonymousCallers", access.anonymous_callers),
    SWITCH("anonymousDevices", access.anonymous_devices),
    {.key = "sigv4", .type = SETTINGS_OBJECT, .fields = sigv4_fields},
    LIMIT("busyPollMicroseconds", busy_poll_microseconds, 0, 10000),
    {.key = "limits", .type = SETTINGS_OBJECT, .fields = limit_fields},
    {.key = "httpLimits", .type = SETTINGS_OBJECT, .fields = http_limit_fields},
    {.key = NULL}};

static const settings common_defaults = {.http = {.host = "127.0.0.1", .port = 8080},
                                         .tls = {.handshake_timeout_seconds = 10},
                                         .account = "000000000000",
                                         .region = "local",
                                         .partition = "aws",
                                         .sender_policies = {.pointer = "/senderPolicies"},
                                         .receiver_policies = {.pointer = "/receiverPolicies"},
                                         .access = {.region = ""},
                                         .busy_poll_microseconds = 100,
                                         .limits = {.size = sizeof(dm_limits)},
                                         .http_limits = {.max_header_bytes = 32768,
                                                         .max_connections = 10000,
                                                         .header_timeout_seconds = 10,
                                                         .body_timeout_seconds = 30,
                                                         .idle_timeout_seconds = 60,
                                                         .max_pipelined = 64}};

/* What every program has and, where there is any, what this one adds. */
#define TABLES(s)                                                                                  \
  {                                                                                                \
    {common_fields, (s)}, {(s)->program->fields, (s)->own}, {                                      \
      NULL, NULL                                                                                   \
    }                                                                                              \
  }

/* ---- The command line ---------------------------------------------------------- */

/* One option of the command line: "--http HOST:PORT" or "--http=HOST:PORT". */
typedef struct option {
  const char *name;
  size_t name_len;
  const char *value; /* NULL: none was given */
  int arguments;     /* how many of argv it takes up */
} option;

static option option_at(int argc, char **argv, int i) {
  option o = {.name = argv[i], .name_len = strcspn(argv[i], "="), .arguments = 1};
  if (argv[i][o.name_len] == '=') {
    o.value = argv[i] + o.name_len + 1;
  } else if (i + 1 < argc) {
    o.value = argv[i + 1];
    o.arguments = 2;
  }
  return o;
}

static bool option_is(const option *o, const char *name) {
  return strlen(name) == o->name_len && memcmp(o->name, name, o->name_len) == 0;
}

/* Puts one option's value where it belongs; false with *p filled. */
static bool read_option(settings *s, const option *o, problem *p) {
  const settings_table tables[] = TABLES(s);
  void *base;
  const settings_field *field = settings_find_option(tables, o->name, o->name_len, &base);
  bool is_config = option_is(o, "--config");
  if (field == NULL && !is_config)
    return problem_set(p, "%s: unknown option %.60s (try --help)", s->program->name, o->name);
  if (o->value == NULL)
    return problem_set(p, "%s: %.60s needs a value (try --help)", s->program->name, o->name);
  if (is_config) {
    s->path = o->value;
    return true;
  }
  if (settings_read_option(field, o->value, base))
    return true;
  char must[128];
  settings_describe(field, must, sizeof must);
  return problem_set(p, "%s: %s %s", s->program->name, field->option, must);
}

static bool is_question(const char *argument) {
  return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0 ||
         strcmp(argument, "--version") == 0;
}

static bool read_command_line(settings *s, int argc, char **argv, problem *p) {
  for (int i = 1; i < argc;) {
    if (is_question(argv[i])) {
      i++;
      continue;
    }
    option o = option_at(argc, argv, i);
    if (!read_option(s, &o, p))
      return false;
    i += o.arguments;
  }
  return true;
}

static void print_help(const settings_program *program) {
  for (size_t i = 0; program->help[i] != NULL; i++)
    fputs(program->help[i], stdout);
}

/* Answers --help and --version; false when nobody asked. */
static bool answer_question(const settings_program *program, int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (is_question(argv[i])) {
      if (strcmp(argv[i], "--version") == 0)
        printf("%s %s\n", program->name, dm_version());
      else
        print_help(program);
      return true;
    }
  }
  return false;
}

/* ---- The file ---------------------------------------------------------------------- */

static settings_source source_of(const settings *s) {
  return (settings_source){s->program->name, s->path == NULL ? NULL : &s->file};
}

static bool wrong(const settings *s, const char *pointer, const char *text, problem *p) {
  const settings_source source = source_of(s);
  return settings_wrong(&source, pointer, text, p);
}

bool settings_want_tls(const settings *s) {
  return address_given(&s->mqtts) || address_given(&s->https);
}

static bool complete_tls(settings *s, problem *p) {
  const settings_source source = source_of(s);
  return tls_settings_complete(&s->tls, settings_want_tls(s), &source, p);
}

/* What would be weaker than it reads: without principals everybody is anonymous. */
static bool check_anonymous(const settings *s, problem *p) {
#define NEEDS " needs principals: without them everybody is anonymous"
  const json_t *root = s->file.root;
  if (s->principals.name != NULL)
    return true;
  if (json_object_get(root, "sigv4") != NULL)
    return wrong(s, "/sigv4", "sigv4" NEEDS, p);
  if (json_is_false(json_object_get(root, "anonymousCallers")))
    return wrong(s, "/anonymousCallers", "anonymousCallers false" NEEDS, p);
  if (json_is_false(json_object_get(root, "anonymousDevices")))
    return wrong(s, "/anonymousDevices", "anonymousDevices false" NEEDS, p);
  return true;
}

static bool check(const settings *s, problem *p) {
  if (s->limits.default_timeout > s->limits.max_timeout)
    return wrong(s, "/limits", "defaultTimeoutSeconds is above maxTimeoutSeconds", p);
  if (s->path != NULL && s->sender_policies.names == NULL)
    return wrong(s, "", "senderPolicies is missing ([] lets nobody send)", p);
  if (s->path != NULL && s->receiver_policies.names == NULL)
    return wrong(s, "", "receiverPolicies is missing ([] lets nobody receive)", p);
  return check_anonymous(s, p);
}

static bool read_file(settings *s, problem *p) {
  const settings_table tables[] = TABLES(s);
  return json_file_read(&s->file, s->path, p) &&
         settings_read_object(&s->file, "", s->file.root, tables, p);
}

/* ---- Both ----------------------------------------------------------------------------- */

static bool load(settings *s, int argc, char **argv, problem *p) {
  if (s->program->size > 0) {
    s->own = malloc(s->program->size);
    if (s->own == NULL)
      return problem_set(p, "%s: out of memory", s->program->name);
    memcpy(s->own, s->program->defaults, s->program->size);
  }
  /* Once to find the file and what is wrong on the command line itself, then again over
   * what the file says. */
  return read_command_line(s, argc, argv, p) && (s->path == NULL || read_file(s, p)) &&
         read_command_line(s, argc, argv, p) && check(s, p) && complete_tls(s, p);
}

bool settings_load(settings *s, const settings_program *program, int argc, char **argv,
                   problem *p) {
  *s = common_defaults;
  dm_default_limits(&s->limits);
  s->program = program;
  s->access.anonymous_devices = program->anonymous_devices;
  if (load(s, argc, argv, p))
    return true;
  settings_free(s);
  return false;
}

bool settings_start(settings *s, const settings_program *program, int argc, char **argv,
                    int *exit_status) {
  problem p;
  if (answer_question(program, argc, argv)) {
    *exit_status = 0;
    return false;
  }
  if (settings_load(s, program, argc, argv, &p))
    return true;
  fprintf(stderr, "%s\n", p.text);
  *exit_status = 2;
  return false;
}

void settings_free(settings *s) {
  json_file_free(&s->file);
  tls_settings_free(&s->tls);
  free(s->own);
  s->own = NULL;
}
