/* Stopping in order, and reading policies again.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { EVERYTHING, LONG, allow, arn, policy } from './lib/broker.mjs';
import { Device } from './lib/device.mjs';
import { HttpConnection, logged, send, sendConfirmed, target } from './lib/http.mjs';
import { group, withBroker } from './lib/suite.mjs';

group('stopping', (test) => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    test(`${signal}: who waits is answered, devices are sent home, the exit status is 0`, () =>
      withBroker({}, async (broker) => {
        const devices = await Promise.all(
          [3, 4, 5].map((level) =>
            Device.connect(broker, { level, clientId: `device-${level}`, acknowledges: false }),
          ),
        );
        const calls = devices.map(({ clientId }) =>
          sendConfirmed(broker, clientId, { timeout: LONG }),
        );
        for (const device of devices) await device.message();
        broker.child.kill(signal);

        for (const call of calls) {
          const { headers } = await call.expect('SHUTTING_DOWN');
          assert.equal(headers.connection, 'close');
        }
        assert.equal((await devices[2].take('DISCONNECT')).reasonCode, 0x8b);
        for (const device of devices) await device.closed;
        assert.deepEqual(
          devices.flatMap((device) => device.received.items),
          [],
        );
        await broker.ended({ code: 0, signal: null });
      }));
  }

  test('every call of a connection is answered, the last one says that it closes', () =>
    withBroker({}, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device', acknowledges: false });
      const connection = await HttpConnection.open(broker);
      const idle = await HttpConnection.open(broker);
      const params = { confirmation: true, timeout: LONG };
      const calls = Array.from({ length: 5 }, () => connection.send('device', params));
      for (let i = 0; i < 5; i++) await device.message();
      broker.child.kill('SIGTERM');
      for (const [i, call] of calls.entries()) {
        const { headers } = await call.expect('SHUTTING_DOWN');
        assert.equal(headers.connection, i === 4 ? 'close' : undefined);
      }
      await connection.finished;
      await idle.finished;
      await broker.ended();
    }));

  test('a request whose body is still coming is answered that nothing was delivered', () =>
    withBroker({}, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device' });
      const connection = await HttpConnection.open(broker);
      const path = target('device');
      connection.request({ path, headers: { 'Content-Length': 4, Expect: '100-continue' } });
      assert.equal((await connection.answers.take()).status, 100);
      broker.child.kill('SIGTERM');
      await device.take('DISCONNECT');
      connection.write('open');
      await connection.call(logged('device')).expect('SHUTTING_DOWN', { delivered: 'no' });
      await connection.finished;
      await broker.ended();
    }));

  test('nobody is let in any more', () =>
    withBroker({}, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device' });
      const connection = await HttpConnection.open(broker);
      connection.request({ path: target('device'), headers: { 'Content-Length': 4 } });
      await send(broker, 'device').expect('SENT');
      broker.child.kill('SIGTERM');
      await device.take('DISCONNECT');
      await assert.rejects(send(broker, 'device').answer, { code: 'ECONNREFUSED' });
      const late = new Device(broker, { clientId: 'late' });
      await late.closed;
      connection.write('open');
      await connection.finished;
      await broker.ended();
    }));

  test('a second signal ends at once', () =>
    withBroker({}, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device' });
      const connection = await HttpConnection.open(broker);
      connection.request({ path: target('device'), headers: { 'Content-Length': 4 } });
      await send(broker, 'device').expect('SENT');
      broker.child.kill('SIGTERM');
      await device.take('DISCONNECT');
      broker.child.kill('SIGTERM');
      await broker.ended({ code: 128 + 15, signal: null });
    }));

  test('whoever reads the log has all of it', () =>
    withBroker({}, async (broker) => {
      const connection = await HttpConnection.open(broker);
      const calls = Array.from({ length: 64 }, () => connection.send('nobody'));
      for (const call of calls) await call.answer;
      broker.child.kill('SIGTERM');
      for (const call of calls) await call.expect('TARGET_CLIENT_ID_NOT_FOUND');
      await broker.ended();
    }));
});

group('reading policies and limits again', (test) => {
  const reload = async (broker, changes, answer = /policies and limits read again/) => {
    broker.configure(changes);
    broker.child.kill('SIGHUP');
    return broker.child.says(answer);
  };

  test('a change cuts off a live connection, and lets it in again', () =>
    withBroker({}, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device' });
      await sendConfirmed(broker, 'device').expect('CONFIRMED');

      await reload(broker, { receivers: [policy(allow('iot:Receive', arn('topic/other')))] });
      await sendConfirmed(broker, 'device').expect('RECEIVE_AUTHORIZATION_FAILURE');
      await sendConfirmed(broker, 'device', { topic: 'other' }).expect('CONFIRMED');

      await reload(broker, { senders: [] });
      await sendConfirmed(broker, 'device').expect('SEND_AUTHORIZATION_FAILURE');

      await reload(broker, { senders: [EVERYTHING], receivers: [EVERYTHING] });
      await sendConfirmed(broker, 'device').expect('CONFIRMED');
      await device.ping();
    }));

  test('a message that waits is not affected', () =>
    withBroker({}, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device', acknowledges: false });
      const call = sendConfirmed(broker, 'device', { timeout: LONG });
      const message = await device.message();
      await reload(broker, { senders: [], receivers: [] });
      device.puback(message);
      await call.expect('CONFIRMED');
    }));

  const broken = {
    'a policy that is not understood': (broker) => {
      writeFileSync(
        join(broker.folder, 'receiver-0.json'),
        '{"Statement":\n [ {"Effect":"Maybe"} ]}',
      );
      return /^\S*receiver-0\.json:2:\d+: \S/;
    },
    'a policy that is not JSON': (broker) => {
      writeFileSync(join(broker.folder, 'sender-0.json'), '{');
      return /^\S*sender-0\.json:1:\d+: \S/;
    },
    'a policy file that is gone': (broker) => {
      rmSync(join(broker.folder, 'sender-0.json'));
      return /^\S*broker\.json:\d+:\d+: \S/;
    },
    'a configuration that is not understood': (broker) => {
      writeFileSync(broker.configFile, '{"accout": "x"}');
      return /^\S*broker\.json:1:2: unknown key "accout"/;
    },
    'a configuration that is gone': (broker) => {
      rmSync(broker.configFile);
      return /^\S*broker\.json:1:1: \S/;
    },
  };
  for (const [what, spoil] of Object.entries(broken)) {
    test(`${what}: the old ones stay`, () =>
      withBroker({ receivers: [policy(allow('*', arn('topic/old')))] }, async (broker) => {
        await Device.connect(broker, { clientId: 'device' });
        broker.configure({ receivers: [policy(allow('*', arn('topic/new')))] });
        const line = spoil(broker);
        broker.child.kill('SIGHUP');
        await broker.child.says(line);
        await broker.child.says(/nothing has changed: what was read before stays in force/);
        await sendConfirmed(broker, 'device', { topic: 'old' }).expect('CONFIRMED');
        const refused = sendConfirmed(broker, 'device', { topic: 'new' });
        await refused.expect('RECEIVE_AUTHORIZATION_FAILURE');

        await reload(broker, {});
        await sendConfirmed(broker, 'device', { topic: 'new' }).expect('CONFIRMED');
      }));
  }

  /* Of the library (the timeout), of the HTTP server (the header), and of both. */
  test('limits take effect, for who is connected already, too', () =>
    withBroker({}, async (broker) => {
      await Device.connect(broker, { clientId: 'device' });
      const http = await HttpConnection.open(broker);
      const body = 'x'.repeat(100);
      await sendConfirmed(broker, 'device', {}, { body }).expect('CONFIRMED');
      await reload(broker, {
        config: {
          limits: { maxPayload: 99, maxTimeoutSeconds: 14 },
          httpLimits: { maxHeaderBytes: 300 },
        },
      });
      await sendConfirmed(broker, 'device').expect('INVALID_TIMEOUT_PARAMETER');
      await sendConfirmed(broker, 'device', {}, { body }).expect('PAYLOAD_TOO_LARGE');
      http.write(`POST / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(300)}\r\n\r\n`);
      assert.equal((await http.answers.take()).status, 400);
      await reload(broker, { config: {} });
      await sendConfirmed(broker, 'device', {}, { body }).expect('CONFIRMED');
    }));

  test('what only a restart can change is said', () =>
    withBroker({}, async (broker) => {
      const config = { account: '999999999999', mqtt: '127.0.0.1:1', broker: { maxInflight: 7 } };
      await reload(broker, { config }, /only a restart changes: account/);
      await broker.child.says(/"broker" take effect at the next start/);
      await send(broker, 'nobody').expect('TARGET_CLIENT_ID_NOT_FOUND');
    }));
});
