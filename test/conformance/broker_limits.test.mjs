/* The limits that the configuration sets for dm-broker as a broker.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device, PERSISTENT } from './lib/device.mjs';
import { sendConfirmed } from './lib/http.mjs';
import { group, withBroker } from './lib/suite.mjs';

group('broker, limits of its own', (test) => {
  const limited = (own) => ({ config: { broker: own } });

  test('no CONNECT in time', () =>
    withBroker(limited({ connectTimeoutSeconds: 1 }), async (broker) => {
      const device = await Device.open(broker);
      device.write(Buffer.from([0x10]));
      await device.closed;
      assert.deepEqual(device.received.items, []);
    }));

  test('more connections than the limit', () =>
    withBroker(limited({ maxConnections: 1 }), async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device' });
      const other = new Device(broker, { clientId: 'other' });
      await other.closed;
      await device.ping();
    }));

  test('more sessions than the limit', () =>
    withBroker(limited({ maxSessions: 1 }), async (broker) => {
      const options = { clientId: 'device', ...PERSISTENT };
      const device = await Device.connect(broker, options);
      await device.disconnect();
      await assert.rejects(Device.connect(broker, { clientId: 'other' }), /CONNACK 137/);
      await Device.connect(broker, options);
    }));

  test('more registered clients than the limit', () =>
    withBroker({ config: { limits: { maxConnections: 1 } } }, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device' });
      await assert.rejects(Device.connect(broker, { clientId: 'other' }), /CONNACK 151/);
      await sendConfirmed(broker, 'device').expect('CONFIRMED');
      await device.ping();
    }));

  test('more subscriptions than the limit', () =>
    withBroker(limited({ maxSubscriptions: 2 }), async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device' });
      assert.deepEqual((await device.subscribe('a', 'b', 'c', 'a')).reasonCodes, [1, 1, 0x97, 1]);
      await device.unsubscribe('a');
      assert.deepEqual((await device.subscribe('c')).reasonCodes, [1]);
    }));

  test('more queued messages than the limit', () =>
    withBroker(limited({ maxQueuedMessages: 2 }), async (broker) => {
      const options = { clientId: 'device', ...PERSISTENT };
      const device = await Device.connect(broker, options);
      await device.subscribe('topic');
      await device.disconnect();
      const publisher = await Device.connect(broker, { clientId: 'publisher' });
      for (let i = 0; i < 4; i++) await publisher.publishConfirmed('topic', String(i));
      const back = await Device.connect(broker, options);
      for (const payload of ['0', '1'])
        assert.equal((await back.message()).payload.toString(), payload);
      await back.ping();
      await publisher.publishConfirmed('topic', 'marker');
      assert.deepEqual(await back.payloadsUntil(), []);
    }));

  test('who publishes too fast is slowed down, and loses nothing', () =>
    withBroker({ config: { limits: { publishesPerSecond: 20 } } }, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device' });
      const other = await Device.connect(broker, { clientId: 'other' });
      for (let i = 0; i < 30; i++) device.publish('topic', '', { qos: 1 });
      await other.ping();
      for (let i = 1; i <= 30; i++) assert.equal((await device.take('PUBACK')).packetId, i);
    }));
});
