/* dm-policy check.
 *
 * SPDX-License-Identifier: MIT
 */
#include "commands.h"
#include "common/known_values.h"
#include "common/policies.h"
#include "policy_file.h"
#include "text.h"

/* Other hosts may know more than the programs here do: this is no fault. */
static void warn(const policy_file *d) {
  dm_span key;
  size_t statement;
  unsigned line, column;
  if (!known_values_lack(d->policy, &key, &statement))
    return;
  policy_statement_position(bytes_span(&d->text), statement, &line, &column);
  text_print(stdout, dm_text(d->path));
  printf(":%u:%u: warning: names ", line, column);
  text_print(stdout, key);
  puts(", of which dm-broker and dm-sidecar know nothing; they refuse this policy");
}

int command_check(int argc, char **argv) {
  if (argc == 0) {
    fputs("dm-policy: check which files? (try --help)\n", stderr);
    return EXIT_MISUSED;
  }
  int status = EXIT_GOOD;
  for (int i = 0; i < argc; i++) {
    policy_file d;
    if (!policy_file_read(&d, argv[i], stdout))
      status = EXIT_BAD;
    else
      warn(&d);
    policy_file_free(&d);
  }
  return status;
}
