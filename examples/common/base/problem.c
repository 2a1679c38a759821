/* What is wrong, in one line.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/base/problem.h"

#include <stdarg.h>
#include <stdio.h>

bool problem_set(problem *p, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (vsnprintf(p->text, sizeof p->text, format, arguments) < 0)
    p->text[0] = '\0';
  va_end(arguments);
  for (char *c = p->text; *c != '\0'; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f)
      *c = '?';
  return false;
}
