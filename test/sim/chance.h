/* Chance, the same again from the same seed; also with another compiler, so long as no
 * expression asks twice in an order that C leaves open.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_SIM_CHANCE_H
#define TEST_SIM_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

void chance_begin(uint64_t seed);

/* A number from 0 to limit - 1. */
unsigned chance_below(unsigned limit);

bool chance_one_in(unsigned n);

#endif
