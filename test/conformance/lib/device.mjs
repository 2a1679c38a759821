/* A device on a bare socket: it does what it is told, and what no MQTT library would do.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import net from 'node:net';

import * as packets from './packets.mjs';
import { Queue } from './queue.mjs';

export class Device {
  /* The packets that have come and that nobody has waited for. */
  received = new Queue();

  /* Whether each PUBLISH of QoS 1 is acknowledged as it comes. */
  acknowledges = true;

  #unread = Buffer.alloc(0);
  #packetId = 0;

  constructor(broker, { level = 5, ...options }) {
    this.level = level;
    this.options = { level, ...options };
    this.clientId = options.clientId;
    this.socket = net.connect({ host: '127.0.0.1', port: broker.mqttPort, noDelay: true });
    this.socket.on('error', () => {});
    this.socket.on('data', (bytes) => this.#onData(bytes));
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.received.end(new Error(`the connection of ${this.clientId} is closed`));
        resolve();
      });
    });
    broker.owns(() => this.socket.destroy());
  }

  /* A bare connection without a CONNECT. */
  static async open(broker, options = {}) {
    const device = new Device(broker, options);
    await new Promise((resolve) => device.socket.once('connect', resolve));
    return device;
  }

  /* A device that has been let in. Options: those of packets.connect(), and
   * acknowledges. */
  static async connect(broker, options) {
    const device = new Device(broker, options);
    device.acknowledges = options.acknowledges ?? true;
    device.write(packets.connect(device.options));
    device.connack = await device.take('CONNACK');
    assert.equal(device.connack.reasonCode, 0, `CONNACK ${device.connack.reasonCode}`);
    device.clientId ||= device.connack.properties.assignedClientIdentifier;
    return device;
  }

  #onData(piece) {
    this.#unread = Buffer.concat([this.#unread, piece]);
    for (let packet; (packet = packets.read(this.level, this.#unread));) {
      this.#unread = this.#unread.subarray(packet.bytes.length);
      this.#onPacket(packet);
    }
  }

  #onPacket(packet) {
    if (packet.type === 'PUBLISH' && packet.qos === 1 && this.acknowledges) this.puback(packet);
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

  puback({ packetId }, reasonCode = 0) {
    this.write(packets.receipt('PUBACK', packetId, reasonCode));
  }

  /* The broker has handled everything that was written before. */
  ping() {
    return this.exchange(packets.pingreq(), 'PINGRESP');
  }

  nextPacketId() {
    return ++this.#packetId;
  }

  subscribe(...filters) {
    const list = filters.map((f) => (Array.isArray(f) ? f : [f, 1]));
    return this.exchange(this.packet('subscribe', { filters: list }), 'SUBACK');
  }

  unsubscribe(...filters) {
    return this.exchange(this.packet('unsubscribe', { filters }), 'UNSUBACK');
  }

  publish(topic, payload = '', more = {}) {
    this.write(this.packet('publish', { topic, payload, ...more }));
  }

  /* At QoS 1; waits for the PUBACK. */
  publishConfirmed(topic, payload = '', more = {}) {
    return this.exchange(this.packet('publish', { topic, payload, qos: 1, ...more }), 'PUBACK');
  }

  packet(kind, values) {
    return packets[kind]({ level: this.level, packetId: this.nextPacketId(), ...values });
  }

  /* Ends the connection as MQTT wants it. */
  async disconnect(options = {}) {
    this.write(packets.disconnect({ level: this.level, ...options }));
    this.socket.end();
    await this.closed;
  }

  /* Ends it without a word. */
  async vanish() {
    this.socket.destroy();
    await this.closed;
  }
}
