/* The log on standard output: one line of JSON for each call, and never in the way.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device } from './lib/device.mjs';
import { HttpConnection, request, send, sendConfirmed, target } from './lib/http.mjs';
import { group, withBroker } from './lib/suite.mjs';

/* What becomes longest in JSON. */
const TOPIC = '"'.repeat(256);
const CLIENT_ID = '\u0002'.repeat(128);

group('log', (test) => {
  test('holds no payload and no property', () =>
    withBroker({}, async (broker) => {
      await Device.connect(broker, { clientId: 'device' });
      const secret = Buffer.from('open sesame');
      const headers = { 'x-amz-mqtt5-correlation-data': secret.toString('base64') };
      const params = { contentType: 'open sesame', responseTopic: 'open sesame' };
      const more = { headers, body: secret };
      for (const clientId of ['device', 'nobody']) {
        const { status, body } = await request(broker, { path: target(clientId, params), ...more });
        assert.equal(status, clientId === 'device' ? 200 : 404);
        const entry = await broker.entry(JSON.parse(body).traceId);
        assert.doesNotMatch(JSON.stringify(entry), /sesame|b3Blbi/);
      }
    }));

  test('holds the longest names whole', () =>
    withBroker({}, async (broker) => {
      await Device.connect(broker, { clientId: CLIENT_ID });
      await sendConfirmed(broker, CLIENT_ID, { topic: TOPIC }).expect('CONFIRMED');
    }));

  test('cuts names that are too long, between two characters or not', () =>
    withBroker({}, async (broker) => {
      const topic = `t${'ü'.repeat(1000)}`;
      const known = { topicName: Buffer.from(topic).subarray(0, 256).toString() };
      await send(broker, 'device', { topic }).expect('INVALID_TOPIC', { known });
    }));

  test('nobody reads it: calls are answered, lines are dropped and counted', () =>
    withBroker({}, async (broker) => {
      const { stdout } = broker.child.process;
      stdout.pause();
      const connection = await HttpConnection.open(broker);
      const path = target(CLIENT_ID, { topic: TOPIC });
      const count = 2500;
      for (let i = 0; i < count; i++) connection.request({ path });
      for (let i = 0; i < count; i++) assert.equal((await connection.answers.take()).status, 404);
      stdout.resume();
      const line = await broker.child.says(/log lines were dropped/);
      const dropped = Number(/(\d+) log lines/.exec(line)[1]);
      assert.ok(dropped > 0 && dropped < count, line);

      /* What was not dropped is whole, and so is what comes now. */
      await send(broker, 'marker').expect('TARGET_CLIENT_ID_NOT_FOUND');
      assert.equal(broker.log.items.length, count - dropped);
      for (const entry of broker.log.items) assert.equal(entry.topicName, TOPIC);
    }));

  test('nobody will ever read it: calls are answered', () =>
    withBroker({}, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device' });
      broker.child.process.stdout.destroy();
      const path = target('device', { confirmation: true });
      for (let i = 0; i < 2; i++) assert.equal((await request(broker, { path })).status, 200);
      await broker.child.says(/standard output is closed/);
      await device.message();
      assert.equal((await request(broker, { path })).status, 200);
    }));
});
