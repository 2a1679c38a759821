/* Reading configuration, policies and certificates again while running, as SIGHUP asks for.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_HOST_RELOAD_H
#define COMMON_HOST_RELOAD_H

#include "common/host/service.h"

/* Either all of it is understood, and the new policies, limits and certificates take effect; or
 * a line on standard error says what is wrong, nothing changes, and false is returned. Not from
 * inside a dm_ call: nobody may be using the policies that are released. */
bool reload(service *s, int argc, char **argv);

#endif
