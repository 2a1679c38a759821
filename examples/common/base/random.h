/* Random bytes that nobody can guess.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_BASE_RANDOM_H
#define COMMON_BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/* Fills `out`, at most 256 bytes; false when the system gives none. */
bool random_fill(void *out, size_t len);

#endif
