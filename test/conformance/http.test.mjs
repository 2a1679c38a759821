/* HTTP/1.1 as the API's server speaks it: framing, order, and what is no HTTP.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { LONG, PATIENT } from './lib/broker.mjs';
import { checkAnswer } from './lib/call.mjs';
import { Device } from './lib/device.mjs';
import { HttpConnection, logged, send, sendConfirmed, target } from './lib/http.mjs';
import { group, suite, unique, withBroker } from './lib/suite.mjs';

const CHUNKED = { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined };

const options = { config: { ...PATIENT, httpLimits: { maxPipelined: 100 } } };

suite('http', options, (broker, test) => {
  const device = (options = {}) =>
    Device.connect(broker, { clientId: unique('device'), ...options });
  const open = () => HttpConnection.open(broker);

  test('a connection stays for the next request', async () => {
    const { clientId } = await device();
    const connection = await open();
    for (const params of [{}, { confirmation: true }, { topic: 'x' }])
      await connection.send(clientId, params).expect(params.confirmation ? 'CONFIRMED' : 'SENT');
    await connection.send(unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
    await connection.send(clientId).expect('SENT');
  });

  test('a hundred requests at once are answered in order, though the first one waits', async () => {
    const receiver = await device({ acknowledges: false });
    const connection = await open();
    const topics = Array.from({ length: 100 }, (_, i) => `t/${i}`);
    const calls = topics.map((topic, i) =>
      connection.send(receiver.clientId, { topic, confirmation: i === 0, timeout: LONG }),
    );
    /* Nobody is held up: all have been delivered before the first is acknowledged. */
    const first = await receiver.message();
    for (const topic of topics.slice(1)) assert.equal((await receiver.message()).topic, topic);
    await send(broker, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
    assert.ok(calls.every(({ answered }) => !answered));
    receiver.puback(first);
    /* Each call's entry in the log has its own topic: the answers have not been mixed up. */
    for (const [i, call] of calls.entries()) await call.expect(i === 0 ? 'CONFIRMED' : 'SENT');
  });

  test('more requests at once than may wait are taken later', () =>
    withBroker({ config: { ...PATIENT, httpLimits: { maxPipelined: 4 } } }, async (own) => {
      const receiver = await Device.connect(own, { clientId: 'device', acknowledges: false });
      const connection = await HttpConnection.open(own);
      const calls = Array.from({ length: 50 }, (_, i) =>
        connection.send('device', { topic: `t/${i}`, confirmation: true, timeout: LONG }),
      );
      for (let i = 0; i < 50; i++) {
        const message = await receiver.message();
        assert.equal(message.topic, `t/${i}`);
        receiver.puback(message);
      }
      for (const call of calls) await call.expect('CONFIRMED');
    }));

  test('requests that arrive byte by byte', async () => {
    const { clientId } = await device();
    const connection = await open();
    const [one, other] = [connection.call(logged(clientId)), connection.call(logged(clientId))];
    const request = `POST ${target(clientId)} HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\nok`;
    for (const byte of request + request) {
      await new Promise((resolve) => connection.socket.write(byte, resolve));
    }
    await one.expect('SENT');
    await other.expect('SENT');
  });

  test('empty lines before a request', async () => {
    const { clientId } = await device();
    const connection = await open();
    connection.write('\r\n\r\n');
    await connection.send(clientId).expect('SENT');
  });

  test('a body in chunks, with extensions and a trailer', async () => {
    const receiver = await device();
    const connection = await open();
    connection.request({ path: target(receiver.clientId), headers: CHUNKED });
    connection.write('4;name="value"\r\nopen\r\nB\r\n the window\r\n');
    connection.write('0\r\nX-Trailer: 1\r\nx-amz-mqtt5-payload-format-indicator: no\r\n\r\n');
    await connection.call(logged(receiver.clientId)).expect('SENT');
    assert.equal((await receiver.message()).payload.toString(), 'open the window');
    await connection.send(receiver.clientId).expect('SENT');
  });

  test('an empty body in chunks', async () => {
    const receiver = await device();
    const connection = await open();
    connection.request({ path: target(receiver.clientId), headers: CHUNKED });
    connection.write('0\r\n\r\n');
    await connection.call(logged(receiver.clientId)).expect('SENT');
    assert.equal((await receiver.message()).payload.length, 0);
  });

  test('no length at all is no body', async () => {
    const receiver = await device();
    const connection = await open();
    const headers = { 'Content-Length': undefined };
    connection.request({ path: target(receiver.clientId), headers });
    await connection.call(logged(receiver.clientId)).expect('SENT');
    assert.equal((await receiver.message()).payload.length, 0);
  });

  test('Expect: 100-continue is answered before the body', async () => {
    const receiver = await device();
    const connection = await open();
    const headers = { Expect: '100-continue', 'Content-Length': 4 };
    connection.request({ path: target(receiver.clientId), headers });
    assert.equal((await connection.answers.take()).status, 100);
    connection.write('open');
    await connection.call(logged(receiver.clientId)).expect('SENT');
    assert.equal((await receiver.message()).payload.toString(), 'open');
  });

  test('Expect: 100-continue with the body already there needs no answer of its own', async () => {
    const receiver = await device();
    const connection = await open();
    const headers = { Expect: '100-continue' };
    await connection.send(receiver.clientId, {}, { headers, body: 'open' }).expect('SENT');
  });

  for (const [what, space] of Object.entries({ spaces: '  ', tabs: '\t', both: ' \t ' })) {
    test(`${what} around a value are no part of it`, async () => {
      const receiver = await device();
      const connection = await open();
      const around = (value) => `${space}${value}${space}`;
      const headers = { 'Content-Length': around(4), 'x-amz-mqtt5-correlation-data': around('YQ==') };
      await connection.send(receiver.clientId, {}, { headers, body: 'open' }).expect('SENT');
      const message = await receiver.message();
      assert.equal(message.payload.toString(), 'open');
      assert.equal(message.properties.correlationData.toString(), 'a');
      const chunked = { ...CHUNKED, 'Transfer-Encoding': around('chunked') };
      const body = '4\r\nopen\r\n0\r\n\r\n';
      await connection.send(receiver.clientId, {}, { headers: chunked, body }).expect('SENT');
      assert.equal((await receiver.message()).payload.toString(), 'open');
      const asking = { Expect: around('100-continue'), 'Content-Length': 4 };
      connection.request({ path: target(receiver.clientId), headers: asking });
      assert.equal((await connection.answers.take()).status, 100);
      connection.write('open');
      await connection.call(logged(receiver.clientId)).expect('SENT');
      const headersOfLast = { Connection: around('close') };
      await connection.send(receiver.clientId, {}, { headers: headersOfLast }).expect('SENT');
      await connection.finished;
    });
  }

  test('Expect: 100-continue waits for its turn', async () => {
    const receiver = await device({ acknowledges: false });
    const connection = await open();
    const first = connection.send(receiver.clientId, { confirmation: true, timeout: LONG });
    const message = await receiver.message();
    const headers = { Expect: '100-continue', 'Content-Length': 4 };
    connection.request({ path: target(receiver.clientId), headers });
    await send(broker, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
    receiver.puback(message);
    await first.expect('CONFIRMED');
    assert.equal((await connection.answers.take()).status, 100);
    connection.write('open');
    await connection.call(logged(receiver.clientId)).expect('SENT');
  });

  test('Connection: close', async () => {
    const { clientId } = await device();
    const connection = await open();
    const call = connection.send(clientId, {}, { headers: { Connection: 'close' } });
    assert.equal((await call.expect('SENT')).headers.connection, 'close');
    await connection.finished;
  });

  test('HTTP/1.0 closes', async () => {
    const { clientId } = await device();
    const connection = await open();
    const call = connection.send(clientId, { confirmation: true }, { version: '1.0' });
    assert.equal((await call.expect('CONFIRMED')).headers.connection, 'close');
    await connection.finished;
  });

  test('HTTP/1.0 without a Host, which stays open when asked to', async () => {
    const { clientId } = await device();
    const connection = await open();
    const headers = { Connection: 'keep-alive', Host: undefined };
    for (let i = 0; i < 2; i++) {
      const call = connection.send(clientId, {}, { version: '1.0', headers });
      assert.equal((await call.expect('SENT')).headers.connection, 'keep-alive');
    }
  });

  test('an upgrade that is offered is not taken', async () => {
    const { clientId } = await device();
    const connection = await open();
    const headers = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': '' };
    await connection.send(clientId, {}, { headers }).expect('SENT');
    await connection.send(clientId).expect('SENT');
  });

  test('the Date is of now', async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const { headers } = await send(broker, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
    const date = Date.parse(headers.date);
    assert.ok(before <= date && date <= Date.now(), headers.date);
  });

  /* ---- What is no HTTP ---- */

  const CHUNKS = 'Transfer-Encoding: chunked';
  const NO_CHUNK = '0\r\n\r\n';
  const start = `POST ${target('device')} HTTP/1.1`;
  const post = (...fields) => [start, 'Host: b', ...fields, '', ''].join('\r\n');
  const malformed = {
    'no HTTP at all': 'HELLO\r\n\r\n',
    'a device at the wrong port': Buffer.from('100c00044d5154540402003c0000', 'hex'),
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    TLS: Buffer.from('16030100a5010000a10303', 'hex'),
    'HTTP/0.9': 'GET /\r\n\r\n',
    'HTTP/2.0 in text': `POST ${target('device')} HTTP/2.0\r\nHost: b\r\n\r\n`,
    'HTTP/1.2': `POST ${target('device')} HTTP/1.2\r\nHost: b\r\n\r\n`,
    'a space in the target': 'POST /connections/a b/messages?topic=t HTTP/1.1\r\nHost: b\r\n\r\n',
    'no Host': `${start}\r\nContent-Length: 0\r\n\r\n`,
    'two Hosts': post('Host: b'),
    'a space before the colon': post('X-Name : 1'),
    'a header without a colon': post('X-Name'),
    'a header without a name': post(': 1'),
    'a folded header': post('X-Name: 1', ' 2'),
    'a space before the first header': `${start}\r\n Host: b\r\n\r\n`,
    'NUL in a header': post('X-Name: a\0b'),
    'a carriage return in a header': post('X-Name: a\rb'),
    'a length with a space before the colon': post('Content-Length : 1') + 'x',
    'an encoding with a space before the colon':
      post('Content-Length: 5', 'Transfer-Encoding : chunked') + NO_CHUNK,
    'a negative length': post('Content-Length: -1'),
    'a length with a sign': post('Content-Length: +1') + 'x',
    'a length in hexadecimal digits': post('Content-Length: 0x1') + 'x',
    'a length that is a list': post('Content-Length: 1, 1') + 'x',
    'an empty length': post('Content-Length:'),
    'two lengths': post('Content-Length: 1', 'Content-Length: 2') + 'xx',
    'the same length twice': post('Content-Length: 1', 'Content-Length: 1') + 'x',
    'both kinds of length': post('Content-Length: 5', CHUNKS) + NO_CHUNK,
    'both kinds of length, the other way round': post(CHUNKS, 'Content-Length: 5') + NO_CHUNK,
    'another encoding': post('Transfer-Encoding: gzip, chunked') + NO_CHUNK,
    'an unknown encoding': post('Transfer-Encoding: xchunked') + NO_CHUNK,
    'two encodings': post(CHUNKS, 'Transfer-Encoding: x') + NO_CHUNK,
    'an encoding in HTTP/1.0': post(CHUNKS).replace('HTTP/1.1', 'HTTP/1.0') + NO_CHUNK,
    'a size of a chunk that is none': post(CHUNKS) + 'x\r\n',
    'an endless size of a chunk': post(CHUNKS) + `${'f'.repeat(17)}\r\n`,
    'a chunk that is longer than it says': post(CHUNKS) + '1\r\nxx\r\n0\r\n\r\n',
    'a header of 33 KB': post(`X-Name: ${'x'.repeat(33 * 1024)}`),
    'a target of 33 KB': `POST /${'x'.repeat(33 * 1024)} HTTP/1.1\r\nHost: b\r\n\r\n`,
    'a thousand headers': post(...Array(1000).fill('X: 1')),
  };
  for (const [what, bytes] of Object.entries(malformed)) {
    test(`${what} is answered 400, and the connection ends`, async () => {
      const connection = await open();
      connection.write(bytes);
      const { headers } = await connection.call(null).expect('INVALID_REQUEST');
      assert.equal(headers.connection, 'close');
      await connection.finished;
      assert.deepEqual(connection.answers.items, []);
    });
  }

  test('what stands before is answered first, what stands behind is not looked at', async () => {
    const receiver = await device({ acknowledges: false });
    const connection = await open();
    const first = connection.send(receiver.clientId, { confirmation: true, timeout: LONG });
    connection.write('HELLO\r\n\r\n');
    const second = connection.call(null);
    connection.request({ path: target(receiver.clientId, { topic: 'behind' }) });
    const message = await receiver.message();
    await send(broker, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
    assert.equal(second.answered, false);
    receiver.puback(message);
    await first.expect('CONFIRMED');
    await second.expect('INVALID_REQUEST');
    await connection.finished;
    await sendConfirmed(broker, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
    assert.deepEqual(receiver.received.items, []);
  });

  for (const method of ['BREW', 'get', 'PO', 'DESCRIBE', 'X'.repeat(100)]) {
    test(`${method}: a method that nobody knows is 501`, async () => {
      const connection = await open();
      connection.request({ method, path: target('device') });
      await connection.call(null).expect('METHOD_NOT_IMPLEMENTED');
      await connection.finished;
    });
  }

  test('CONNECT: this is not a proxy', async () => {
    const connection = await open();
    connection.write('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n');
    const answer = await connection.answers.take();
    assert.equal(answer.status, 405);
    await connection.finished;
  });

  test('a caller who ends his side without a request is forgotten', async () => {
    const connection = await open();
    connection.socket.end();
    await connection.finished;
    assert.deepEqual(connection.answers.items, []);
  });

  test('a caller who ends his side in the middle of a request is forgotten', async () => {
    const receiver = await device();
    const connection = await open();
    const headers = { 'Content-Length': 10 };
    connection.request({ path: target(receiver.clientId), headers, body: 'open' });
    connection.socket.end();
    await connection.finished;
    assert.deepEqual(connection.answers.items, []);
    await sendConfirmed(broker, receiver.clientId, { topic: 'marker' }).expect('CONFIRMED');
    assert.equal((await receiver.message()).topic, 'marker');
  });
});

group('http, slow callers', (test) => {
  const config = {
    httpLimits: {
      headerTimeoutSeconds: 1,
      bodyTimeoutSeconds: 1,
      idleTimeoutSeconds: 1,
      maxHeaderBytes: 1024,
      maxConnections: 10,
    },
  };

  test('a header, a body, or nothing that does not come in time', () =>
    withBroker({ config }, async (broker) => {
      await Device.connect(broker, { clientId: 'device' });
      /* They write without delay: the time of each is short. */
      const [head, body, idle, busy] = Array.from({ length: 4 }, () => new HttpConnection(broker));
      head.write('POST /connections/device/messages?topic=t HTTP/1.1\r\nHost: b\r\n');
      body.request({ path: target('device'), headers: { 'Content-Length': 5 }, body: 'open' });
      await busy.send('device').expect('SENT');

      checkAnswer(await head.answers.take(), 'INVALID_REQUEST');
      await head.finished;
      checkAnswer(await body.answers.take(), 'INVALID_REQUEST');
      await body.finished;
      for (const silent of [idle, busy]) {
        await silent.finished;
        assert.deepEqual(silent.answers.items, []);
      }
    }));

  test('waiting for a PUBACK is not being idle', () =>
    withBroker({ config }, async (broker) => {
      await Device.connect(broker, { clientId: 'device', acknowledges: false });
      const idle = new HttpConnection(broker);
      const connection = new HttpConnection(broker);
      const call = connection.send('device', { confirmation: true, timeout: 3 });
      await idle.finished;
      await call.expect('DELIVERY_CONFIRMATION_TIMEOUT');
    }));

  test('a header over the limit that was set', () =>
    withBroker({ config }, async (broker) => {
      const connection = await HttpConnection.open(broker);
      const headers = { 'X-Name': 'x'.repeat(1024) };
      connection.request({ path: target('device'), headers });
      await connection.call(null).expect('INVALID_REQUEST');
    }));

  test('more connections than the limit are closed', () =>
    withBroker({ config: { httpLimits: { maxConnections: 2 } } }, async (broker) => {
      const [one, two] = [await HttpConnection.open(broker), await HttpConnection.open(broker)];
      const third = await HttpConnection.open(broker);
      await third.finished;
      for (const connection of [one, two])
        await connection.send('nobody').expect('TARGET_CLIENT_ID_NOT_FOUND');
    }));
});
