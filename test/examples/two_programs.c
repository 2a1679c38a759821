/* Two programs in one process, each with its own loop, context and thread.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "two_programs.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MESSAGES 90 /* fewer than a device may be sent in a second */

typedef struct instance {
  const program_under_test *program;
  const char *option_value;
  char mqtt[32], http[32];
  uint16_t mqtt_port, http_port;
  pthread_t thread;
  int status;
  char payload; /* what is sent to its device */
} instance;

/* ---- Sockets ------------------------------------------------------------------------------ */

struct sockaddr_in loopback(uint16_t port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* One below the range that the system gives out itself. */
uint16_t free_port(void) {
  static unsigned next;
  for (unsigned tries = 0; tries < 1000; tries++) {
    uint16_t port = (uint16_t)(12000 + ((unsigned)getpid() * 7 + next++) % 18000);
    struct sockaddr_in at = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int bound = bind(fd, (struct sockaddr *)&at, sizeof at);
    close(fd);
    if (bound == 0)
      return port;
  }
  fail_msg("no port is free");
  return 0;
}

/* The program may still be opening its port. */
static int connect_to(uint16_t port) {
  struct sockaddr_in at = loopback(port);
  for (;;) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
      return fd;
    close(fd);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
}

static void put(int fd, const void *what, size_t len) {
  assert_int_equal(send(fd, what, len, MSG_NOSIGNAL), len);
}

static void get(int fd, char *out, size_t len) {
  for (size_t have = 0; have < len;) {
    ssize_t more = recv(fd, out + have, len - have, 0);
    assert_true(more > 0);
    have += (size_t)more;
  }
}

/* ---- A device and a caller ---------------------------------------------------------------- */

static int device_connect(const instance *i) {
  static const char connect_packet[] = "\x10\x0f\0\x04MQTT\x04\x02\0\0\0\x03"
                                       "dev";
  char connack[4];
  int fd = connect_to(i->mqtt_port);
  put(fd, connect_packet, sizeof connect_packet - 1);
  get(fd, connack, sizeof connack);
  assert_memory_equal(connack, "\x20\x02\0\0", 4);
  return fd;
}

/* PUBLISH, QoS 1, topic "t", one byte of payload. */
static void device_acknowledge(int fd, char payload) {
  char publish[8];
  get(fd, publish, sizeof publish);
  assert_memory_equal(publish, "\x32\x06\0\x01t", 5);
  assert_int_equal(publish[7], payload);
  const char puback[] = {0x40, 2, publish[5], publish[6]};
  put(fd, puback, sizeof puback);
}

static void caller_ask(int fd, char payload) {
  char request[128];
  int len = snprintf(request, sizeof request,
                     "POST /connections/dev/messages?topic=t&confirmation=true HTTP/1.1\r\n"
                     "Host: x\r\nContent-Length: 1\r\n\r\n%c",
                     payload);
  put(fd, request, (size_t)len);
}

static void caller_expect_ok(int fd) {
  char answer[1024] = "";
  size_t have = 0;
  while (strstr(answer, "\r\n\r\n{") == NULL || answer[have - 1] != '}') {
    ssize_t more = recv(fd, answer + have, sizeof answer - 1 - have, 0);
    assert_true(more > 0);
    have += (size_t)more;
  }
  assert_memory_equal(answer, "HTTP/1.1 200 OK\r\n", 17);
}

static void *exchange_messages(void *user) {
  const instance *i = user;
  int device = device_connect(i), caller = connect_to(i->http_port);
  for (int n = 0; n < MESSAGES; n++) {
    caller_ask(caller, i->payload);
    device_acknowledge(device, i->payload);
    caller_expect_ok(caller);
  }
  close(device);
  close(caller);
  return NULL;
}

/* ---- The programs ---------------------------------------------------------------------------- */

static void *run_program(void *user) {
  instance *i = user;
  char http[] = "--http";
  char *arguments[] = {i->program->name,
                       i->program->listen,
                       i->mqtt,
                       http,
                       i->http,
                       i->program->option,
                       (char *)(uintptr_t)i->option_value,
                       NULL};
  i->status = i->program->main(i->program->option == NULL ? 5 : 7, arguments);
  return NULL;
}

static void start(instance *i) {
  i->mqtt_port = free_port();
  i->http_port = free_port();
  snprintf(i->mqtt, sizeof i->mqtt, "127.0.0.1:%u", (unsigned)i->mqtt_port);
  snprintf(i->http, sizeof i->http, "127.0.0.1:%u", (unsigned)i->http_port);
  assert_int_equal(pthread_create(&i->thread, NULL, run_program, i), 0);
}

void two_programs_exchange_messages(const program_under_test *program, const char *one,
                                    const char *other) {
  instance both[2] = {{.program = program, .option_value = one, .payload = 'a'},
                      {.program = program, .option_value = other, .payload = 'b'}};
  pthread_t clients[2];
  for (size_t i = 0; i < 2; i++)
    start(&both[i]);
  for (size_t i = 0; i < 2; i++)
    assert_int_equal(pthread_create(&clients[i], NULL, exchange_messages, &both[i]), 0);
  for (size_t i = 0; i < 2; i++)
    assert_int_equal(pthread_join(clients[i], NULL), 0);
  assert_int_equal(kill(getpid(), SIGTERM), 0); /* which each of them hears of */
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(pthread_join(both[i].thread, NULL), 0);
    assert_int_equal(both[i].status, 0);
  }
}

int two_programs_run_test(const struct CMUnitTest *test) {
  const struct CMUnitTest tests[] = {*test};
  int out = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY);
  dup2(null, STDOUT_FILENO);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  fflush(stdout);
  dup2(out, STDOUT_FILENO);
  return failed;
}
