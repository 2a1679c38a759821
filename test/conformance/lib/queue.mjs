/* What has happened, in its order, and who waits for something to happen.
 *
 * SPDX-License-Identifier: MIT
 */
export class Queue {
  #items = [];
  #takers = [];
  #ending = null;

  push(item) {
    const i = this.#takers.findIndex(({ wanted }) => wanted(item));
    if (i < 0) this.#items.push(item);
    else this.#takers.splice(i, 1)[0].resolve(item);
  }

  /* The first item that is wanted: it leaves the queue. Waits until there is one. */
  take(wanted = () => true) {
    const i = this.#items.findIndex(wanted);
    if (i >= 0) return Promise.resolve(this.#items.splice(i, 1)[0]);
    if (this.#ending) return Promise.reject(this.#ending);
    return new Promise((resolve, reject) => this.#takers.push({ wanted, resolve, reject }));
  }

  /* The items that nobody has taken. */
  get items() {
    return [...this.#items];
  }

  /* Nothing more comes: whoever waits, now or later, is given the error. */
  end(error) {
    this.#ending ??= error;
    for (const { reject } of this.#takers.splice(0)) reject(this.#ending);
  }
}
