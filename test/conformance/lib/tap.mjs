/* A tap in a TCP connection: passes everything on, and keeps a record of it.
 *
 * SPDX-License-Identifier: MIT
 */
import net from 'node:net';

import { listen } from './child.mjs';
import { Owner } from './owner.mjs';

/* Where a device connects instead of `target`, which has a mqttPort and may start later. */
export class Tap extends Owner {
  /* One for each connection: pieces of bytes in the order in which they came,
   * { fromDevice, bytes }. */
  records = [];

  #server;

  constructor(target) {
    super();
    this.target = target;
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
    const record = { pieces: [] };
    this.records.push(record);
    record.finished = Promise.all([
      this.#pass(device, broker, (bytes) => record.pieces.push({ fromDevice: true, bytes })),
      this.#pass(broker, device, (bytes) => record.pieces.push({ fromDevice: false, bytes })),
    ]);
  }

  /* What ends, or is reset, on the one side does so on the other. */
  #pass(from, to, keep) {
    this.owns(() => from.destroy());
    from.on('data', (bytes) => {
      keep(bytes);
      if (!to.write(bytes)) from.pause();
    });
    to.on('drain', () => from.resume());
    from.on('end', () => to.end());
    from.on('error', () => to.resetAndDestroy());
    return new Promise((resolve) => from.on('close', resolve));
  }

  async stop() {
    this.closeOwned();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
