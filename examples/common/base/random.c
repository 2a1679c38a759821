/* Random bytes that nobody can guess.
 *
 * SPDX-License-Identifier: MIT
 */
#if defined(__linux__)
#define _DEFAULT_SOURCE /* getentropy() */
#endif

#include "common/base/random.h"

#include <sys/random.h>
#include <unistd.h>

bool random_fill(void *out, size_t len) {
  return getentropy(out, len) == 0;
}
