/* What is wrong, in one line for the person who started the program.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_BASE_PROBLEM_H
#define COMMON_BASE_PROBLEM_H

#include <stdbool.h>

typedef struct problem {
  char text[1024]; /* NUL-terminated, without a line feed */
} problem;

/* Fills in the text. What was quoted from elsewhere cannot break the line: control
 * characters become '?'. Returns false, so that a function can end with it. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
bool problem_set(problem *p, const char *format, ...);

#endif
