/* SipHash-2-4: a keyed hash, for keys that strangers choose and for unguessable numbers.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_BASE_SIPHASH_H
#define DM_BASE_SIPHASH_H

#include "dm/types.h"

typedef struct dmi_siphash_key {
  uint64_t word[2];
} dmi_siphash_key;

/* Reads a key from 16 bytes, little-endian. */
dmi_siphash_key dmi_siphash_key_from(const uint8_t bytes[16]);

/* The 64-bit hash of `bytes` under `key`. */
uint64_t dmi_siphash(dmi_siphash_key key, dm_span bytes);

#endif
