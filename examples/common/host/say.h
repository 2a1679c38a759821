/* Telling people something, on standard error.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HOST_SAY_H
#define COMMON_HOST_SAY_H

/* One line: the program's name, a colon, the text. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void say(const char *program, const char *format, ...);

#endif
