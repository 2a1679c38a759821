/* Whether a message is well formed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_MESSAGE_H
#define DM_CORE_MESSAGE_H

#include <stdbool.h>

#include "dm/dm.h"

/* Whether a client ID is one that a message can name: 1..128 bytes of UTF-8 without NUL,
 * not beginning with '$'. */
bool dmi_client_id_valid(dm_span client_id);

/* A host's message as this library knows it, in its place or in *room; NULL for one that
 * breaks the API's contract: its size, and no NULL with a length. Its caller apart. */
const dm_message *dmi_message_read(const dm_message *given, dm_message *room);

/* DM_OK, or the outcome that says what is wrong with a message. */
int dmi_message_check(const dm_limits *limits, const dm_message *message);

/* The bytes of the PUBLISH packet that carries a message to a receiver of this protocol
 * level; UINT64_MAX for one that no packet can hold. */
uint64_t dmi_message_packet_size(const dm_message *message, uint8_t protocol_level);

#endif
