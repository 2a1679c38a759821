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

/* A connection that has come in. `connect` is its CONNECT. */
class Link extends PacketConnection {
  /* What stood before the first packet. */
  proxyHeader = null;

  #expectsProxy;
  #onConnect;

  constructor(socket, expectsProxy, onConnect) {
    super(socket);
    this.#expectsProxy = expectsProxy;
    this.#onConnect = onConnect;
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
    if (packet.type !== 'CONNECT' || this.connect) return super.onPacket(packet);
    this.connect = packet;
    this.clientId = packet.clientId;
    this.#onConnect(this);
  }

  publish(topic, payload = '', more = {}) {
    this.write(packets.publish({ level: this.level, topic, payload, ...more }));
  }
}

export class ScriptedBroker extends Owner {
  /* All connections that have come in, and those whose CONNECT has. */
  opened = new Queue();
  #introduced = new Queue();
  #server;

  /* proxy: a header of the PROXY protocol comes first. */
  constructor({ proxy = false } = {}) {
    super();
    this.#server = net.createServer({ noDelay: true }, (socket) => {
      this.owns(() => socket.destroy());
      this.opened.push(new Link(socket, proxy, (link) => this.#introduced.push(link)));
    });
  }

  async start() {
    this.mqttPort = await listen(this.#server);
  }

  /* The connection of a client: its CONNECT has come. */
  client(clientId) {
    return this.#introduced.take((link) => link.clientId === clientId);
  }

  /* The same; answers it, by default letting it in. */
  async welcome(clientId, options = {}) {
    const link = await this.client(clientId);
    link.write(packets.connack({ level: link.level, ...options }));
    return link;
  }

  async stop() {
    this.closeOwned();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
