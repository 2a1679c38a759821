/* What dm-policy can be told to do. Each function is given the arguments behind the
 * command's name and returns the program's exit status.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef POLICY_COMMANDS_H
#define POLICY_COMMANDS_H

enum {
  EXIT_GOOD = 0,   /* all documents are fine, the request is allowed */
  EXIT_BAD = 1,    /* a document is refused, the request is denied */
  EXIT_MISUSED = 2 /* nothing could be found out */
};

/* Says of each file what is wrong with it. */
int command_check(int argc, char **argv);

/* Says how a request is decided, and by what. */
int command_explain(int argc, char **argv);

/* Decides the requests on standard input, one a line. */
int command_eval(int argc, char **argv);

#endif
