/* What every MQTT broker does: dm-broker is one, within the bounds that it announces.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device } from './lib/device.mjs';
import { send, sendConfirmed } from './lib/http.mjs';
import { disconnect } from './lib/packets.mjs';
import { group, suite, unique, withBroker } from './lib/suite.mjs';

const PERSISTENT = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };

/* The payloads of all that has come, up to the marker. */
async function payloadsUntil(device, marker = 'marker') {
  const payloads = [];
  for (;;) {
    const payload = (await device.message()).payload.toString();
    if (payload === marker) return payloads;
    payloads.push(payload);
  }
}

suite('broker', {}, (broker, test) => {
  const connect = (options = {}) =>
    Device.connect(broker, { clientId: unique('client'), ...options });

  /* ---- PUBLISH and SUBSCRIBE ---- */

  for (const from of [3, 4, 5]) {
    for (const to of [3, 4, 5]) {
      test(`from level ${from} to level ${to}, at each QoS`, async () => {
        const publisher = await connect({ level: from });
        for (const granted of [0, 1]) {
          const topic = unique('topic');
          const subscriber = await connect({ level: to });
          assert.deepEqual((await subscriber.subscribe([topic, granted])).reasonCodes, [granted]);
          publisher.publish(topic, 'at QoS 0');
          const { reasonCode } = await publisher.publishConfirmed(topic, 'at QoS 1');
          assert.equal(reasonCode, 0);
          for (const qos of [0, 1]) {
            const message = await subscriber.message();
            assert.equal(message.topic, topic);
            assert.equal(message.payload.toString(), `at QoS ${qos}`);
            assert.equal(message.qos, Math.min(qos, granted));
            assert.equal(message.dup + message.retain, 0);
          }
        }
      });
    }
  }

  test('a PUBACK says when nobody has subscribed', async () => {
    assert.equal((await (await connect()).publishConfirmed(unique('topic'))).reasonCode, 0x10);
    const old = await connect({ level: 4 });
    assert.equal((await old.publishConfirmed(unique('topic'))).bytes.length, 4);
  });

  const filters = {
    'a/b': { matches: ['a/b'], not: ['a', 'a/b/', '/a/b', 'a/B', 'a/b/c'] },
    'a/+': { matches: ['a/b', 'a/'], not: ['a', 'a/b/c', 'b/a'] },
    '+/b': { matches: ['a/b', '/b'], not: ['b', 'a/b/c'] },
    '+': { matches: ['a', 'ü'], not: ['a/b', '/a', '$a'] },
    '+/+': { matches: ['a/b', '/', '/b', 'a/'], not: ['a', 'a/b/c', '$a/b'] },
    '#': { matches: ['a', 'a/b', '/', 'a//b'], not: ['$a', '$a/b'] },
    'a/#': { matches: ['a', 'a/', 'a/b', 'a/b/c'], not: ['ab', 'b/a', '/a'] },
    '+/b/#': { matches: ['a/b', 'a/b/c', '/b'], not: ['a', 'b', 'b/a/b'] },
    '/#': { matches: ['/', '/a', '/a/b'], not: ['a', 'a/b'] },
    '$a/#': { matches: ['$a', '$a/b'], not: ['a', 'a/b'] },
    '$a/+': { matches: ['$a/b'], not: ['$a', 'a/b'] },
  };
  for (const [filter, { matches, not }] of Object.entries(filters)) {
    test(`the filter ${filter}`, () =>
      withBroker({}, async (own) => {
        const client = await Device.connect(own, { clientId: 'client' });
        await client.subscribe([filter, 0], ['marker', 0]);
        for (const topic of [...matches, ...not]) client.publish(topic, topic);
        client.publish('marker', 'marker');
        assert.deepEqual(await payloadsUntil(client), matches);
      }));
  }

  test('filters that overlap bring one copy, at the highest QoS', async () => {
    const topic = unique('topic');
    const client = await connect();
    await client.subscribe([`${topic}/+`, 0], [`${topic}/a`, 1], [`${topic}/#`, 0]);
    await client.publishConfirmed(`${topic}/a`, 'once');
    await client.publishConfirmed(`${topic}/a`, 'marker');
    const { qos, payload } = await client.message();
    assert.deepEqual([qos, payload.toString()], [1, 'once']);
    assert.deepEqual(await payloadsUntil(client), []);
  });

  test('Subscription Identifiers of all filters that match', async () => {
    const topic = unique('topic');
    const client = await connect();
    for (const [filter, identifier] of [
      [topic, 7],
      [`${topic}/#`, 268435455],
      ['other', 9],
    ]) {
      const values = {
        filters: [[filter, 1]],
        properties: { subscriptionIdentifiers: [identifier] },
      };
      await client.exchange(client.packet('subscribe', values), 'SUBACK');
    }
    await client.publishConfirmed(topic);
    const { subscriptionIdentifiers } = (await client.message()).properties;
    assert.deepEqual(
      subscriptionIdentifiers.sort((a, b) => a - b),
      [7, 268435455],
    );
  });

  test('a subscription that is made again takes the place of the first', async () => {
    const topic = unique('topic');
    const client = await connect();
    await client.subscribe([topic, 0]);
    await client.subscribe([topic, 1]);
    await client.publishConfirmed(topic, 'one');
    await client.publishConfirmed(topic, 'marker');
    assert.equal((await client.message()).qos, 1);
    assert.deepEqual(await payloadsUntil(client), []);
    await client.unsubscribe(topic);
    assert.equal((await client.publishConfirmed(topic)).reasonCode, 0x10);
  });

  test('UNSUBSCRIBE', async () => {
    const topic = unique('topic');
    const client = await connect();
    await client.subscribe(topic, `${topic}/marker`);
    const { reasonCodes } = await client.unsubscribe(topic, 'never/subscribed');
    assert.deepEqual(reasonCodes, [0, 0x11]);
    await client.publishConfirmed(topic, 'unwanted');
    await client.publishConfirmed(`${topic}/marker`, 'marker');
    assert.deepEqual(await payloadsUntil(client), []);
  });

  test('No Local', async () => {
    const topic = unique('topic');
    const [client, other] = [await connect(), await connect()];
    await client.subscribe([topic, 1 | 4]);
    await client.publishConfirmed(topic, 'my own');
    await other.publishConfirmed(topic, 'marker');
    assert.deepEqual(await payloadsUntil(client), []);
  });

  test('properties pass from MQTT 5 to MQTT 5, and not to an old client', async () => {
    const topic = unique('topic');
    const [client, old] = [await connect(), await connect({ level: 4 })];
    await client.subscribe(topic);
    await old.subscribe(topic);
    const properties = {
      payloadFormatIndicator: 1,
      contentType: 'text/plain',
      responseTopic: 'answers',
      correlationData: Buffer.from([0, 255]),
      userProperties: [
        ['a', 'b'],
        ['a', 'c'],
        ['', ''],
      ],
    };
    await client.publishConfirmed(topic, 'text', { properties });
    assert.deepEqual((await client.message()).properties, properties);
    assert.equal((await old.message()).payload.toString(), 'text');
  });

  test('a Topic Alias stands for its topic, on its connection', async () => {
    const topic = unique('topic');
    const [client, other] = [await connect(), await connect()];
    await client.subscribe(topic, `${topic}/2`);
    const alias = { properties: { topicAlias: 10 } };
    client.publish(topic, 'set', alias);
    client.publish('', 'used', alias);
    client.publish(`${topic}/2`, 'set again', alias);
    client.publish('', 'used again', alias);
    for (const [expected, payload] of [
      [topic, 'set'],
      [topic, 'used'],
      [`${topic}/2`, 'set again'],
      [`${topic}/2`, 'used again'],
    ]) {
      const message = await client.message();
      assert.equal(message.topic, expected);
      assert.equal(message.payload.toString(), payload);
      assert.deepEqual(message.properties, {});
    }
    other.publish('', 'unknown', alias);
    assert.equal((await other.take('DISCONNECT')).reasonCode, 0x82);
  });

  test('a large message arrives whole', async () => {
    const topic = unique('topic');
    const client = await connect();
    const payload = Buffer.alloc(200_000, 'large');
    await client.subscribe(topic);
    await client.publishConfirmed(topic, payload);
    assert.ok((await client.message()).payload.equals(payload));
  });

  /* ---- What is announced and refused ---- */

  test('CONNACK says what there is not', async () => {
    const { properties } = (await connect()).connack;
    assert.deepEqual(properties, {
      maximumQoS: 1,
      retainAvailable: 0,
      sharedSubscriptionAvailable: 0,
      topicAliasMaximum: 10,
      maximumPacketSize: 262144,
      serverKeepAlive: 1200,
    });
  });

  test('CONNACK says what was granted instead of what was asked for', async () => {
    const options = { keepAlive: 5000, properties: { sessionExpiryInterval: 0xffffffff } };
    const { properties } = (await connect(options)).connack;
    assert.equal(properties.serverKeepAlive, 1200);
    assert.equal(properties.sessionExpiryInterval, 3600);
    const modest = { keepAlive: 60, properties: { sessionExpiryInterval: 60 } };
    const granted = (await connect(modest)).connack.properties;
    assert.equal(granted.serverKeepAlive, undefined);
    assert.equal(granted.sessionExpiryInterval, undefined);
  });

  test('QoS 2 is granted as QoS 1', async () => {
    for (const level of [4, 5]) {
      const client = await connect({ level });
      assert.deepEqual((await client.subscribe([unique('topic'), 2])).reasonCodes, [1]);
    }
  });

  test('shared subscriptions are refused, the others of the packet granted', async () => {
    const client = await connect();
    const { reasonCodes } = await client.subscribe(['a', 1], ['$share/group/a', 1], ['b', 0]);
    assert.deepEqual(reasonCodes, [1, 0x9e, 0]);
    const old = await connect({ level: 4 });
    const answer = await old.subscribe(['a', 1], ['$share/group/a', 1]);
    assert.deepEqual(answer.reasonCodes, [1, 0x80]);
  });

  test('an old client that retains: delivered now, and not kept', async () => {
    const topic = unique('topic');
    const [old, client] = [await connect({ level: 4 }), await connect()];
    await client.subscribe(topic);
    await old.publishConfirmed(topic, 'retain me', { retain: true });
    assert.equal((await client.message()).retain, 0);
    const later = await connect();
    await later.subscribe(topic);
    await later.publishConfirmed(topic, 'marker');
    assert.deepEqual(await payloadsUntil(later), []);
  });

  test('identifiers are assigned, each another', async () => {
    const [one, other, old] = [
      await connect({ clientId: '' }),
      await connect({ clientId: '', cleanStart: false }),
      await connect({ clientId: '', level: 4 }),
    ];
    assert.match(one.clientId, /./);
    assert.notEqual(one.clientId, other.clientId);
    assert.equal(other.connack.sessionPresent, 0);
    await Promise.all([one.ping(), other.ping(), old.ping()]);
  });

  test('user name and password are accepted, and mean nothing', async () => {
    for (const level of [3, 4, 5])
      await (await connect({ level, userName: 'user', password: 'secret' })).ping();
  });

  /* ---- Sessions ---- */

  for (const level of [4, 5]) {
    test(`level ${level}: a session keeps QoS 1 for its client`, async () => {
      const topic = unique('topic');
      const options = { level, clientId: unique('client'), ...PERSISTENT };
      const publisher = await connect();
      const client = await connect(options);
      assert.equal(client.connack.sessionPresent, 0);
      await client.subscribe([topic, 1], [`${topic}/0`, 0]);
      await client.disconnect();

      publisher.publish(topic, 'at QoS 0');
      await publisher.publishConfirmed(`${topic}/0`, 'at QoS 0 by subscription');
      for (let i = 0; i < 5; i++) await publisher.publishConfirmed(topic, `kept ${i}`);

      const back = await connect(options);
      assert.equal(back.connack.sessionPresent, 1);
      await publisher.publishConfirmed(topic, 'marker');
      assert.deepEqual(await payloadsUntil(back), [
        'kept 0',
        'kept 1',
        'kept 2',
        'kept 3',
        'kept 4',
      ]);
    });

    test(`level ${level}: what was not acknowledged is sent again`, async () => {
      const topic = unique('topic');
      const options = { level, clientId: unique('client'), ...PERSISTENT };
      const client = await connect({ ...options, acknowledges: false });
      await client.subscribe(topic);
      await client.publishConfirmed(topic, 'one');
      await client.publishConfirmed(topic, 'two');
      const [one, two] = [await client.message(), await client.message()];
      client.puback(one);
      await client.ping();
      await client.vanish();

      const back = await connect(options);
      const again = await back.message();
      assert.equal(again.payload.toString(), 'two');
      assert.equal(again.packetId, two.packetId);
      assert.equal(again.dup, 1);
      await back.publishConfirmed(topic, 'marker');
      assert.deepEqual(await payloadsUntil(back), []);
    });

    test(`level ${level}: a clean start forgets`, async () => {
      const topic = unique('topic');
      const options = { level, clientId: unique('client'), ...PERSISTENT };
      const client = await connect(options);
      await client.subscribe(topic);
      await client.disconnect();
      const publisher = await connect();
      await publisher.publishConfirmed(topic, 'kept');
      const clean = await connect({ ...options, cleanStart: true });
      assert.equal(clean.connack.sessionPresent, 0);
      assert.equal((await publisher.publishConfirmed(topic)).reasonCode, 0x10);
    });
  }

  test('a session is taken up by the other version', async () => {
    const topic = unique('topic');
    const clientId = unique('client');
    const old = await connect({ clientId, level: 4, cleanStart: false });
    await old.subscribe(topic);
    await old.disconnect();
    const publisher = await connect();
    await publisher.publishConfirmed(topic, 'kept', { properties: { contentType: 'a/b' } });
    const client = await connect({ clientId, ...PERSISTENT });
    assert.equal(client.connack.sessionPresent, 1);
    const message = await client.message();
    assert.equal(message.payload.toString(), 'kept');
    assert.equal(message.properties.contentType, 'a/b');
  });

  test('Receive Maximum holds for the messages of a session', async () => {
    const topic = unique('topic');
    const client = await connect({ acknowledges: false, properties: { receiveMaximum: 2 } });
    await client.subscribe(topic);
    for (let i = 0; i < 5; i++) await client.publishConfirmed(topic, String(i));
    await client.ping();
    assert.equal(client.received.items.length, 2);
    for (let i = 0; i < 5; i++) {
      const message = await client.message();
      assert.equal(message.payload.toString(), String(i));
      client.puback(message);
    }
  });

  test('Maximum Packet Size: what is larger is not sent, what follows is', async () => {
    const topic = unique('topic');
    const client = await connect({ properties: { maximumPacketSize: 100 } });
    await client.subscribe(topic);
    await client.publishConfirmed(topic, 'x'.repeat(100));
    client.publish(topic, 'x'.repeat(100));
    await client.publishConfirmed(topic, 'marker');
    assert.deepEqual(await payloadsUntil(client), []);
  });

  test('a message that has expired is not sent, the time left of another is', async () => {
    const topic = unique('topic');
    const options = { clientId: unique('client'), ...PERSISTENT };
    const client = await connect(options);
    await client.subscribe(topic);
    await client.disconnect();
    const publisher = await connect();
    for (const [payload, messageExpiryInterval] of [
      ['short', 1],
      ['long', 600],
    ])
      await publisher.publishConfirmed(topic, payload, { properties: { messageExpiryInterval } });

    /* A will of which the delay begins now tells when two seconds have passed. */
    const clock = unique('clock');
    const will = { topic: clock, properties: { willDelayInterval: 2 } };
    const short = await connect({ will, properties: { sessionExpiryInterval: 600 } });
    await publisher.subscribe(clock);
    await short.vanish();
    await publisher.message();

    const back = await connect(options);
    const { payload, properties } = await back.message();
    assert.equal(payload.toString(), 'long');
    assert.ok(properties.messageExpiryInterval <= 598, `${properties.messageExpiryInterval} s`);
  });

  /* ---- Wills ---- */

  const endings = {
    'the connection is lost': { end: (client) => client.socket.destroy(), published: true },
    'the connection is reset': {
      end: (client) => client.socket.resetAndDestroy(),
      published: true,
    },
    'the client breaks the protocol': {
      end: (client) => client.write(Buffer.from([0, 0])),
      published: true,
    },
    'another takes over': {
      end: ({ level, clientId }) => connect({ level, clientId }),
      published: true,
    },
    'the client says goodbye': {
      end: (client) => client.write(disconnect({ level: client.level })),
      published: false,
    },
  };
  for (const level of [4, 5]) {
    for (const [what, { end, published }] of Object.entries(endings)) {
      test(`level ${level}: a will when ${what}`, async () => {
        const topic = unique('will');
        const watcher = await connect();
        await watcher.subscribe(topic, `${topic}/marker`);
        const will = { topic, payload: 'last words', qos: 1 };
        const client = await connect({ level, will });
        await end(client);
        await client.closed;
        if (published) {
          const { payload, qos, retain } = await watcher.message();
          assert.deepEqual([payload.toString(), qos, retain], ['last words', 1, 0]);
        }
        await watcher.publishConfirmed(`${topic}/marker`, 'marker');
        assert.deepEqual(await payloadsUntil(watcher), []);
      });
    }
  }

  test('a will that the client wants in spite of its goodbye', async () => {
    const topic = unique('will');
    const watcher = await connect();
    await watcher.subscribe(topic);
    const client = await connect({ will: { topic, payload: 'last words' } });
    await client.disconnect({ reasonCode: 0x04 });
    assert.equal((await watcher.message()).payload.toString(), 'last words');
  });

  test('a will has properties', async () => {
    const topic = unique('will');
    const watcher = await connect();
    await watcher.subscribe(topic);
    const properties = { contentType: 'text/plain', userProperties: [['a', 'b']] };
    const client = await connect({ will: { topic, payload: 'text', properties } });
    client.vanish();
    assert.deepEqual((await watcher.message()).properties, properties);
  });

  test('a will waits for its delay, and for the session at most', async () => {
    const topic = unique('will');
    const watcher = await connect();
    await watcher.subscribe(topic);
    const will = { topic, payload: 'last words', properties: { willDelayInterval: 600 } };
    const options = { clientId: unique('client'), cleanStart: false };
    const client = await connect({ ...options, will, properties: { sessionExpiryInterval: 1 } });
    await client.vanish();
    await watcher.message();
    /* That was the end of the session. */
    await send(broker, options.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    assert.equal((await connect(options)).connack.sessionPresent, 0);
  });

  test('no will when the client is back before its delay has passed', async () => {
    const topic = unique('will');
    const watcher = await connect();
    await watcher.subscribe(topic);
    const options = { clientId: unique('client'), ...PERSISTENT };
    const delayed = (willDelayInterval) => ({ topic, properties: { willDelayInterval } });
    const client = await connect({ ...options, will: delayed(3) });
    await client.vanish();
    await connect(options);

    /* Another will with the same delay comes later: the first would be there by then. */
    const other = await connect({ ...PERSISTENT, will: { ...delayed(3), payload: 'other' } });
    await other.vanish();
    assert.equal((await watcher.message()).payload.toString(), 'other');
  });

  /* ---- Connections ---- */

  test('keep-alive', async () => {
    const topic = unique('will');
    const watcher = await connect();
    await watcher.subscribe(topic);
    const will = { topic, payload: 'asleep' };
    const client = await connect({ keepAlive: 1, will });
    const old = await connect({ keepAlive: 1, will, level: 4 });
    assert.equal((await client.take('DISCONNECT')).reasonCode, 0x8d);
    await client.closed;
    await old.closed;
    for (let i = 0; i < 2; i++)
      assert.equal((await watcher.message()).payload.toString(), 'asleep');
  });

  test('a client that is taken over is told', async () => {
    const clientId = unique('client');
    const old = await connect({ clientId, level: 4 });
    const one = await connect({ clientId });
    await old.closed;
    assert.deepEqual(old.received.items, []);
    const two = await connect({ clientId });
    assert.equal((await one.take('DISCONNECT')).reasonCode, 0x8e);
    await one.closed;
    await two.ping();
    await sendConfirmed(broker, clientId, { topic: 'two' }).expect('CONFIRMED');
    assert.equal((await two.message()).topic, 'two');
  });

  test('a session outlives a takeover', async () => {
    const topic = unique('topic');
    const options = { clientId: unique('client'), ...PERSISTENT };
    const one = await connect(options);
    await one.subscribe(topic);
    const two = await connect(options);
    assert.equal(two.connack.sessionPresent, 1);
    await one.closed;
    await two.publishConfirmed(topic, 'still subscribed');
    assert.equal((await two.message()).payload.toString(), 'still subscribed');
  });
});

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
      assert.deepEqual(await payloadsUntil(back), []);
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
