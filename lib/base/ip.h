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
typedef struct ip_address {
  uint8_t bytes[16];
} ip_address;

/* All addresses that begin with the same bits. */
typedef struct ip_range {
  ip_address first;
  unsigned prefix; /* how many bits */
} ip_range;

/* Reads "203.0.113.7" or "2001:db8::7"; no zone. */
bool ip_read_address(dm_span text, ip_address *out);

/* Reads an address, or an address, '/' and the length of the prefix (RFC 4632, RFC 4291
 * section 2.3); bits behind the prefix do not count. */
bool ip_read_range(dm_span text, ip_range *out);

/* Whether an address is in a range. No IPv4 address is in a range that is wider than all of
 * IPv4. */
bool ip_in_range(const ip_address *address, const ip_range *range);

#endif
