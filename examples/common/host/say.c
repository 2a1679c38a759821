/* Telling people something, on standard error.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/say.h"

#include <stdarg.h>
#include <stdio.h>

void say(const char *program, const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(stderr, "%s: %s\n", program, text);
}
