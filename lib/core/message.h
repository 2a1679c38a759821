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

/* Whether a caller is described within the limits; if not, *text says what is too long. */
int dmi_caller_check(dm_span principal, dm_span source_ip, dm_span invocation_id,
                     const char **text);

/* Whether the structure keeps the API's contract: its size, and no NULL with a length. */
bool dmi_message_sound(const dm_message *message);

/* DM_OK, or the outcome that says what is wrong with a message; *text may be set to say
 * it more precisely. */
int dmi_message_check(const dm_limits *limits, const dm_message *message, const char **text);

/* The bytes of the PUBLISH packet that carries a message to a receiver of this protocol
 * level; UINT64_MAX for one that no packet can hold. */
uint64_t dmi_message_packet_size(const dm_message *message, uint8_t protocol_level);

#endif
