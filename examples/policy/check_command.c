/* dm-policy check.
 *
 * SPDX-License-Identifier: MIT
 */
#include "check_command.h"

#include <string.h>

#include "common/access/known_keys.h"
#include "common/access/policy_position.h"
#include "common/base/ascii.h"
#include "exit_status.h"
#include "policy_file.h"
#include "text.h"

/* Other hosts may know more than the programs here do, and ask more: what follows is no fault. */
static void warn(const policy_file *d, size_t statement, const char *what, const char *then) {
  unsigned line, column;
  policy_statement_position(bytes_span(&d->text), statement, &line, &column);
  text_print(stdout, dm_text(d->path));
  printf(":%u:%u: warning: ", line, column);
  text_print(stdout, dm_text(what));
  puts(then);
}

static void warn_of_key(const policy_file *d, const missing_key *missing, known_side side) {
  char text[MISSING_KEY_TEXT];
  const char *then = ": dm-broker and dm-sidecar refuse it";
  if (missing->of_this_side)
    then = side == KNOWN_OF_CALLERS ? ": dm-broker and dm-sidecar refuse it among senderPolicies"
                                    : ": dm-broker and dm-sidecar refuse it among receiverPolicies";
  warn(d, missing->statement, missing_key_text(missing, side, text), then);
}

static void warn_of_keys(const policy_file *d) {
  missing_key missing;
  bool of_callers = known_keys_lack(d->policy, KNOWN_OF_CALLERS, &missing);
  if (of_callers)
    warn_of_key(d, &missing, KNOWN_OF_CALLERS);
  bool said = of_callers && !missing.of_this_side;
  if (!said && known_keys_lack(d->policy, KNOWN_OF_DEVICES, &missing))
    warn_of_key(d, &missing, KNOWN_OF_DEVICES);
}

static int warn_of_several(void *user, dm_span condition, dm_span key, size_t statement) {
  char text[600];
  bool set = memchr(condition.ptr, ':', condition.len) != NULL;
  if (set || ascii_same(condition, dm_text("Null")) || !known_key_of_several(key))
    return 0;
  snprintf(text, sizeof text, "%.*s does not say which of the values of %.*s are meant",
           (int)condition.len, condition.ptr, (int)key.len, key.ptr);
  warn(user, statement, text,
       ": with several an Allow does not apply and a Deny does; put ForAnyValue: or ForAllValues: "
       "in front");
  return 0;
}

/* A misspelt action, perhaps. */
static void warn_of_actions(const policy_file *d, size_t statement) {
  const dm_policy_request nothing = {.size = sizeof nothing};
  dm_policy_match match = {.size = sizeof match};
  if (dm_policy_explain(d->policy, statement, &nothing, &match) == DM_OK &&
      match.effect == DM_POLICY_EXPLICIT_DENY &&
      !known_denial(d->policy, statement, KNOWN_OF_CALLERS) &&
      !known_denial(d->policy, statement, KNOWN_OF_DEVICES))
    warn(d, statement, "denies nothing that dm-broker and dm-sidecar ask about", "");
}

static void warn_of_all(policy_file *d) {
  warn_of_keys(d);
  dm_policy_conditions(d->policy, warn_of_several, d);
  for (size_t i = 0; i < dm_policy_statement_count(d->policy); i++)
    warn_of_actions(d, i);
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
      warn_of_all(&d);
    policy_file_free(&d);
  }
  return status;
}
