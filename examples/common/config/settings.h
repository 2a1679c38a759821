/* The command line and the configuration file of an example program.
 *
 * Both are read by tables: a row says which key of the file and which option of the
 * command line fills which member of a structure. The command line beats the file, the
 * file beats the defaults. Whatever is not understood in full is refused in one line,
 * with its place: FILE:LINE:COLUMN: what is wrong.
 *
 * A program that is given no file allows everybody everything. A program that is given
 * one allows what its policies allow, and has to be told which they are.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CONFIG_SETTINGS_H
#define COMMON_CONFIG_SETTINGS_H

#include "common/base/problem.h"
#include "common/config/settings_types.h"

/* Reads the command line and the file that it names. Returns true when the program is to
 * run. Else everything that there is to say was printed (--help, --version, one line of
 * what is wrong), *exit_status is set, and `s` needs no settings_free(). `argv` must live
 * as long as the settings. */
bool settings_start(settings *s, const settings_program *program, int argc, char **argv,
                    int *exit_status);

/* The same without printing, for reading everything once more while running. On failure
 * *p holds the line and `s` needs no settings_free(). --help and --version count for
 * nothing here. */
bool settings_load(settings *s, const settings_program *program, int argc, char **argv, problem *p);

void settings_free(settings *s);

/* Whether some port speaks TLS. */
bool settings_want_tls(const settings *s);

#endif
