/* dm-policy explain.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef POLICY_EXPLAIN_COMMAND_H
#define POLICY_EXPLAIN_COMMAND_H

/* Says how a request is decided, and by what. Is given the arguments behind the command's name
 * and returns the program's exit status. */
int command_explain(int argc, char **argv);

#endif
