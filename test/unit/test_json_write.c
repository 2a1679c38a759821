/* Tests of writing JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>

#include "base/json_write.h"
#include "base/span.h"

static void nothing(dmi_json *j) {
  (void)j;
}

static void a_string(dmi_json *j) {
  dmi_json_string(j, SPAN("s"), SPAN("a \"b\"\n"));
}

static void strings(dmi_json *j) {
  dmi_json_string(j, SPAN("empty"), SPAN(""));
  dmi_json_string(j, SPAN("absent"), dm_text(NULL));
  dmi_json_string(j, SPAN("wrong"), SPAN("\xFF"));
}

static void numbers(dmi_json *j) {
  dmi_json_number(j, SPAN("zero"), 0);
  dmi_json_number(j, SPAN("most"), UINT64_MAX);
}

static void truths(dmi_json *j) {
  dmi_json_truth(j, SPAN("t"), true);
  dmi_json_truth(j, SPAN("f"), false);
}

static void decimals(dmi_json *j) {
  dmi_json_milliseconds(j, SPAN("a"), 0);
  dmi_json_milliseconds(j, SPAN("b"), 83);
  dmi_json_milliseconds(j, SPAN("c"), 1000);
  dmi_json_milliseconds(j, SPAN("d"), 12034567);
  dmi_json_milliseconds(j, SPAN("e"), UINT64_MAX);
}

static void a_value_of_its_own(dmi_json *j) {
  dmi_json_name(j, SPAN("own"));
  dmi_writer_bytes(j->out, SPAN("null"));
  dmi_json_number(j, SPAN("n"), 1);
}

static void no_objects(dmi_json *j) {
  dmi_json_open_array(j, SPAN("list"));
  dmi_json_close_array(j);
}

static void objects(dmi_json *j) {
  dmi_json_open_array(j, SPAN("list"));
  dmi_json_open(j);
  dmi_json_close(j);
  dmi_json_open(j);
  numbers(j);
  dmi_json_close(j);
  dmi_json_open(j);
  no_objects(j);
  dmi_json_close(j);
  dmi_json_close_array(j);
}

static void all_one_after_the_other(dmi_json *j) {
  a_string(j);
  truths(j);
  objects(j);
  truths(j);
  no_objects(j);
  a_value_of_its_own(j);
}

static const struct row {
  void (*members)(dmi_json *j);
  const char *text;
} rows[] = {
    {nothing, "{}"},
    {a_string, "{\"s\":\"a \\\"b\\\"\\n\"}"},
    {strings, "{\"empty\":\"\",\"absent\":\"\",\"wrong\":\"\\ufffd\"}"},
    {numbers, "{\"zero\":0,\"most\":18446744073709551615}"},
    {truths, "{\"t\":true,\"f\":false}"},
    {decimals, "{\"a\":0.000,\"b\":0.083,\"c\":1.000,\"d\":12034.567,"
               "\"e\":18446744073709551.615}"},
    {a_value_of_its_own, "{\"own\":null,\"n\":1}"},
    {no_objects, "{\"list\":[]}"},
    {objects, "{\"list\":[{},{\"zero\":0,\"most\":18446744073709551615},{\"list\":[]}]}"},
    {all_one_after_the_other,
     "{\"s\":\"a \\\"b\\\"\\n\",\"t\":true,\"f\":false,"
     "\"list\":[{},{\"zero\":0,\"most\":18446744073709551615},{\"list\":[]}],"
     "\"t\":true,\"f\":false,\"list\":[],\"own\":null,\"n\":1}"},
};

static size_t write_object(const struct row *row, char *out, size_t capacity) {
  dmi_writer w = {out, capacity, 0};
  dmi_json j = {&w, false};
  dmi_json_open(&j);
  row->members(&j);
  dmi_json_close(&j);
  return w.needed;
}

static void test_every_kind_of_member(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char out[512];
    size_t len = write_object(&rows[i], out, sizeof out - 1);
    out[len] = '\0';
    assert_string_equal(out, rows[i].text);
  }
}

/* Somebody else's parser reads it; numbers beyond its own integers as reals. */
static void test_it_is_json(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    json_t *read = json_loads(rows[i].text, JSON_DECODE_INT_AS_REAL, NULL);
    assert_non_null(read);
    json_decref(read);
  }
}

static void test_what_does_not_fit_is_counted(void **state) {
  (void)state;
  const struct row *row = &rows[sizeof rows / sizeof *rows - 1];
  size_t needed = strlen(row->text);
  for (size_t capacity = 0; capacity <= needed; capacity++) {
    char out[512] = {0};
    assert_int_equal(write_object(row, out, capacity), needed);
    assert_memory_equal(out, row->text, capacity);
    assert_int_equal(out[capacity], '\0');
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_kind_of_member),
      cmocka_unit_test(test_it_is_json),
      cmocka_unit_test(test_what_does_not_fit_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
