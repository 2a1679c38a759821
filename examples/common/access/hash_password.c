/* --hash-password.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/hash_password.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/random.h"
#include "dm/auth.h"

/* What MQTT can carry. */
#define PASSWORD_MAX 65535

#define SALT_SIZE 16

static size_t read_line(char *out, size_t size) {
  setvbuf(stdin, NULL, _IONBF, 0); /* no copy of it stays behind */
  size_t len = fread(out, 1, size, stdin);
  const char *end = memchr(out, '\n', len);
  return end == NULL ? len : (size_t)(end - out);
}

int hash_password(const char *program) {
  char password[PASSWORD_MAX + 1];
  char salt[SALT_SIZE];
  char stored[DM_PASSWORD_STORED_MAX];
  size_t stored_len = 0;
  size_t len = read_line(password, sizeof password);
  if (len == 0 || len > PASSWORD_MAX) {
    fprintf(stderr, "%s: a password of 1 to %d bytes is expected on standard input\n", program,
            PASSWORD_MAX);
    return 2;
  }
  bool good = random_fill(salt, sizeof salt) &&
              dm_password_hash(dm_bytes(password, len), dm_bytes(salt, sizeof salt), 0, stored,
                               sizeof stored, &stored_len) == DM_OK;
  dm_auth_wipe(password, sizeof password);
  if (!good) {
    fprintf(stderr, "%s: cannot hash a password\n", program);
    return 1;
  }
  printf("%.*s\n", (int)stored_len, stored);
  return 0;
}
