/* How large, how many, how fast.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { LONG, PATIENT, run } from './lib/broker.mjs';
import { Device } from './lib/device.mjs';
import { HttpConnection, logged, send, sendConfirmed, target } from './lib/http.mjs';
import { group, suite, unique, withBroker } from './lib/suite.mjs';

const PAYLOAD_MAX = 131072;

suite('sizes', {}, (broker, test) => {
  const connect = (options = {}) =>
    Device.connect(broker, { clientId: unique('device'), ...options });

  for (const confirmation of [true, false]) {
    test(`a payload of 128 KB arrives whole, confirmation ${confirmation}`, async () => {
      const device = await connect();
      const body = randomBytes(PAYLOAD_MAX);
      const call = send(broker, device.clientId, { confirmation }, { body });
      await call.expect(confirmation ? 'CONFIRMED' : 'SENT');
      assert.ok((await device.message()).payload.equals(body));
    });
  }

  test('one byte more is refused as soon as the header is there', async () => {
    const device = await connect();
    const connection = await HttpConnection.open(broker);
    const path = target(device.clientId);
    connection.request({ path, headers: { 'Content-Length': PAYLOAD_MAX + 1 } });
    const { headers } = await connection.call(logged(device.clientId)).expect('PAYLOAD_TOO_LARGE');
    assert.equal(headers.connection, 'close');
    await connection.finished;
  });

  test('a length that no number holds is refused', async () => {
    const connection = await HttpConnection.open(broker);
    const path = target('device');
    connection.request({ path, headers: { 'Content-Length': '9'.repeat(30) } });
    const { status } = await connection.answers.take();
    assert.ok(status === 413 || status === 400, `status ${status}`);
  });

  test('curl, which waits to be asked for the body, does not send it', async () => {
    const device = await connect();
    const url = `http://127.0.0.1:${broker.httpPort}${target(device.clientId)}`;
    const upload = (size) => {
      const args = ['-sS', '--max-time', '60', '-H', 'Expect: 100-continue'];
      const wanted = ['-w', '%{http_code} %{size_upload}', '-o', '/dev/null'];
      const input = Buffer.alloc(size);
      return run(
        'curl',
        [...args, ...wanted, '--expect100-timeout', '60', '--data-binary', '@-', url],
        { input },
      );
    };
    assert.equal((await upload(PAYLOAD_MAX)).output, `200 ${PAYLOAD_MAX}`);
    assert.equal((await upload(PAYLOAD_MAX + 1)).output, '413 0');
  });

  test('a body in chunks is refused when it has become too large', async () => {
    const device = await connect();
    const connection = await HttpConnection.open(broker);
    const chunked = { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined };
    connection.request({ path: target(device.clientId), headers: chunked });
    connection.write(`${PAYLOAD_MAX.toString(16)}\r\n`);
    connection.write(Buffer.alloc(PAYLOAD_MAX));
    connection.write('\r\n1\r\nx');
    await connection.call(logged(device.clientId)).expect('PAYLOAD_TOO_LARGE');
    await connection.finished;
  });

  test('a body in chunks of just the size is taken', async () => {
    const device = await connect();
    const connection = await HttpConnection.open(broker);
    const chunked = { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined };
    connection.request({ path: target(device.clientId), headers: chunked });
    for (let i = 0; i < 8; i++) {
      connection.write(`${(PAYLOAD_MAX / 8).toString(16)}\r\n`);
      connection.write(Buffer.alloc(PAYLOAD_MAX / 8, i));
      connection.write('\r\n');
    }
    connection.write('0\r\n\r\n');
    await connection.call(logged(device.clientId)).expect('SENT');
    assert.equal((await device.message()).payload.length, PAYLOAD_MAX);
  });

  /* 1 + 1 bytes of fixed header, 2 + 5 of topic, 2 of packet identifier, 1 + 4 of
   * properties: Content Type "a". */
  const sizes = [
    { confirmation: true, level: 5, overhead: 16 },
    { confirmation: false, level: 5, overhead: 14 },
  ];
  for (const { confirmation, overhead } of sizes) {
    test(`Maximum Packet Size to the byte, confirmation ${confirmation}`, async () => {
      const device = await connect({ properties: { maximumPacketSize: 100 } });
      const params = { topic: 'topic', contentType: 'a', confirmation };
      const fits = send(broker, device.clientId, params, { body: 'x'.repeat(100 - overhead) });
      await fits.expect(confirmation ? 'CONFIRMED' : 'SENT');
      assert.equal((await device.message()).bytes.length, 100);
      const body = 'x'.repeat(101 - overhead);
      await send(broker, device.clientId, params, { body }).expect('RECEIVER_PACKET_TOO_LARGE');
    });
  }
});

