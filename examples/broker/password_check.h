/* Comparing passwords with what is stored of them: on other threads, because it takes a tenth
 * of a second or two.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_PASSWORD_CHECK_H
#define BROKER_PASSWORD_CHECK_H

#include <stdbool.h>

#include "common/loop/loop.h"

struct password_check;

/* Those that are under way on one loop. */
struct password_checks {
  struct loop *loop;
  size_t count;
};

/* Begins to compare; done() is called when that is over. NULL when too many are under way, or
 * out of memory. */
struct password_check *password_check_begin(struct password_checks *all, const char *stored,
                                            dm_span password, void (*done)(void *user), void *user);

/* Whether this is over, and the password was the one of which `stored` is stored. */
bool password_check_passed(const struct password_check *check, const char *stored);

/* Nobody waits for it any more: done() is not called. NULL is fine. */
void password_check_free(struct password_check *check);

#endif
