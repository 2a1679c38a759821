/* Tests of the header fields that say something about a message.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/span.h"
#include "http/headers.h"

#define USER_PROPERTIES  "x-amz-mqtt5-user-properties"
#define PAYLOAD_FORMAT   "x-amz-mqtt5-payload-format-indicator"
#define CORRELATION_DATA "x-amz-mqtt5-correlation-data"

/* What one test reads, and what it is read into. */
typedef struct reading {
  dmi_scratch room;
  dmi_user_properties properties;
  dm_message message;
  dm_caller caller;
  dm_http_header headers[8];
  size_t count;
} reading;

static int begin(void **state) {
  reading *r = calloc(1, sizeof *r);
  dm_memory memory = dmi_memory_or_default(NULL);
  dmi_scratch_init(&r->room, &memory);
  *state = r;
  return 0;
}

static int end(void **state) {
  reading *r = *state;
  dmi_user_properties_release(&r->properties);
  dmi_scratch_release(&r->room);
  free(r);
  return 0;
}

static void add(reading *r, const char *name, const char *value) {
  r->headers[r->count++] = (dm_http_header){dm_text(name), dm_text(value)};
}

static void assert_read(reading *r, int outcome) {
  dmi_fault found =
      dmi_headers_read(r->headers, r->count, &r->room, &r->properties, &r->message, &r->caller);
  assert_int_equal(found.outcome, outcome);
  assert_int_equal(found.text != NULL, dmi_failed(found));
}

/* Reads one header alone, with everything before it forgotten. */
static void assert_alone(reading *r, const char *name, const char *value, int outcome) {
  dmi_user_properties_release(&r->properties);
  memset(&r->message, 0, sizeof r->message);
  memset(&r->caller, 0, sizeof r->caller);
  r->count = 0;
  add(r, name, value);
  assert_read(r, outcome);
}

static void assert_span(dm_span got, const char *expected) {
  assert_true(dmi_span_present(got));
  assert_int_equal(got.len, strlen(expected));
  assert_memory_equal(got.ptr, expected, got.len);
}

static void test_all_fields(void **state) {
  reading *r = *state;
  add(r, "Host", "localhost");
  add(r, "Content-Type", "application/octet-stream");
  add(r, "X-Amz-Mqtt5-User-Properties", "W3sidW5pdCI6IksifSx7InVuaXQiOiJDIn1d");
  add(r, "x-amz-mqtt5-PAYLOAD-format-indicator", "UTF8_DATA");
  add(r, CORRELATION_DATA, "AAEC/w==");
  add(r, "amz-sdk-invocation-id", "0b7ab5b0-6f70-4e1b-9a5c-3d7f0f5f2c11");
  add(r, "amz-sdk-request", "attempt=2; max=3");
  assert_read(r, DM_OK);
  assert_int_equal(r->message.user_property_count, 2);
  assert_span(r->message.user_properties[0].key, "unit");
  assert_span(r->message.user_properties[0].value, "K");
  assert_span(r->message.user_properties[1].key, "unit");
  assert_span(r->message.user_properties[1].value, "C");
  assert_int_equal(r->message.payload_format, DM_PAYLOAD_FORMAT_UTF8);
  assert_int_equal(r->message.correlation_data.len, 4);
  assert_memory_equal(r->message.correlation_data.ptr, "\x00\x01\x02\xFF", 4);
  assert_span(r->caller.invocation_id, "0b7ab5b0-6f70-4e1b-9a5c-3d7f0f5f2c11");
  assert_int_equal(r->caller.attempt, 2);
  assert_false(dmi_span_present(r->message.content_type));
}

static void test_without_headers_everything_is_absent(void **state) {
  reading *r = *state;
  assert_read(r, DM_OK);
  assert_null(r->message.user_properties);
  assert_int_equal(r->message.user_property_count, 0);
  assert_int_equal(r->message.payload_format, DM_PAYLOAD_FORMAT_ABSENT);
  assert_false(dmi_span_present(r->message.correlation_data));
  assert_false(dmi_span_present(r->caller.invocation_id));
  assert_int_equal(r->caller.attempt, 0);
}

