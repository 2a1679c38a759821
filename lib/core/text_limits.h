/* The most bytes of the texts that the public headers do not name.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_TEXT_LIMITS_H
#define DM_CORE_TEXT_LIMITS_H

enum {
  THING_NAME_MAX = 128,
  IP_MAX = 45, /* "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255" */
  INVOCATION_ID_MAX = 64,
  TRACE_PARENT_LEN = 55 /* "00-<32 digits>-<16 digits>-<2 digits>" */
};

#endif
