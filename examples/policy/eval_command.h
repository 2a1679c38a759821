/* dm-policy eval.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef POLICY_EVAL_COMMAND_H
#define POLICY_EVAL_COMMAND_H

/* Decides the requests on standard input, one a line. Is given the arguments behind the command's
 * name and returns the program's exit status. */
int command_eval(int argc, char **argv);

#endif
