/* A device on a bare socket: it does what it is told, and what no MQTT library would do.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

import { PacketConnection } from './connection.mjs';
import * as packets from './packets.mjs';

/* Options of a session that stays: of MQTT 5, and on either level. */
export const PERSISTENT = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };
export const SESSIONS = [
  { level: 4, cleanStart: false },
  { level: 5, ...PERSISTENT },
];

export class Device extends PacketConnection {
  /* Whether each PUBLISH of QoS 1 and 2 is acknowledged as it comes. */
  acknowledges = true;

  #packetId = 0;

  constructor(broker, { level = 5, ...options }) {
    super(Device.#socket(broker, options), level);
    this.options = { level, ...options };
    this.clientId = options.clientId;
    broker.owns(() => this.socket.destroy());
  }

  /* tls: for a connection with TLS, of Authority.client(). */
  static #socket(broker, { tls: secure, allowHalfOpen }) {
    const how = { host: '127.0.0.1', noDelay: true, allowHalfOpen };
    return secure
      ? tls.connect({ ...how, port: broker.mqttsPort, servername: 'localhost', ...secure })
      : net.connect({ ...how, port: broker.mqttPort });
  }

  /* A bare connection without a CONNECT. */
  static async open(broker, options = {}) {
    const device = new Device(broker, options);
    await once(device.socket, 'connect');
    return device;
  }

  /* A device whose CONNECT has been answered. Options: those of packets.connect(), and
   * acknowledges. */
  static async attempt(broker, options) {
    const device = new Device(broker, options);
    device.acknowledges = options.acknowledges ?? true;
    device.write(packets.connect(device.options));
    device.connack = await device.take('CONNACK');
    return device;
  }

  /* The same for a device that has been let in. */
  static async connect(broker, options) {
    const device = await Device.attempt(broker, options);
    assert.equal(device.connack.reasonCode, 0, `CONNACK ${device.connack.reasonCode}`);
    device.clientId ||= device.connack.properties.assignedClientIdentifier;
    return device;
  }

  onPacket(packet) {
    if (this.acknowledges) this.acknowledge(packet);
    super.onPacket(packet);
  }

  /* Answers a PUBLISH or PUBREL as MQTT wants it. */
  acknowledge(packet) {
    const { type, qos } = packet;
    if (type === 'PUBLISH' && qos === 1) this.puback(packet);
    if (type === 'PUBLISH' && qos === 2) this.receipt('PUBREC', packet);
    if (type === 'PUBREL') this.receipt('PUBCOMP', packet);
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

  /* At QoS 2; waits for the PUBCOMP. */
  async publishOnce(topic, payload = '', more = {}) {
    const packetId = this.nextPacketId();
    const answer = (wanted) =>
      this.received.take(({ type, packetId: id }) => type === wanted && id === packetId);
    this.write(this.packet('publish', { topic, payload, qos: 2, ...more, packetId }));
    await answer('PUBREC');
    this.receipt('PUBREL', { packetId });
    return answer('PUBCOMP');
  }

  /* The payloads of all that has come, up to the marker. */
  async payloadsUntil(marker = 'marker') {
    const payloads = [];
    for (;;) {
      const payload = (await this.message()).payload.toString();
      if (payload === marker) return payloads;
      payloads.push(payload);
    }
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
}
