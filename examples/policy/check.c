/* dm-policy check.
 *
 * SPDX-License-Identifier: MIT
 */
#include "commands.h"
#include "policy_file.h"

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
      policy_file_free(&d);
  }
  return status;
}
