/* IP addresses as text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_AUTH_IP_TEXT_H
#define DM_AUTH_IP_TEXT_H

#include "base/writer.h"

/* Appends "203.0.113.7" for 4 bytes, "2001:db8::7" for 16; false for any other number. */
bool dmi_address_write(dmi_writer *w, dm_span address);

#endif
