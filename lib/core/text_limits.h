/* The most bytes of the texts that name a message and its caller.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_TEXT_LIMITS_H
#define DM_CORE_TEXT_LIMITS_H

enum {
  CLIENT_ID_MAX = 128,
  TOPIC_MAX = 256,
  PRINCIPAL_MAX = 256,
  THING_NAME_MAX = 128,
  IP_MAX = 45, /* "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255" */
  INVOCATION_ID_MAX = 64
};

#endif
