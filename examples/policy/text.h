/* Other people's text for a person's terminal.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef POLICY_TEXT_H
#define POLICY_TEXT_H

#include <stdio.h>

#include "dm/types.h"

/* Prints text in which whatever is not plain UTF-8 without control characters, formatting
 * characters of either direction too, stands as \xNN. */
void text_print(FILE *out, dm_span text);

/* The same between quotation marks. */
void text_quote(FILE *out, dm_span text);

#endif
