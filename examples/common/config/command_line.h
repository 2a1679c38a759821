/* The command line of a program: options by the tables of its settings.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CONFIG_COMMAND_LINE_H
#define COMMON_CONFIG_COMMAND_LINE_H

#include "common/config/settings_table.h"

typedef struct command_line {
  const char *program; /* "dm-broker", for messages */
  int argc;
  char **argv; /* must live as long as what is read from it */
} command_line;

/* Fills what the options name, by tables, and *config with the value of --config. False with *p
 * filled where something is wrong; questions do not count. */
bool command_line_read(const command_line *line, const settings_table *tables, const char **config,
                       problem *p);

/* The first question on it: "--help", "-h" or "--version"; NULL: there is none. */
const char *command_line_question(const command_line *line);

#endif
