/* A broker that does what a test tells it, and what no broker would do.
 *
 * SPDX-License-Identifier: MIT
 */
import net from 'node:net';

import { listen } from './child.mjs';
import { PacketConnection } from './connection.mjs';
import { Owner } from './owner.mjs';
import * as packets from './packets.mjs';
import { Queue } from './queue.mjs';

/* PROXY protocol, version 2, section 2.2: signature, version and command, family, length. */
const PROXY_FIXED = 16;

/* A connection that has come in. */
class Link extends PacketConnection {
  /* What stood before the first packet. */
  proxyHeader = null;

  #expectsProxy;

  constructor(socket, expectsProxy) {
    super(socket);
    this.#expectsProxy = expectsProxy;
  }

  takeHeader(bytes) {
    if (!this.#expectsProxy || this.proxyHeader) return bytes;
    if (bytes.length < PROXY_FIXED) return null;
    const size = PROXY_FIXED + bytes.readUInt16BE(PROXY_FIXED - 2);
    if (bytes.length < size) return null;
    this.proxyHeader = bytes.subarray(0, size);
    return bytes.subarray(size);
  }

  onPacket(packet) {
    if (packet.type === 'CONNECT') this.clientId = packet.clientId;
    super.onPacket(packet);
  }

  /* Takes the CONNECT and answers it. */
  async welcome(options = {}) {
    this.connect = await this.take('CONNECT');
    this.write(packets.connack({ level: this.level, ...options }));
    return this.connect;
  }

  publish(topic, payload = '', more = {}) {
    this.write(packets.publish({ level: this.level, topic, payload, ...more }));
  }
}

export class ScriptedBroker extends Owner {
  #links = new Queue();
  #server;

  /* proxy: a header of the PROXY protocol comes first. */
  constructor({ proxy = false } = {}) {
    super();
    this.#server = net.createServer({ noDelay: true }, (socket) => {
      this.owns(() => socket.destroy());
      this.#links.push(new Link(socket, proxy));
    });
  }

  async start() {
    this.mqttPort = await listen(this.#server);
  }

  /* The next connection that has come in. */
  accept() {
    return this.#links.take();
  }

  /* The next one, let in. */
  async welcome(options) {
    const link = await this.accept();
    await link.welcome(options);
    return link;
  }

  async stop() {
    this.closeOwned();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
