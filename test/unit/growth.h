/* Structures of older, newer and wrong sizes, for every public function that takes one.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_GROWTH_H
#define TEST_UNIT_GROWTH_H

#include <stddef.h>

#define GROWTH_ARGUMENTS_MAX 4

/* One structure that a function is handed. */
typedef struct growth_argument {
  const char *name; /* "dm_message" */
  size_t latest;    /* its size in today's header */

  /* Fills in what is good for the call; all is zero but the size. */
  void (*fill)(void *structure);

  /* Where it is not given itself: what points to it, 1 for the first argument. */
  size_t parent;
  size_t place; /* of the pointer there */
} growth_argument;

/* One call of a public function. */
typedef struct growth_call {
  const char *name;
  int good; /* what it returns when all is well */
  int (*call)(void *const *arguments);
  growth_argument arguments[GROWTH_ARGUMENTS_MAX];
} growth_call;

/* Makes the call with structures of every interesting size, each in exactly as much memory as it
 * says. */
void growth_try(const growth_call *call);

/* A structure that the library handed to a callback. */
void growth_handed_out(const char *name, const void *structure, size_t latest);

/* Fails the test unless all structures of the record that have a size have been tried, or were
 * handed out. */
void growth_all_tried(void);

/* The calls; a row without a name is the last. */
extern const growth_call growth_policy_calls[];
extern const growth_call growth_auth_calls[];
extern const growth_call growth_relay_calls[];
extern const growth_call growth_core_calls[];
extern const growth_call growth_http_calls[];

#endif
