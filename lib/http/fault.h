/* Why a request does not become a message.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_FAULT_H
#define DM_HTTP_FAULT_H

#include <stdbool.h>

#include "dm/dm.h"

/* outcome is DM_OK where nothing is wrong; text is static, NULL for the outcome's own. */
typedef struct fault {
  int outcome;
  const char *text;
} fault;

/* Nothing is wrong. */
#define NO_FAULT ((fault){DM_OK, NULL})

/* The host's allocator said no. */
#define OUT_OF_MEMORY ((fault){DM_INTERNAL_SERVER_ERROR, "Out of memory."})

/* Whether something is wrong. */
static inline bool failed(fault found) {
  return found.outcome != DM_OK;
}

#endif