static void test_a_field_stands_once(void **state) {
  reading *r = *state;
  const struct {
    const char *name;
    const char *value;
    int outcome;
  } cases[] = {
      {USER_PROPERTIES, "W10=", DM_INVALID_USER_PROPERTIES},
      {PAYLOAD_FORMAT, "UTF8_DATA", DM_INVALID_PAYLOAD_FORMAT},
      {CORRELATION_DATA, "AAEC", DM_INVALID_CORRELATION_DATA},
      {"amz-sdk-invocation-id", "a", DM_OK},
      {"amz-sdk-request", "attempt=1", DM_OK},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    r->count = 0;
    add(r, cases[i].name, cases[i].value);
    add(r, cases[i].name, cases[i].value);
    assert_read(r, cases[i].outcome);
  }
}

static void test_payload_format_words(void **state) {
  reading *r = *state;
  assert_alone(r, PAYLOAD_FORMAT, "UNSPECIFIED_BYTES", DM_OK);
  assert_int_equal(r->message.payload_format, DM_PAYLOAD_FORMAT_BYTES);
  assert_alone(r, PAYLOAD_FORMAT, " \tUTF8_DATA\t ", DM_OK);
  assert_int_equal(r->message.payload_format, DM_PAYLOAD_FORMAT_UTF8);
  assert_alone(r, PAYLOAD_FORMAT, "utf8_data", DM_INVALID_PAYLOAD_FORMAT);
  assert_alone(r, PAYLOAD_FORMAT, "1", DM_INVALID_PAYLOAD_FORMAT);
  assert_alone(r, PAYLOAD_FORMAT, "", DM_INVALID_PAYLOAD_FORMAT);
}

static void test_correlation_data_is_base64(void **state) {
  reading *r = *state;
  assert_alone(r, CORRELATION_DATA, "", DM_OK);
  assert_true(dmi_span_present(r->message.correlation_data));
  assert_int_equal(r->message.correlation_data.len, 0);
  assert_alone(r, CORRELATION_DATA, "AAE", DM_INVALID_CORRELATION_DATA);
  assert_alone(r, CORRELATION_DATA, "AA-_", DM_INVALID_CORRELATION_DATA);
  assert_alone(r, CORRELATION_DATA, "AA E", DM_INVALID_CORRELATION_DATA);
}

static void assert_properties(reading *r, const char *base64, size_t count) {
  assert_alone(r, USER_PROPERTIES, base64, DM_OK);
  assert_int_equal(r->message.user_property_count, count);
}

static void test_user_properties(void **state) {
  reading *r = *state;
  assert_properties(r, "W10=", 0);                     /* [] */
  assert_properties(r, "IFsgeyAiIiA6ICIiIH0gXSA=", 1); /*  [ { "" : "" } ]  */
  assert_span(r->message.user_properties[0].key, "");
  assert_span(r->message.user_properties[0].value, "");
  assert_properties(r, "W3siXHUwMGZjIjoiXHVkODNkXHVkZTAwIFwiW1siIH1d", 1);
  /* [{"\u00fc":"\ud83d\ude00 \"[[" }] */
  assert_span(r->message.user_properties[0].key, "\xC3\xBC");
  assert_span(r->message.user_properties[0].value, "\xF0\x9F\x98\x80 \"[[");
}

static void test_user_properties_encoded_twice(void **state) {
  reading *r = *state;
  /* "[{\"a\":\"b\"}]" */
  assert_properties(r, "Ilt7XCJhXCI6XCJiXCJ9XSI=", 1);
  assert_span(r->message.user_properties[0].key, "a");
  assert_span(r->message.user_properties[0].value, "b");
  /* "\"[]\"": twice is once too often */
  assert_alone(r, USER_PROPERTIES, "IlwiW11cIiI=", DM_INVALID_USER_PROPERTIES);
}

