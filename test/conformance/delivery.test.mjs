/* Confirmed, unconfirmed, offline: what a direct message is, and that it is nothing else.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device } from './lib/device.mjs';
import { HttpConnection, send, sendConfirmed } from './lib/http.mjs';
import { suite, unique, withBroker } from './lib/suite.mjs';

suite('delivery', {}, (broker, test) => {
  /* What was answered before is here by now: another call has come and gone. */
  const roundTrip = () => send(broker, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');

  /* The next message has to be this one: nothing came in between. */
  async function expectNext(device, topic) {
    const message = await device.message();
    assert.equal(message.topic, topic);
    return message;
  }

  for (const level of [3, 4, 5]) {
    test(`level ${level}: a confirmed message is answered by the PUBACK`, async () => {
      const device = await Device.connect(broker, {
        level,
        clientId: unique('device'),
        acknowledges: false,
      });
      const call = sendConfirmed(broker, device.clientId, { topic: 'a/b' }, { body: 'open' });
      const message = await device.message();
      const { topic, qos, dup, retain } = message;
      assert.deepEqual({ topic, qos, dup, retain }, { topic: 'a/b', qos: 1, dup: 0, retain: 0 });
      assert.equal(message.payload.toString(), 'open');
      await roundTrip();
      assert.equal(call.answered, false);
      device.puback(message);
      await call.expect('CONFIRMED');
    });

    test(`level ${level}: an unconfirmed message is QoS 0`, async () => {
      const device = await Device.connect(broker, { level, clientId: unique('device') });
      await send(broker, device.clientId, { topic: 'a/b' }, { body: 'open' }).expect('SENT');
      const { topic, qos, dup, retain, payload } = await device.message();
      assert.deepEqual({ topic, qos, dup, retain }, { topic: 'a/b', qos: 0, dup: 0, retain: 0 });
      assert.equal(payload.toString(), 'open');
    });
  }

  test('the timeout is logged, and is 5 seconds when none was asked for', async () => {
    const device = await Device.connect(broker, { clientId: unique('device') });
    await sendConfirmed(broker, device.clientId, { timeout: 14 }).expect('CONFIRMED');
    await sendConfirmed(broker, device.clientId, { timeout: undefined }).expect('CONFIRMED');
  });

  test('retries of an SDK can be told from the log', async () => {
    const device = await Device.connect(broker, { clientId: unique('device') });
    const headers = {
      'amz-sdk-invocation-id': '0d5f2b1c-6f0e-4d39-9d5c-0a2f2a2f7b11',
      'amz-sdk-request': 'attempt=2; max=3',
    };
    await send(broker, device.clientId, {}, { headers }).expect('SENT', {
      known: { invocationId: headers['amz-sdk-invocation-id'], attempt: 2 },
    });
  });

  test('the trace that a request is part of stands in the log', async () => {
    const device = await Device.connect(broker, { clientId: unique('device') });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const said = { headers: { traceparent } };
    await send(broker, device.clientId, {}, said).expect('SENT', { known: { traceparent } });
    await sendConfirmed(broker, device.clientId, {}, said).expect('CONFIRMED', {
      known: { traceparent },
    });
    await send(broker, device.clientId, {}, { headers: { traceparent: 'none' } }).expect('SENT');
  });

  test('the subscriptions of the receiver play no part', async () => {
    const device = await Device.connect(broker, { clientId: unique('device') });
    await device.subscribe(['plays/no/part', 0], ['another/#', 1]);
    await sendConfirmed(broker, device.clientId, { topic: 'plays/no/part' }).expect('CONFIRMED');
    assert.equal((await device.message()).qos, 1);
    await sendConfirmed(broker, device.clientId, { topic: 'not/subscribed' }).expect('CONFIRMED');
    assert.equal((await device.message()).qos, 1);
    await send(broker, device.clientId, { topic: 'another/topic' }).expect('SENT');
    assert.equal((await device.message()).qos, 0);
  });

  test('no subscriber sees a direct message to another client', () =>
    withBroker({}, async (own) => {
      const device = await Device.connect(own, { clientId: 'device' });
      const others = await Promise.all(
        [4, 5].map((level) => Device.connect(own, { level, clientId: unique('other') })),
      );
      for (const other of others) await other.subscribe('#', '+/+', 'for/one');
      await sendConfirmed(own, 'device', { topic: 'for/one' }).expect('CONFIRMED');
      await send(own, 'device', { topic: 'for/one' }).expect('SENT');
      await others[0].publishConfirmed('for/all');
      for (const other of others) await expectNext(other, 'for/all');
      await expectNext(device, 'for/one');
      await expectNext(device, 'for/one');
    }));

  test('a direct message is not retained', async () => {
    const topic = unique('kept');
    const device = await Device.connect(broker, { clientId: unique('device') });
    await sendConfirmed(broker, device.clientId, { topic }).expect('CONFIRMED');
    await send(broker, device.clientId, { topic }).expect('SENT');
    const later = await Device.connect(broker, { clientId: unique('later') });
    await later.subscribe(topic);
    await later.publishConfirmed(topic, 'marker');
    assert.equal((await expectNext(later, topic)).payload.toString(), 'marker');
  });

  test('nobody: 404, and the log names the client', async () => {
    await send(broker, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
    await sendConfirmed(broker, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('a client without a session is forgotten when it goes', async () => {
    const device = await Device.connect(broker, { clientId: unique('device') });
    await device.disconnect();
    await send(broker, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  const sessions = [
    { level: 4, cleanStart: false },
    { level: 5, cleanStart: false, properties: { sessionExpiryInterval: 600 } },
  ];
  for (const session of sessions) {
    test(`level ${session.level}: nothing is queued for an offline session`, async () => {
      const options = { ...session, clientId: unique('device') };
      const device = await Device.connect(broker, options);
      await device.subscribe('jobs/#');
      await device.disconnect();

      for (const confirmation of [true, false]) {
        const call = send(broker, device.clientId, { topic: 'jobs/one', confirmation });
        const { message } = await call.expect('TARGET_CLIENT_NOT_CONNECTED');
        assert.match(message, /offline.*session/);
      }

      const back = await Device.connect(broker, options);
      assert.equal(back.connack.sessionPresent, 1);
      await sendConfirmed(broker, back.clientId, { topic: 'marker' }).expect('CONFIRMED');
      await expectNext(back, 'marker');
    });
  }

  test('a session that has ended is as if it had never been', async () => {
    const options = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };
    const device = await Device.connect(broker, { ...options, clientId: unique('device') });
    await device.disconnect({ properties: { sessionExpiryInterval: 0 } });
    await send(broker, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('a message is addressed to a connection, not to its session', async () => {
    const options = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };
    const clientId = unique('device');
    const first = await Device.connect(broker, { ...options, clientId, acknowledges: false });
    const call = sendConfirmed(broker, clientId, { topic: 'first' });
    await first.message();
    await first.vanish();
    await call.expect('RECEIVER_DISCONNECTED');

    /* Nothing is sent again, as an ordinary message would be. */
    const second = await Device.connect(broker, { ...options, clientId });
    assert.equal(second.connack.sessionPresent, 1);
    await sendConfirmed(broker, clientId, { topic: 'second' }).expect('CONFIRMED');
    await expectNext(second, 'second');
  });

  test('messages of one caller arrive in their order', async () => {
    const device = await Device.connect(broker, { clientId: unique('device') });
    const connection = await HttpConnection.open(broker);
    const topics = Array.from({ length: 20 }, (_, i) => `in/order/${i}`);
    const calls = topics.map((topic, i) =>
      connection.send(device.clientId, { topic, confirmation: i % 2 === 0 }),
    );
    for (const [i, call] of calls.entries()) await call.expect(i % 2 === 0 ? 'CONFIRMED' : 'SENT');
    for (const topic of topics) await expectNext(device, topic);
  });
});
