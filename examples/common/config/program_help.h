/* What --help says of every example host.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CONFIG_PROGRAM_HELP_H
#define COMMON_CONFIG_PROGRAM_HELP_H

extern const char program_help_options[];
extern const char program_help_tls[];
extern const char program_help_signals[];

#endif