static void test_malformed_user_properties(void **state) {
  reading *r = *state;
  const char *const bad[] = {
      "",                             /* nothing */
      "W10",                          /* no padding */
      "IA==",                         /* a space */
      "IiI=",                         /* "" */
      "e30=",                         /* {} */
      "eyJhIjoiYiJ9",                 /* {"a":"b"} */
      "bnVsbA==",                     /* null */
      "MQ==",                         /* 1 */
      "W10s",                         /* [], */
      "WyJhIl0=",                     /* ["a"] */
      "W1tdXQ==",                     /* [[]] */
      "W3t9XQ==",                     /* [{}] */
      "W3siYSI6MX1d",                 /* [{"a":1}] */
      "W3siYSI6bnVsbH1d",             /* [{"a":null}] */
      "W3siYSI6eyJiIjoiYyJ9fV0=",     /* [{"a":{"b":"c"}}] */
      "W3siYSI6ImIiLCJjIjoiZCJ9XQ==", /* [{"a":"b","c":"d"}] */
      "W3siYSI6ImIiLCJhIjoiYiJ9XQ==", /* [{"a":"b","a":"b"}] */
      "W3siYSI6ImIifSxd",             /* [{"a":"b"},] */
      "W3siYSI6Ilx1MDAwMCJ9XQ==",     /* [{"a":"\u0000"}] */
      "W3siXHUwMDAwIjoiYSJ9XQ==",     /* [{"\u0000":"a"}] */
      "W3siYSI6IgAifV0=",             /* a NUL in a string */
      "W3siYSI6Iv8ifV0=",             /* 0xFF in a string */
      "W3siYSI6IlxkODAwIn1d",         /* "\d800" */
      "W3siYSI6Ilx1ZDgwMCJ9XQ==",     /* "\ud800" */
      "W3siYSI6ImIifQ==",             /* [{"a":"b"} */
      "77u/W10=",                     /* a byte order mark */
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_alone(r, USER_PROPERTIES, bad[i], DM_INVALID_USER_PROPERTIES);
    assert_null(r->message.user_properties);
    assert_int_equal(r->message.user_property_count, 0);
  }
}

static void test_deep_nesting_is_refused_before_it_is_parsed(void **state) {
  reading *r = *state;
  char text[4 * 4096 + 1];
  for (size_t i = 0; i < 4096; i++)
    memcpy(text + 4 * i, "W1tb", 4); /* [[[ */
  text[sizeof text - 1] = '\0';
  assert_alone(r, USER_PROPERTIES, text, DM_INVALID_USER_PROPERTIES);
  dmi_fault found =
      dmi_headers_read(r->headers, r->count, &r->room, &r->properties, &r->message, &r->caller);
  assert_non_null(strstr(found.text, "nested"));
}

static void test_what_names_an_attempt_is_never_an_error(void **state) {
  reading *r = *state;
  char long_id[66];
  memset(long_id, 'a', sizeof long_id - 1);
  long_id[65] = '\0';
  assert_alone(r, "amz-sdk-invocation-id", long_id, DM_OK);
  assert_false(dmi_span_present(r->caller.invocation_id));
  assert_alone(r, "amz-sdk-invocation-id", long_id + 1, DM_OK);
  assert_span(r->caller.invocation_id, long_id + 1);
  assert_alone(r, "amz-sdk-invocation-id", "", DM_OK);
  assert_false(dmi_span_present(r->caller.invocation_id));
  assert_alone(r, "amz-sdk-invocation-id", "a b", DM_OK);
  assert_false(dmi_span_present(r->caller.invocation_id));
  assert_alone(r, "amz-sdk-invocation-id", "a\xC3\xBC", DM_OK);
  assert_false(dmi_span_present(r->caller.invocation_id));
}

static void assert_attempt(reading *r, const char *value, uint32_t attempt) {
  assert_alone(r, "amz-sdk-request", value, DM_OK);
  assert_int_equal(r->caller.attempt, attempt);
}

