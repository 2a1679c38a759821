/* What every program can be told, and the defaults.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CONFIG_SETTINGS_ROWS_H
#define COMMON_CONFIG_SETTINGS_ROWS_H

#include "common/config/settings_types.h"

extern const settings_field settings_common_fields[];

/* Those of the limits apart, which are the library's. */
extern const settings settings_common_defaults;

#endif
