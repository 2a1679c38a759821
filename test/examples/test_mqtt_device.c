/* Tests of who an MQTT device is, as far as that is found out without comparing passwords.
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
#include <sys/stat.h>
#include <unistd.h>

#include "common/access/mqtt_device.h"

/* ---- A configuration ---------------------------------------------------------------- */

#define HASH                                                                                       \
  "$pbkdf2-sha512$i=210000$bGliZG0gaXMgbm9ib2R5$"                                                  \
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
#define OTHER_HASH                                                                                 \
  "$pbkdf2-sha512$i=210000$bGliZG0gaXMgbm9ib2R5$"                                                  \
  "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="

static const char principals_text[] =
    "[{\"name\": \"pump\", \"userName\": \"without\"},"
    " {\"name\": \"boiler\", \"userName\": \"boiler-7\", \"password\": \"" HASH "\"},"
    " {\"name\": \"valve\", \"userName\": \"valve-1\", \"password\": \"" OTHER_HASH "\"}]";

static const char without_passwords[] = "[{\"name\": \"pump\", \"userName\": \"without\"}]";

static char folder[] = "/tmp/mqtt-device-XXXXXX";
static char config_path[64];
static char principals_path[64];

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(chmod(path, 0600), 0);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state) {
  (void)state;
  if (mkdtemp(folder) == NULL)
    return -1;
  snprintf(config_path, sizeof config_path, "%s/config.json", folder);
  snprintf(principals_path, sizeof principals_path, "%s/principals.json", folder);
  return 0;
}

static int remove_folder(void **state) {
  (void)state;
  unlink(config_path);
  unlink(principals_path);
  return rmdir(folder);
}

/* `text`: the principals; NULL: none are configured. */
static void load(access_rules *out, const char *text, bool anonymous) {
  static const settings_program program = {.name = "test"};
  char *arguments[] = {(char *)(uintptr_t) "test", (char *)(uintptr_t) "--config", config_path};
  char config[256];
  settings s;
  problem p;
  snprintf(config, sizeof config, "{\"senderPolicies\": [], \"receiverPolicies\": []%s%s}",
           text == NULL ? "" : ", \"principals\": \"principals.json\"",
           anonymous ? ", \"anonymousDevices\": true" : "");
  write_file(config_path, config);
  write_file(principals_path, text == NULL ? "[]" : text);
  if (!settings_load(&s, &program, 3, arguments, &p) || !access_load(out, &s, &p))
    fail_msg("%s", p.text);
  settings_free(&s);
}

static mqtt_device device(const access_rules *access, const char *user_name, const char *password) {
  return mqtt_device_of(access, NULL, dm_text(user_name), dm_text(password));
}

/* ---- Tests ------------------------------------------------------------------------------ */

static void expect_known(mqtt_device found, const char *name) {
  assert_string_equal(found.principal, name);
  assert_null(found.stored);
  assert_null(found.failure);
}

static void expect_nobody(mqtt_device found, bool by_user_name, const char *failure) {
  assert_null(found.principal);
  assert_null(found.stored);
  assert_int_equal(found.by_user_name, by_user_name);
  assert_string_equal(found.failure, failure);
}

static void expect_password(mqtt_device found, const char *name, const char *stored,
                            const char *failure) {
  if (name == NULL)
    assert_null(found.principal);
  else
    assert_string_equal(found.principal, name);
  assert_string_equal(found.stored, stored);
  assert_true(found.by_user_name);
  assert_string_equal(found.failure, failure);
}

static void test_without_principals(void **state) {
  (void)state;
  access_rules access;
  load(&access, NULL, false);
  expect_known(device(&access, NULL, NULL), ANONYMOUS);
  expect_known(device(&access, "boiler-7", "secret"), ANONYMOUS);
  access_free(&access);
}

static void test_without_a_name(void **state) {
  (void)state;
  access_rules access;
  load(&access, principals_text, false);
  expect_nobody(device(&access, NULL, NULL), false,
                "There is neither a user name nor a client certificate.");
  access_free(&access);
  load(&access, principals_text, true);
  expect_known(device(&access, NULL, NULL), ANONYMOUS);
  access_free(&access);
}

static void test_passwords(void **state) {
  (void)state;
  access_rules access;
  load(&access, principals_text, true);
  expect_password(device(&access, "boiler-7", "secret"), "boiler", HASH, "The password is wrong.");
  expect_password(device(&access, "valve-1", ""), "valve", OTHER_HASH, "The password is wrong.");
  access_free(&access);
}

/* Whoever asks for a name learns nothing from how long it takes. */
static void test_something_is_compared_always(void **state) {
  (void)state;
  access_rules access;
  load(&access, principals_text, true);
  expect_password(device(&access, "nobody", "secret"), NULL, HASH, "The user name is not known.");
  expect_password(device(&access, "", "secret"), NULL, HASH, "The user name is not known.");
  expect_password(device(&access, "without", "secret"), NULL, HASH,
                  "The principal of this user name has no password.");
  access_free(&access);
  load(&access, without_passwords, true);
  assert_non_null(device(&access, "nobody", "secret").stored);
  access_free(&access);
}

static void test_half_of_it(void **state) {
  (void)state;
  access_rules access;
  load(&access, principals_text, true);
  expect_nobody(device(&access, "boiler-7", NULL), true, "There is no user name, or no password.");
  expect_nobody(device(&access, NULL, "secret"), true, "There is no user name, or no password.");
  access_free(&access);
}

/* A certificate that nobody can read is one nonetheless. */
static void test_certificates(void **state) {
  (void)state;
  access_rules access;
  certificate *shown = certificate_new(dm_text("no certificate"));
  load(&access, principals_text, false);
  expect_nobody(mqtt_device_of(&access, shown, dm_text(NULL), dm_text(NULL)), false,
                "The client certificate holds a value that policies cannot be asked about.");
  expect_password(mqtt_device_of(&access, shown, dm_text("boiler-7"), dm_text("secret")), "boiler",
                  HASH, "The password is wrong.");
  access_free(&access);
  certificate_free(shown);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_without_principals),
      cmocka_unit_test(test_without_a_name),
      cmocka_unit_test(test_passwords),
      cmocka_unit_test(test_something_is_compared_always),
      cmocka_unit_test(test_half_of_it),
      cmocka_unit_test(test_certificates),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
