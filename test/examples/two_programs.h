/* Two programs in one process, each with its own loop, context and thread: what goes on in one
 * has nothing to do with the other, though their devices have the same names.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_EXAMPLES_TWO_PROGRAMS_H
#define TEST_EXAMPLES_TWO_PROGRAMS_H

#include <arpa/inet.h>
#include <stdint.h>

struct CMUnitTest;

typedef struct program_under_test {
  char *name;
  int (*main)(int argc, char **argv);
  char *listen; /* the option that says where devices connect */
  char *option; /* one more, which has a value; NULL: none */
} program_under_test;

/* Starts two of a program, with a value each for its option. A caller sends messages to the
 * device of each, and then both are stopped. */
void two_programs_exchange_messages(const program_under_test *program, const char *one,
                                    const char *other);

/* Runs one test: programs log to standard output, where the results of tests go. */
int two_programs_run_test(const struct CMUnitTest *test);

/* A port that nobody listens at, below the range that the system gives out itself. */
uint16_t free_port(void);

struct sockaddr_in loopback(uint16_t port);

#endif
