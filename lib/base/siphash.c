/* SipHash-2-4: a keyed hash, for keys that strangers choose and for unguessable numbers.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/siphash.h"

typedef struct state {
  uint64_t v0, v1, v2, v3;
} state;

static inline uint64_t rotate(uint64_t value, unsigned bits) {
  return value << bits | value >> (64 - bits);
}

static uint64_t little_endian(const uint8_t *bytes, size_t len) {
  uint64_t value = 0;
  for (size_t i = 0; i < len; i++)
    value |= (uint64_t)bytes[i] << (8 * i);
  return value;
}

/* Written out so that compilers see one load. */
static uint64_t eight_bytes(const uint8_t *b) {
  return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
         (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

static inline void round_once(state *s) {
  s->v0 += s->v1;
  s->v2 += s->v3;
  s->v1 = rotate(s->v1, 13) ^ s->v0;
  s->v3 = rotate(s->v3, 16) ^ s->v2;
  s->v0 = rotate(s->v0, 32);
  s->v2 += s->v1;
  s->v0 += s->v3;
  s->v1 = rotate(s->v1, 17) ^ s->v2;
  s->v3 = rotate(s->v3, 21) ^ s->v0;
  s->v2 = rotate(s->v2, 32);
}

static inline void absorb(state *s, uint64_t word) {
  s->v3 ^= word;
  round_once(s);
  round_once(s);
  s->v0 ^= word;
}

dmi_siphash_key dmi_siphash_key_from(const uint8_t bytes[16]) {
  return (dmi_siphash_key){{eight_bytes(bytes), eight_bytes(bytes + 8)}};
}

uint64_t dmi_siphash(dmi_siphash_key key, dm_span bytes) {
  state s = {key.word[0] ^ 0x736f6d6570736575u, key.word[1] ^ 0x646f72616e646f6du,
             key.word[0] ^ 0x6c7967656e657261u, key.word[1] ^ 0x7465646279746573u};
  const uint8_t *at = (const uint8_t *)bytes.ptr;
  size_t left = bytes.len;
  for (; left >= 8; at += 8, left -= 8)
    absorb(&s, eight_bytes(at));
  absorb(&s, (uint64_t)bytes.len << 56 | little_endian(at, left));
  s.v2 ^= 0xff;
  for (int i = 0; i < 4; i++)
    round_once(&s);
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