suite('windows', {}, (broker, test) => {
  const silent = (properties) =>
    Device.connect(broker, { clientId: unique('device'), acknowledges: false, properties });

  for (const receiveMaximum of [1, 3]) {
    test(`Receive Maximum ${receiveMaximum}`, async () => {
      const device = await silent({ receiveMaximum });
      const calls = [];
      for (let i = 0; i < receiveMaximum; i++) {
        const call = sendConfirmed(broker, device.clientId, { timeout: LONG });
        calls.push({ call, message: await device.message() });
      }
      const refused = sendConfirmed(broker, device.clientId);
      await refused.expect('RECEIVER_MAX_UNACKED_QOS1_EXCEEDED');
      /* QoS 0 needs no place. */
      await send(broker, device.clientId).expect('SENT');
      assert.equal((await device.message()).qos, 0);

      device.puback(calls[0].message);
      await calls[0].call.expect('CONFIRMED');
      const next = sendConfirmed(broker, device.clientId, { timeout: LONG });
      calls.push({ call: next, message: await device.message() });
      for (const { call, message } of calls.slice(1)) {
        device.puback(message);
        await call.expect('CONFIRMED');
      }
    });
  }

  test('messages of the broker take places in the window too', async () => {
    const device = await silent({ receiveMaximum: 2 });
    const topic = unique('topic');
    await device.subscribe(topic);
    await device.publishConfirmed(topic);
    const own = await device.message();
    const call = sendConfirmed(broker, device.clientId, { timeout: LONG });
    const direct = await device.message();
    assert.notEqual(own.packetId, direct.packetId);
    const refused = sendConfirmed(broker, device.clientId);
    await refused.expect('RECEIVER_MAX_UNACKED_QOS1_EXCEEDED');

    /* The broker's next one waits for a place; a direct message never does. */
    await device.publishConfirmed(topic, 'later');
    device.puback(own);
    const later = await device.message();
    assert.equal(later.payload.toString(), 'later');
    device.puback(direct);
    await call.expect('CONFIRMED');
  });

  test('a hundred places without a Receive Maximum', async () => {
    const device = await silent({});
    const connections = await Promise.all(
      Array.from({ length: 100 }, () => HttpConnection.open(broker)),
    );
    const params = { confirmation: true, timeout: LONG };
    const calls = connections.map((connection) => connection.send(device.clientId, params));
    const messages = [];
    while (messages.length < 100) messages.push(await device.message());
    assert.equal(new Set(messages.map(({ packetId }) => packetId)).size, 100);
    const refused = sendConfirmed(broker, device.clientId);
    await refused.expect('RECEIVER_MAX_UNACKED_QOS1_EXCEEDED');
    device.vanish();
    for (const call of calls) await call.expect('RECEIVER_DISCONNECTED');
  });
});

/* Requests in one piece are handled in one turn of the broker's loop: hardly any time passes. */
async function pipeline(broker, clientId, params, count) {
  const connection = await HttpConnection.open(broker);
  connection.socket.cork();
  const calls = Array.from({ length: count }, () => connection.send(clientId, params));
  connection.socket.uncork();
  return calls;
}

