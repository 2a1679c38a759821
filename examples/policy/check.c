/* dm-policy check.
 *
 * SPDX-License-Identifier: MIT
 */
#include "commands.h"
#include "common/known_keys.h"
#include "common/policies.h"
#include "policy_file.h"
#include "text.h"

/* Other hosts may know more than the programs here do: this is no fault. */
static void warn(const policy_file *d, const missing_key *missing, known_side side) {
  char text[MISSING_KEY_TEXT];
  unsigned line, column;
  policy_statement_position(bytes_span(&d->text), missing->statement, &line, &column);
  text_print(stdout, dm_text(d->path));
  printf(":%u:%u: warning: ", line, column);
  text_print(stdout, dm_text(missing_key_text(missing, side, text)));
  printf(": dm-broker and dm-sidecar refuse it%s\n", !missing->of_this_side ? ""
                                                     : side == KNOWN_OF_CALLERS
                                                         ? " among senderPolicies"
                                                         : " among receiverPolicies");
}

static void warn_of_both_sides(const policy_file *d) {
  missing_key missing;
  if (known_keys_lack(d->policy, KNOWN_OF_CALLERS, &missing)) {
    warn(d, &missing, KNOWN_OF_CALLERS);
    if (!missing.of_this_side)
      return;
  }
  if (known_keys_lack(d->policy, KNOWN_OF_DEVICES, &missing))
    warn(d, &missing, KNOWN_OF_DEVICES);
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
      warn_of_both_sides(&d);
    policy_file_free(&d);
  }
  return status;
}
