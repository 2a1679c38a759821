/* Chance, by SplitMix64.
 *
 * SPDX-License-Identifier: MIT
 */
#include "chance.h"

static uint64_t state;

static uint64_t word(void) {
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

void chance_begin(uint64_t seed) {
  state = seed;
}

unsigned chance_below(unsigned limit) {
  return (unsigned)(word() % limit);
}

bool chance_one_in(unsigned n) {
  return chance_below(n) == 0;
}
