/* A tap in TCP connections: passes everything on, and keeps a record of it.
 *
 * SPDX-License-Identifier: MIT
 */
import net from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

import { listen } from './child.mjs';
import { Owner } from './owner.mjs';

/* What was shut down cannot be reset any more. */
const reset = (socket) => (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy());

/* Where somebody connects instead of `target`, which has a mqttPort and may start later. */
export class Tap extends Owner {
  /* One for each connection: pieces of bytes in the order in which they came,
   * { fromDevice, bytes }; finished: a promise for its end. */
  records = [];

  #server;
  #cut;

  /* cut: makes pieces of some bytes, which are then passed on one by one. */
  constructor(target, cut = (bytes) => [bytes]) {
    super();
    this.target = target;
    this.#cut = cut;
    this.#server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      this.#onConnection(socket),
    );
  }

  async start() {
    this.mqttPort = await listen(this.#server);
  }

  #onConnection(device) {
    const where = { host: '127.0.0.1', port: this.target.mqttPort };
    const broker = net.connect({ ...where, noDelay: true, allowHalfOpen: true });
    const pieces = [];
    const finished = Promise.all([
      this.#pass(device, broker, (bytes) => pieces.push({ fromDevice: true, bytes })),
      this.#pass(broker, device, (bytes) => pieces.push({ fromDevice: false, bytes })),
    ]);
    this.records.push({ pieces, finished });
  }

  /* What ends, or is reset, on the one side does so on the other. */
  #pass(from, to, keep) {
    this.owns(() => from.destroy());
    let passing = Promise.resolve();
    from.on('data', (bytes) => {
      keep(bytes);
      from.pause();
      passing = this.#write(to, bytes).then(() => from.resume());
    });
    from.on('end', () => passing.then(() => to.end()));
    from.on('error', () => reset(to));
    return new Promise((resolve) => from.on('close', resolve));
  }

  async #write(to, bytes) {
    for (const piece of this.#cut(bytes)) {
      to.write(piece);
      await turn();
    }
    if (to.writableNeedDrain && !to.destroyed)
      await new Promise((resolve) => to.once('drain', resolve).once('close', resolve));
  }

  async stop() {
    this.closeOwned();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
