/* Numbers that look random and come again with the same seed.
 *
 * SPDX-License-Identifier: MIT
 */

/* What DM_SEED asks for, else something new. */
export const SEED = Number(process.env.DM_SEED ?? Math.floor(Math.random() * 2 ** 31));

export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /* From 0 up to, not including, 1: the generator mulberry32. */
  fraction() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /* A whole number below a limit. */
  below(limit) {
    return Math.floor(this.fraction() * limit);
  }

  /* Whether something happens that does so once in so many times. */
  oneIn(count) {
    return this.below(count) === 0;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  bytes(count) {
    return Buffer.alloc(count, this.below(256));
  }

  /* The same bytes in pieces. */
  cut(bytes) {
    const pieces = [];
    for (let left = bytes; left.length > 0;) {
      const size = this.oneIn(3) ? 1 + this.below(8) : 1 + this.below(2 * left.length);
      pieces.push(left.subarray(0, size));
      left = left.subarray(size);
    }
    return pieces;
  }
}

/* Runs a test with numbers of its own; where it fails it says how to have them again. */
export async function withRandom(number, body) {
  try {
    await body(new Random(SEED + number));
  } catch (error) {
    error.message = `with DM_SEED=${SEED}: ${error.message}`;
    throw error;
  }
}
