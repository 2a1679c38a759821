/* UTF-8 as RFC 3629 defines it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_UTF8_H
#define DM_BASE_UTF8_H

#include <stdbool.h>

#include "dm/types.h"

/* Whether every byte belongs to a well-formed character: no overlong form, no
 * surrogate, nothing above U+10FFFF. U+0000 is well formed. */
bool dmi_utf8_valid(dm_span bytes);

/* Well-formed UTF-8 without U+0000: a UTF-8 Encoded String of MQTT [MQTT-1.5.4-1],
 * [MQTT-1.5.4-2], its length apart. */
bool dmi_utf8_valid_mqtt(dm_span bytes);

/* Well-formed UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F) and
 * non-characters: what MQTT lets a receiver close its connection at (MQTT 5 section 1.5.4). */
bool dmi_utf8_valid_text(dm_span bytes);

/* The length in bytes of the character that starts with `first`, 1 to 4; 1 for a byte
 * that cannot start one. */
size_t dmi_utf8_length(unsigned char first);

#endif
