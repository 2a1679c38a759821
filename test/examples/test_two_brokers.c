/* Two brokers in one process.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "two_programs.h"

int broker_main(int argc, char **argv);

#define main broker_main
#include "broker/dm_broker.c"
#undef main

static void test_two_brokers_in_one_process(void **state) {
  static char name[] = "dm-broker", listen[] = "--mqtt";
  const program_under_test broker = {.name = name, .main = broker_main, .listen = listen};
  (void)state;
  two_programs_exchange_messages(&broker, NULL, NULL);
}

int main(void) {
  const struct CMUnitTest test = cmocka_unit_test(test_two_brokers_in_one_process);
  return two_programs_run_test(&test);
}
