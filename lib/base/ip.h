/* IP addresses and ranges of them, read from text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_IP_H
#define DM_BASE_IP_H

#include <stdbool.h>

#include "dm/types.h"

/* An IPv6 address; an IPv4 address as the IPv6 address that stands for it (RFC 4291
 * section 2.5.5.2), which is how a socket for both shows it. */
typedef struct dmi_ip_address {
  uint8_t bytes[16];
} dmi_ip_address;

/* All addresses that begin with the same bits. */
typedef struct dmi_ip_range {
  dmi_ip_address first;
  unsigned prefix; /* how many bits */
} dmi_ip_range;

/* Reads "203.0.113.7" or "2001:db8::7"; no zone. */
bool dmi_ip_read_address(dm_span text, dmi_ip_address *out);

/* Reads an address, or an address, '/' and the length of the prefix (RFC 4632, RFC 4291
 * section 2.3); bits behind the prefix do not count. */
bool dmi_ip_read_range(dm_span text, dmi_ip_range *out);

/* Whether an address is in a range. No IPv4 address is in a range that is wider than all of
 * IPv4. */
bool dmi_ip_in_range(const dmi_ip_address *address, const dmi_ip_range *range);

#endif
