/* Why a request does not become a message.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_FAULT_H
#define DM_HTTP_FAULT_H

#include <stdbool.h>

#include "dm/dm.h"

/* outcome is DM_OK where nothing is wrong; text is static, NULL for the outcome's own. */
typedef struct dmi_fault {
  int outcome;
  const char *text;
} dmi_fault;

/* Nothing is wrong. */
#define NO_FAULT ((dmi_fault){DM_OK, NULL})

/* The host's allocator said no. */
#define OUT_OF_MEMORY ((dmi_fault){DM_INTERNAL_SERVER_ERROR, "Out of memory."})

/* Whether something is wrong. */
static inline bool dmi_failed(dmi_fault found) {
  return found.outcome != DM_OK;
}

#endif
