/* MQTT clients of three makers behind one interface.
 *
 * connect(broker, options) resolves when the client is connected, and has subscribed where a
 * filter was given. Options: clientId, level, clean, keepAlive, will: {topic, payload, qos},
 * filter: [topic filter, QoS]. A client has `messages`: {topic, payload, qos, retain};
 * publish(), which waits until the broker has the message; disconnect(), and kill(), which
 * lets no DISCONNECT out.
 *
 * SPDX-License-Identifier: MIT
 */
import { fileURLToPath } from 'node:url';

import { Child, run } from '../../conformance/lib/child.mjs';
import { at, mosquittoSub } from '../../conformance/lib/clients.mjs';
import { Queue } from '../../conformance/lib/queue.mjs';
import { load } from './modules.mjs';

const { default: mqtt } = await load('mqtt');

const KEEP_ALIVE = 60;
const SESSION_EXPIRY = 600; /* seconds */

export class MqttJs {
  static leastKeepAlive = 2;
  messages = new Queue();

  static async connect(broker, { level, clean = true, keepAlive = KEEP_ALIVE, ...options }) {
    const { clientId, will, filter } = options;
    const lasting = level === 5 && !clean;
    const client = mqtt.connect({
      host: '127.0.0.1',
      port: broker.mqttPort,
      reconnectPeriod: 0,
      protocolVersion: level,
      keepalive: keepAlive,
      ...(lasting ? { properties: { sessionExpiryInterval: SESSION_EXPIRY } } : {}),
      clean,
      clientId,
      will,
    });
    broker.owns(() => client.end(true));
    const self = new MqttJs(client);
    await new Promise((resolve, reject) => {
      client.once('connect', resolve);
      client.once('error', reject);
    });
    if (filter) await client.subscribeAsync(filter[0], { qos: filter[1] });
    return self;
  }

  constructor(client) {
    this.client = client;
    this.closed = new Promise((resolve) => client.once('close', resolve));
    client.on('message', (topic, payload, { qos, retain }) =>
      this.messages.push({ topic, payload: String(payload), qos, retain }),
    );
  }

  publish(topic, payload, options) {
    return this.client.publishAsync(topic, payload, options);
  }

  disconnect() {
    return this.client.endAsync();
  }

  kill() {
    this.client.stream.destroy();
    return this.closed;
  }
}

/* mosquitto_sub, and a mosquitto_pub for each message that it publishes. */
class MosquittoSub {
  static leastKeepAlive = 5;
  messages = new Queue();

  static async connect(broker, { clientId, level, clean = true, keepAlive, will, filter }) {
    const version = level === 5 ? 'mqttv5' : 'mqttv311';
    const [topic, qos] = filter ?? ['nothing', 0];
    const options = ['-q', String(qos), '-k', String(keepAlive ?? KEEP_ALIVE)];
    if (!clean) options.push('-c', ...(level === 5 ? ['-x', String(SESSION_EXPIRY)] : []));
    if (will) {
      options.push('--will-topic', will.topic, '--will-payload', will.payload);
      options.push('--will-qos', String(will.qos));
    }
    const child = await mosquittoSub(broker, { version, clientId, topic, format: '%j', options });
    return new MosquittoSub(broker, version, child);
  }

  constructor(broker, version, child) {
    Object.assign(this, { broker, version, child, closed: child.exited });
    this.#read();
  }

  async #read() {
    for (;;) {
      const line = await this.child.output.take((l) => l.startsWith('{')).catch(() => null);
      if (line === null) return;
      const { topic, payload, qos, retain } = JSON.parse(line);
      this.messages.push({ topic, payload, qos, retain: retain === 1 });
    }
  }

  async publish(topic, payload, { qos, retain }) {
    const message = ['-t', topic, '-m', payload, '-q', String(qos), ...(retain ? ['-r'] : [])];
    const command = [...at(this.broker), '-V', this.version, ...message];
    const { code, errorText } = await run('mosquitto_pub', command);
    if (code !== 0) throw new Error(errorText);
  }

  disconnect() {
    return this.#end('SIGTERM');
  }

  kill() {
    return this.#end('SIGKILL');
  }

  async #end(signal) {
    this.child.kill(signal);
    await this.closed;
  }
}

/* Debian's Python, which has Debian's paho. */
const PYTHON = '/usr/bin/python3';
const PAHO_PROGRAM = fileURLToPath(new URL('./paho_program.py', import.meta.url));

class Paho {
  static leastKeepAlive = 2;
  messages = new Queue();
  #events = new Queue();

  static async connect(broker, options) {
    const { clean = true, keepAlive = KEEP_ALIVE, will = null, filter = null } = options;
    const { clientId, level } = options;
    const said = { clientId, level, clean, keepAlive, will, filter };
    const where = { port: broker.mqttPort, sessionExpiry: SESSION_EXPIRY };
    const child = new Child(PYTHON, [PAHO_PROGRAM, JSON.stringify({ ...said, ...where })]);
    broker.owns(() => child.kill('SIGKILL'));
    const self = new Paho(child);
    await self.event('ready');
    return self;
  }

  constructor(child) {
    this.child = child;
    this.closed = child.exited;
    this.#read();
  }

  async #read() {
    for (;;) {
      const line = await this.child.output.take().catch((error) => this.#events.end(error));
      if (line === undefined) return;
      const { event, ...values } = JSON.parse(line);
      if (event === 'message') this.messages.push(values);
      else this.#events.push(event);
    }
  }

  event(wanted) {
    return this.#events.take((event) => event === wanted);
  }

  #tell(command) {
    this.child.process.stdin.write(`${JSON.stringify(command)}\n`);
  }

  async publish(topic, payload, { qos, retain = false }) {
    this.#tell({ topic, payload, qos, retain });
    await this.event('published');
  }

  async disconnect() {
    this.child.process.stdin.end();
    await this.closed;
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}

export const CLIENTS = { 'MQTT.js': MqttJs, mosquitto_sub: MosquittoSub, paho: Paho };
