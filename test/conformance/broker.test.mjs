/* What every MQTT broker does: dm-broker is one, within the bounds that it announces.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device } from './lib/device.mjs';
import { suite, unique, withBroker } from './lib/suite.mjs';

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
        assert.deepEqual(await client.payloadsUntil(), matches);
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
    assert.deepEqual(await client.payloadsUntil(), []);
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
    assert.deepEqual(await client.payloadsUntil(), []);
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
    assert.deepEqual(await client.payloadsUntil(), []);
  });

  test('No Local', async () => {
    const topic = unique('topic');
    const [client, other] = [await connect(), await connect()];
    await client.subscribe([topic, 1 | 4]);
    await client.publishConfirmed(topic, 'my own');
    await other.publishConfirmed(topic, 'marker');
    assert.deepEqual(await client.payloadsUntil(), []);
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
    assert.deepEqual(await later.payloadsUntil(), []);
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
});
