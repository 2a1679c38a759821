/* dm-policy check.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef POLICY_CHECK_COMMAND_H
#define POLICY_CHECK_COMMAND_H

/* Says of each file what is wrong with it. Is given the arguments behind the command's name
 * and returns the program's exit status. */
int command_check(int argc, char **argv);

#endif
