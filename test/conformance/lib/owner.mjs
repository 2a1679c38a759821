/* What is opened during a test and has to be closed after it, however the test ends.
 *
 * SPDX-License-Identifier: MIT
 */
export class Owner {
  #owned = new Set();

  /* Something to be closed at the end, whatever happens to the test that opened it. */
  owns(close) {
    this.#owned.add(close);
  }

  closeOwned() {
    for (const close of this.#owned) close();
    this.#owned.clear();
  }
}