group('rates', (test) => {
  test('of the account', () =>
    withBroker({ config: { limits: { sendsPerSecond: 3 } } }, async (broker) => {
      await Device.connect(broker, { clientId: 'device' });
      const calls = await pipeline(broker, 'device', {}, 5);
      for (const call of calls.slice(0, 3)) await call.expect('SENT');
      for (const call of calls.slice(3)) {
        const { headers } = await call.expect('SEND_DIRECT_MESSAGE_THROTTLED');
        assert.equal(headers['retry-after'], '1');
      }
    }));

  test('of the account: who is not there counts too', () =>
    withBroker({ config: { limits: { sendsPerSecond: 1 } } }, async (broker) => {
      const calls = await pipeline(broker, 'nobody', {}, 2);
      await calls[0].expect('TARGET_CLIENT_ID_NOT_FOUND');
      await calls[1].expect('SEND_DIRECT_MESSAGE_THROTTLED');
    }));

  test('of one connection: a hundred a second when nothing else is said', () =>
    withBroker({}, async (broker) => {
      await Device.connect(broker, { clientId: 'device' });
      const begin = performance.now();
      const calls = await pipeline(broker, 'device', {}, 300);
      const answers = await Promise.all(calls.map(({ answer }) => answer));
      const seconds = (performance.now() - begin) / 1000;
      const sent = calls.filter((call, i) => i < 100 || answers[i].status === 200);
      for (const call of calls)
        await call.expect(sent.includes(call) ? 'SENT' : 'RECEIVE_SESSION_THROTTLED');
      assert.ok(sent.length <= Math.min(100 + 100 * seconds, 299), `${sent.length} in ${seconds} s`);
    }));

  test('of one connection', () =>
    withBroker({ config: { limits: { publishesPerSecond: 3 } } }, async (broker) => {
      await Device.connect(broker, { clientId: 'device' });
      await Device.connect(broker, { clientId: 'other' });
      const calls = await pipeline(broker, 'device', {}, 5);
      for (const call of calls.slice(0, 3)) await call.expect('SENT');
      for (const call of calls.slice(3)) {
        const { headers } = await call.expect('RECEIVE_SESSION_THROTTLED');
        assert.equal(headers['retry-after'], '1');
      }
      await send(broker, 'other').expect('SENT');
    }));

  test('callers that wait', () =>
    withBroker({ config: { limits: { ...PATIENT.limits, maxWaiting: 2 } } }, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device', acknowledges: false });
      const params = { confirmation: true, timeout: LONG };
      const [first, second, third] = await pipeline(broker, 'device', params, 3);
      const messages = [await device.message(), await device.message()];
      const refused = sendConfirmed(broker, 'device');
      await refused.expect('SEND_DIRECT_MESSAGE_THROTTLED');
      await send(broker, 'device').expect('SENT');
      for (const message of messages) device.puback(message);
      await first.expect('CONFIRMED');
      await second.expect('CONFIRMED');
      await third.expect('SEND_DIRECT_MESSAGE_THROTTLED');
    }));

  test('unacknowledged messages of one connection', () =>
    withBroker(
      { config: { limits: { ...PATIENT.limits, maxUnacknowledged: 1 } } },
      async (broker) => {
        const device = await Device.connect(broker, { clientId: 'device', acknowledges: false });
        const call = sendConfirmed(broker, 'device', { timeout: LONG });
        const message = await device.message();
        await sendConfirmed(broker, 'device').expect('RECEIVER_MAX_UNACKED_QOS1_EXCEEDED');
        device.puback(message);
        await call.expect('CONFIRMED');
      },
    ));

  test('a device that stops reading', () =>
    withBroker(
      { config: { limits: { publishesPerSecond: 100000 }, broker: { maxOutputBytes: 65536 } } },
      async (broker) => {
        const device = await Device.connect(broker, { clientId: 'device' });
        device.socket.pause();
        const body = Buffer.alloc(PAYLOAD_MAX);
        let sent = 0;
        let status = 200;
        let call;
        for (; status === 200 && sent < 1000; sent++) {
          call = send(broker, 'device', { topic: `n/${sent}` }, { body });
          status = (await call.answer).status;
        }
        await call.expect('CLIENT_ENDPOINT_NOT_WRITABLE');
        await sendConfirmed(broker, 'device').expect('CLIENT_ENDPOINT_NOT_WRITABLE');

        device.socket.resume();
        for (let i = 0; i < sent - 1; i++) {
          const { topic, payload } = await device.message();
          assert.equal(topic, `n/${i}`);
          assert.equal(payload.length, PAYLOAD_MAX);
        }
        await sendConfirmed(broker, 'device').expect('CONFIRMED');
      },
    ));
});
