/* What becomes of a message that is handed over at QoS 1: from state to state.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_PENDING_H
#define DM_CORE_PENDING_H

#include "core/context.h"

/* Takes a place for a message of this connection, OFFERED, with its deadline; without a
 * connection it takes none in a window. NULL when out of memory, and then nothing has
 * changed. */
dmi_pending *dmi_pending_offer(dm_context *context, dmi_connection *receiver,
                               const dm_message *message, const dm_caller *caller);

/* ---- What happens to it ------------------------------------------------- */

typedef enum dmi_happening {
  HAPPENED_TAKEN,    /* deliver() returned DM_OK */
  HAPPENED_REFUSED,  /* deliver() refused */
  HAPPENED_ACCEPTED, /* its PUBACK came */
  HAPPENED_REJECTED, /* its PUBACK came with a reason code of 0x80 or more */
  HAPPENED_DEADLINE,
  HAPPENED_DISCONNECT, /* or its connection was taken over */
  HAPPENED_CANCEL,
  HAPPENED_STOP
} dmi_happening;

/* Each of these functions calls out last, where somebody is to be told: everything about the
 * message is in order then. */

/* deliver() has returned. Whether dm_send() answers with *result; else it does with the host's
 * refusal. */
bool dmi_pending_delivered(dm_context *context, dmi_pending *entry, bool taken, dm_result *result);

/* Its PUBACK has come, on its connection. False where one had come before. */
bool dmi_pending_acknowledge(dm_context *context, dmi_pending *entry, uint8_t reason_code);

/* HAPPENED_DEADLINE or one of those behind it. False where nobody waited any more. */
bool dmi_pending_end(dm_context *context, dmi_pending *entry, dmi_happening why);

#endif
