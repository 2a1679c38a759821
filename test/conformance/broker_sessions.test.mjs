/* What outlives a connection to dm-broker, and how one ends.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device, PERSISTENT } from './lib/device.mjs';
import { send, sendConfirmed } from './lib/http.mjs';
import { disconnect } from './lib/packets.mjs';
import { suite, unique } from './lib/suite.mjs';

suite('broker: sessions', {}, (broker, test) => {
  const connect = (options = {}) =>
    Device.connect(broker, { clientId: unique('client'), ...options });

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
      assert.deepEqual(await back.payloadsUntil(), [
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
      assert.deepEqual(await back.payloadsUntil(), []);
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
    assert.deepEqual(await client.payloadsUntil(), []);
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
        assert.deepEqual(await watcher.payloadsUntil(), []);
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