static void test_the_attempt_is_found_anywhere(void **state) {
  reading *r = *state;
  assert_attempt(r, "attempt=1", 1);
  assert_attempt(r, "attempt=1; max=3", 1);
  assert_attempt(r, "ttl=20260101T000000Z; attempt=3; max=3", 3);
  assert_attempt(r, "max=3;attempt=2;", 2);
  assert_attempt(r, "attempt=4294967295", UINT32_MAX);
  assert_attempt(r, "attempt=4294967296", 0);
  assert_attempt(r, "attempt=", 0);
  assert_attempt(r, "attempt=-1", 0);
  assert_attempt(r, "attempt", 0);
  assert_attempt(r, "reattempt=2", 0);
  assert_attempt(r, ";;;", 0);
  assert_attempt(r, "", 0);
}

/* An allocator that refuses. */
static void *no_memory(void *user, void *old, size_t size) {
  (void)user;
  (void)old;
  (void)size;
  return NULL;
}

static void test_out_of_memory(void **state) {
  reading *r = *state;
  static char text[4 * SCRATCH_STACK + 1];
  memset(text, 'A', sizeof text - 1);
  dmi_scratch_init(&r->room, &(dm_memory){NULL, no_memory});
  assert_alone(r, CORRELATION_DATA, text, DM_INTERNAL_SERVER_ERROR);
  assert_false(dmi_span_present(r->message.correlation_data));
  assert_alone(r, USER_PROPERTIES, text, DM_INTERNAL_SERVER_ERROR);
  assert_alone(r, CORRELATION_DATA, "AAEC", DM_OK);
}

static void test_many_properties_take_more_than_the_stack(void **state) {
  reading *r = *state;
  char text[1500] = "WyAg"; /* "[  ", then '{"":""}, ' a hundred times */
  for (size_t i = 0; i < 100; i++)
    strcat(text, "eyIiOiIifSwg");
  strcat(text, "eyIiOiIifSBd");
  assert_properties(r, text, 101);
  dmi_scratch_release(&r->room);
  dmi_scratch_init(&r->room, &(dm_memory){NULL, no_memory});
  assert_alone(r, USER_PROPERTIES, text, DM_INTERNAL_SERVER_ERROR);
}

/* jansson's allocator, which fails after `jansson_left` calls. */
static int jansson_left;

static void *jansson_malloc(size_t size) {
  return jansson_left-- > 0 ? malloc(size) : NULL;
}

static void test_jansson_out_of_memory(void **state) {
  reading *r = *state;
  bool succeeded = false;
  json_set_alloc_funcs(jansson_malloc, free);
  add(r, USER_PROPERTIES, "Ilt7XCJhXCI6XCJiXCJ9XSI="); /* "[{\"a\":\"b\"}]" */
  for (int allocations = 0; !succeeded; allocations++) {
    jansson_left = allocations;
    dmi_fault found =
        dmi_headers_read(r->headers, r->count, &r->room, &r->properties, &r->message, &r->caller);
    succeeded = !dmi_failed(found);
    assert_int_equal(r->message.user_property_count, succeeded ? 1 : 0);
    assert_true(allocations < 1000);
  }
  dmi_user_properties_release(&r->properties);
  json_set_alloc_funcs(malloc, free);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_all_fields),
      TEST(test_without_headers_everything_is_absent),
      TEST(test_a_field_stands_once),
      TEST(test_payload_format_words),
      TEST(test_correlation_data_is_base64),
      TEST(test_user_properties),
      TEST(test_user_properties_encoded_twice),
      TEST(test_malformed_user_properties),
      TEST(test_deep_nesting_is_refused_before_it_is_parsed),
      TEST(test_what_names_an_attempt_is_never_an_error),
      TEST(test_the_attempt_is_found_anywhere),
      TEST(test_out_of_memory),
      TEST(test_many_properties_take_more_than_the_stack),
      TEST(test_jansson_out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
