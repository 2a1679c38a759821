/* MQTT packets on a socket, on either side of it.
 *
 * SPDX-License-Identifier: MIT
 */
import * as packets from './packets.mjs';
import { Queue } from './queue.mjs';

export class PacketConnection {
  /* The packets that have come and that nobody has waited for. */
  received = new Queue();

  #unread = Buffer.alloc(0);
  #raw = null;

  /* level: of the protocol; undefined: as the CONNECT that is to come says. */
  constructor(socket, level) {
    this.level = level;
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (bytes) => this.#onData(bytes));
    this.ended = new Promise((resolve) => socket.once('end', resolve));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.received.end(new Error(`the connection of ${this.clientId} is closed`));
        resolve();
      });
    });
  }

  #onData(piece) {
    this.#unread = Buffer.concat([this.#unread, piece]);
    if (this.#raw) return this.#raw();
    const rest = this.takeHeader(this.#unread);
    if (rest === null) return;
    this.#unread = rest;
    for (let packet; (packet = packets.read(this.level, this.#unread));) {
      this.#unread = this.#unread.subarray(packet.bytes.length);
      if (packet.type === 'CONNECT') this.level = packet.level;
      this.onPacket(packet);
    }
  }

  /* From now on what comes need not be packets: see bytes(). */
  readRaw() {
    this.#raw = () => {};
  }

  /* Waits for so many bytes, after readRaw(). */
  async bytes(count) {
    while (this.#unread.length < count) await new Promise((resolve) => (this.#raw = resolve));
    const bytes = this.#unread.subarray(0, count);
    this.#unread = this.#unread.subarray(count);
    return bytes;
  }

  /* For subclasses: takes off what comes before the first packet; null: it is not complete. */
  takeHeader(bytes) {
    return bytes;
  }

  /* For subclasses: a packet has come. */
  onPacket(packet) {
    this.received.push(packet);
  }

  write(bytes) {
    this.socket.write(bytes);
  }

  take(type) {
    return this.received.take((packet) => packet.type === type);
  }

  /* Sends a packet and waits for the answer of this type. */
  async exchange(bytes, type) {
    this.write(bytes);
    return this.take(type);
  }

  /* The next message that has come. */
  message() {
    return this.take('PUBLISH');
  }

  receipt(type, { packetId }, reasonCode = 0) {
    this.write(packets.receipt(type, packetId, reasonCode));
  }

  puback(message, reasonCode = 0) {
    this.receipt('PUBACK', message, reasonCode);
  }

  /* Ends it without a word. */
  async vanish() {
    this.socket.destroy();
    await this.closed;
  }

  /* Ends it with a reset: what is on its way is thrown away. */
  async reset() {
    this.socket.resetAndDestroy();
    await this.closed;
  }
}
