/* Running a command inside of a test, with its input and what it prints.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_EXAMPLES_CAPTURED_H
#define TEST_EXAMPLES_CAPTURED_H

#define CAPTURED_MAX 20000

typedef struct captured {
  int status;
  char out[CAPTURED_MAX]; /* standard output, NUL-terminated */
  char err[CAPTURED_MAX]; /* standard error */
} captured;

typedef int captured_command(int argc, char **argv);

/* Runs a command with arguments that end in NULL, and with `input` of `len` bytes. */
void captured_run(captured *c, captured_command *command, const char *const *arguments,
                  const char *input, size_t len);

/* Writes a file into a folder that is removed by captured_clean() and returns its path, which
 * is valid until then. */
const char *captured_file(const char *name, const char *text);

void captured_clean(void);

#endif
