/* Two sidecars in one process, each with a broker of its own, which accepts its one device and
 * says nothing else.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "two_programs.h"

int sidecar_main(int argc, char **argv);

#define main sidecar_main
#include "sidecar/dm_sidecar.c"
#undef main

typedef struct silent_broker {
  char address[32];
  int listening;
  pthread_t thread;
} silent_broker;

static void *serve(void *user) {
  static const char connack[4] = "\x20\x02\0\0";
  const silent_broker *b = user;
  char came[256];
  int fd = accept(b->listening, NULL, NULL);
  assert_int_equal(recv(fd, came, sizeof came, 0), 17); /* CONNECT */
  assert_int_equal(send(fd, connack, sizeof connack, MSG_NOSIGNAL), sizeof connack);
  while (recv(fd, came, sizeof came, 0) > 0) {
  }
  close(fd);
  return NULL;
}

static void start_broker(silent_broker *b) {
  uint16_t port = free_port();
  struct sockaddr_in at = loopback(port);
  snprintf(b->address, sizeof b->address, "127.0.0.1:%u", (unsigned)port);
  b->listening = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(b->listening, (struct sockaddr *)&at, sizeof at), 0);
  assert_int_equal(listen(b->listening, 1), 0);
  assert_int_equal(pthread_create(&b->thread, NULL, serve, b), 0);
}

static void test_two_sidecars_in_one_process(void **state) {
  static char name[] = "dm-sidecar", devices[] = "--listen", option[] = "--broker";
  const program_under_test sidecar = {
      .name = name, .main = sidecar_main, .listen = devices, .option = option};
  silent_broker brokers[2];
  (void)state;
  for (size_t i = 0; i < 2; i++)
    start_broker(&brokers[i]);
  two_programs_exchange_messages(&sidecar, brokers[0].address, brokers[1].address);
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(pthread_join(brokers[i].thread, NULL), 0);
    close(brokers[i].listening);
  }
}

int main(void) {
  const struct CMUnitTest test = cmocka_unit_test(test_two_sidecars_in_one_process);
  return two_programs_run_test(&test);
}
