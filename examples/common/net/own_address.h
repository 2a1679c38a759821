/* Whether who connects to an address comes to a listener of our own: a relay that dials itself
 * would go on until its file descriptors are gone.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_NET_OWN_ADDRESS_H
#define COMMON_NET_OWN_ADDRESS_H

#include "common/net/listener.h"

/* Looks the name up, which may wait; a name that cannot be found reaches nobody. A listener on
 * 0.0.0.0 or [::] is reached by every address of this machine. */
bool own_address_reaches(const listener *l, const address *to);

#endif
