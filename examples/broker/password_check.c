/* Comparing passwords with what is stored of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "password_check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/loop/workers.h"
#include "dm/auth.h"

/* So many passwords may wait for their turn. */
#define CHECKS_MAX 32

/* The thread that makes it looks at nothing else. */
struct password_check {
  loop_work work; /* first */
  struct password_checks *all;
  void (*done)(void *user); /* NULL: nobody waits */
  void *user;
  bool over;
  bool good;
  char stored[DM_PASSWORD_STORED_MAX + 1];
  size_t len;
  char password[];
};

static void compare(loop_work *work) {
  struct password_check *check = (struct password_check *)work;
  check->good =
      dm_password_verify(dm_text(check->stored), dm_bytes(check->password, check->len)) == DM_OK;
}

/* The password has done its work. */
static void on_compared(loop_work *work, bool ran) {
  struct password_check *check = (struct password_check *)work;
  (void)ran;
  dm_auth_wipe(check->password, check->len);
  check->over = true;
  check->all->count--;
  if (check->done == NULL)
    free(check);
  else
    check->done(check->user);
}

struct password_check *password_check_begin(struct password_checks *all, const char *stored,
                                            dm_span password, void (*done)(void *user),
                                            void *user) {
  if (all->count == CHECKS_MAX)
    return NULL;
  struct password_check *check = calloc(1, sizeof *check + password.len);
  if (check == NULL)
    return NULL;
  check->work = (loop_work){.run = compare, .done = on_compared};
  check->all = all;
  check->done = done;
  check->user = user;
  snprintf(check->stored, sizeof check->stored, "%s", stored);
  check->len = password.len;
  if (password.len > 0)
    memcpy(check->password, password.ptr, password.len);
  if (!work_start(all->loop, &check->work)) {
    dm_auth_wipe(check->password, check->len);
    free(check);
    return NULL;
  }
  all->count++;
  return check;
}

bool password_check_passed(const struct password_check *check, const char *stored) {
  return check->over && check->good && strcmp(check->stored, stored) == 0;
}

void password_check_free(struct password_check *check) {
  if (check == NULL)
    return;
  if (check->over) {
    free(check);
    return;
  }
  check->done = NULL;
  work_cancel(&check->work);
}
