/* MQTT clients that other people have written: MQTT.js and mosquitto_sub.
 *
 * SPDX-License-Identifier: MIT
 */
import mqtt from 'mqtt';

import { Child } from './child.mjs';
import { Queue } from './queue.mjs';
import { unique } from './suite.mjs';

/* Where a program of mosquitto's connects. */
export const at = (broker) => ['-h', '127.0.0.1', '-p', String(broker.mqttPort)];

/* MQTT.js that has connected, and what it receives. */
export async function mqttJs(broker, options = {}) {
  const client = await mqtt.connectAsync({
    host: '127.0.0.1',
    port: broker.mqttPort,
    reconnectPeriod: 0,
    clientId: unique('mqttjs'),
    ...options,
  });
  broker.owns(() => client.end(true));
  const messages = new Queue();
  client.on('message', (topic, payload, packet) => messages.push({ topic, payload, packet }));
  return { client, messages, clientId: client.options.clientId };
}

/* mosquitto_sub that has subscribed. It prints each message as `format` says. */
export async function mosquittoSub(broker, { version, clientId, topic, ...more }) {
  const { format = '%q %t %p', options = [] } = more;
  const wanted = ['-V', version, '-i', clientId, '-t', topic, '-F', format];
  /* Line by line, which it does not do into a pipe by itself. */
  const command = ['-oL', 'mosquitto_sub', ...at(broker), '-d', ...wanted, ...options];
  const child = new Child('stdbuf', command);
  broker.owns(() => child.kill('SIGKILL'));
  await child.output.take((line) => /received SUBACK|Subscribed \(mid/.test(line));
  return child;
}

/* What mosquitto_sub tells about its own doing is not what it received. */
export const printed = (child) => child.output.take((line) => !/^(Client|Subscribed)/.test(line));
