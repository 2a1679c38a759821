/* Running a command inside of a test, with its input and what it prints.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "captured.h"

/* ---- Streams ---- */

/* One of the standard streams, standing for a file for a while. */
typedef struct redirection {
  int fd;
  int saved;
  FILE *file;
} redirection;

static redirection redirect(FILE *stream) {
  redirection r = {fileno(stream), 0, tmpfile()};
  assert_non_null(r.file);
  fflush(stream);
  r.saved = dup(r.fd);
  assert_true(r.saved >= 0 && dup2(fileno(r.file), r.fd) >= 0);
  return r;
}

static void restore(redirection *r, FILE *stream, char *text) {
  fflush(stream);
  clearerr(stream);
  assert_true(dup2(r->saved, r->fd) >= 0);
  close(r->saved);
  rewind(r->file);
  size_t len = text == NULL ? 0 : fread(text, 1, CAPTURED_MAX - 1, r->file);
  if (text != NULL)
    text[len] = '\0';
  fclose(r->file);
}

static void feed(redirection *in, const char *input, size_t len) {
  assert_int_equal(fwrite(input, 1, len, in->file), len);
  rewind(in->file);
  clearerr(stdin);
  rewind(stdin);
}

void captured_run(captured *c, captured_command *command, const char *const *arguments,
                  const char *input, size_t len) {
  int argc = 0;
  while (arguments[argc] != NULL)
    argc++;
  redirection in = redirect(stdin), out = redirect(stdout), err = redirect(stderr);
  feed(&in, input, len);
  c->status = command(argc, (char **)(uintptr_t)arguments);
  restore(&err, stderr, c->err);
  restore(&out, stdout, c->out);
  restore(&in, stdin, NULL);
}

/* ---- Files ---- */

#define FILES_MAX 20

static char folder[100];
static char paths[FILES_MAX][200];
static size_t count;

const char *captured_file(const char *name, const char *text) {
  if (folder[0] == '\0') {
    snprintf(folder, sizeof folder, "/tmp/test-policy-XXXXXX");
    assert_non_null(mkdtemp(folder));
  }
  assert_true(count < FILES_MAX);
  char *path = paths[count++];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
  return path;
}

void captured_clean(void) {
  while (count > 0)
    remove(paths[--count]);
  if (folder[0] != '\0')
    rmdir(folder);
  folder[0] = '\0';
}
