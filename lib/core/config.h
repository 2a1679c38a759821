/* The configuration: its defaults, and whether it is sound.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CORE_CONFIG_H
#define DM_CORE_CONFIG_H

#include <stdbool.h>

#include "dm/dm.h"

/* Puts the defaults where nothing is said. */
void dmi_config_fill_names(dm_config *config);
void dmi_config_fill_limits(dm_config *config);

/* Whether a configuration with its defaults, or only its limits, can be used. */
bool dmi_config_sound(const dm_config *config);
bool dmi_config_limits_sound(const dm_config *config);

/* Copies the limits and nothing else. */
void dmi_config_copy_limits(dm_config *to, const dm_config *from);

#endif
