/* Giving up in one line.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_BENCH_FAIL_H
#define TEST_BENCH_FAIL_H

#include <stdbool.h>

/* Where `good` does not hold: says what went wrong, and exits with 1. */
void must(bool good, const char *what);

/* The same for a system call, with errno in words. */
void must_call(bool good, const char *what);

#endif
