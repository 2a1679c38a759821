/* dm-policy: check, explain and evaluate policies.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "check_command.h"
#include "dm/dm.h"
#include "eval_command.h"
#include "exit_status.h"
#include "explain_command.h"

static const char help[] =
    "usage: dm-policy check FILE...\n"
    "       dm-policy explain --policy FILE... --action ACTION --resource ARN\n"
    "                         [--context KEY=VALUE...]\n"
    "       dm-policy eval\n"
    "       dm-policy --help | --version\n"
    "\n"
    "Policies are documents in the syntax of AWS IoT and IAM.\n"
    "\n"
    "check    reads documents and says where one is not understood: FILE:LINE:COLUMN: text.\n"
    "         Exit status 0 if all are fine, 1 if one is refused. Warns of what dm-broker and\n"
    "         dm-sidecar refuse: a condition key or policy variable that AWS knows and they\n"
    "         never do, such as aws:PrincipalArn; of a Deny that denies nothing there;\n"
    "         and of a condition on a key of several values that does not say which are meant.\n"
    "\n"
    "explain  says whether all these policies together allow a request, and which statement\n"
    "         decided; where none did, how near each came. A context key with several values\n"
    "         is given several times. Exit status 0 if it is allowed, 1 if it is denied.\n"
    "\n"
    "         dm-policy explain --policy sender.json --action iot:SendDirectMessage \\\n"
    "           --resource arn:aws:iot:eu-west-1:123456789012:client/boiler-7 \\\n"
    "           --context iot:Topic=commands/restart\n"
    "\n"
    "eval     reads requests from standard input, one JSON object a line,\n"
    "           {\"policies\":[DOCUMENT,...],\"action\":\"...\",\"resource\":\"...\",\n"
    "            \"context\":{\"key\":\"value\",\"other\":[\"value\",...]}}\n"
    "         and answers each with a line at once: a \"decision\", \"allowed\",\n"
    "         \"explicitDeny\" or \"implicitDeny\", and the places of the \"policy\" and of the\n"
    "         \"statement\" that decided, from 0, or null; or what is wrong as an \"error\".\n"
    "\n"
    "Exit status 2: wrong arguments, or a policy to explain that cannot be used.\n";

typedef struct command {
  const char *name;
  int (*run)(int argc, char **argv);
} command;

static const command commands[] = {
    {"check", command_check},
    {"explain", command_explain},
    {"eval", command_eval},
};

static int answer(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (strcmp(argv[i], "--help") == 0)
      return fputs(help, stdout) < 0 ? EXIT_MISUSED : EXIT_GOOD;
  if (argc == 2 && strcmp(argv[1], "--version") == 0)
    return printf("dm-policy %s\n", dm_version()) < 0 ? EXIT_MISUSED : EXIT_GOOD;
  for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
    if (strcmp(argv[1], commands[i].name) == 0)
      return commands[i].run(argc - 2, argv + 2);
  fputs("dm-policy: check, explain or eval? (try --help)\n", stderr);
  return EXIT_MISUSED;
}

int main(int argc, char **argv) {
  int status = answer(argc, argv);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fputs("dm-policy: standard output cannot be written\n", stderr);
    return EXIT_MISUSED;
  }
  return status;
}
