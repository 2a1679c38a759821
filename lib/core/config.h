/* The configuration: its defaults, and whether it is sound.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_CONFIG_H
#define DM_CORE_CONFIG_H

#include <stdbool.h>

#include "dm/dm.h"

/* Puts the default names where nothing is said. */
void dmi_config_fill_names(dm_config *config);

/* Whether a configuration with its defaults can be used, its limits apart. */
bool dmi_config_sound(const dm_config *config);

#endif
