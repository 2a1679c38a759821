/* boto3 drives dm-broker and dm-sidecar, unchanged: all four operations, every exception as
 * boto3 types it, and how often it tries.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Authority } from './lib/authority.mjs';
import { Boto3 } from './lib/boto3.mjs';
import { UUID, checkAnswer } from './lib/call.mjs';
import { mqttJs } from './lib/clients.mjs';
import { Device } from './lib/device.mjs';
import { request } from './lib/http.mjs';
import { CALLERS, NAMES, PROPERTIES, READER, TEMPORARY, checkProperties } from './lib/sdk.mjs';
import { group, sidecarSuite, suite, unique, withBroker } from './lib/suite.mjs';

const SEND = 'send_direct_message';
const GET = 'get_connection';
const LIST = 'list_subscriptions';
const DELETE = 'delete_connection';
const EVENTS = {
  [SEND]: 'SendDirectMessage',
  [GET]: 'GetConnection',
  [LIST]: 'ListSubscriptions',
  [DELETE]: 'DeleteConnection',
};

const STATUSES = {
  InvalidRequestException: 400,
  UnauthorizedException: 401,
  ForbiddenException: 403,
  ResourceNotFoundException: 404,
  ConflictException: 409,
  RequestEntityTooLargeException: 413,
  ThrottlingException: 429,
  InternalFailureException: 500,
  ServiceUnavailableException: 503,
  GatewayTimeoutException: 504,
};

/* As often as boto3 tries by itself. */
const ATTEMPTS = 5;

/* For what is to wait: boto3 waits for a minute, and then tries again. */
const LONG = 50;

function succeeded({ result, exception, message }) {
  assert.equal(exception, undefined, message);
  return result;
}

/* boto3 has typed it, and what it says is all there. */
function failed(answer, exception, reason, attempts = 1) {
  const { status, message, requestId, body, typed } = answer;
  assert.equal(answer.exception, exception, message);
  assert.ok(typed);
  assert.equal(answer.attempts, attempts);
  assert.equal(message, body.message);
  assert.match(message, /^[A-Z].{8,}$/s);
  assert.match(requestId, UUID);
  assert.equal(body.traceId, requestId);
  assert.equal(body.reason, reason);
  assert.equal(status, STATUSES[exception]);
  return { message, requestId };
}

/* Calls from one process with boto3. Each is tried once, unless it is told otherwise. */
function caller(program, options) {
  const boto3 = new Boto3(program, options);
  const call = (operation, parameters, more) =>
    boto3.call(operation, parameters, { attempts: 1, ...more });
  const send = (clientId, more = {}, how = {}) =>
    call(SEND, { clientId, topic: 'jobs/new', ...more }, how);
  const confirmed = (clientId, more = {}, how = {}) =>
    send(clientId, { confirmation: true, timeout: 15, ...more }, how);

  /* A call that fails: the exception, and the log with its reason. */
  async function fails([operation, parameters], exception, reason, more) {
    const answer = failed(await call(operation, parameters, more), exception, reason);
    const entry = await program.entry(answer.requestId, EVENTS[operation]);
    assert.equal(entry.reason, reason);
    assert.equal(entry.status, 'Failure');
    return { ...answer, entry };
  }

  return { call, send, confirmed, fails };
}

const message = (clientId, more = {}) => [SEND, { clientId, topic: 'jobs/new', ...more }];

function operations(program, test, options) {
  const { call, send, confirmed, fails } = caller(program, options);
  const connect = (more = {}) =>
    Device.connect(program, { clientId: unique('boto3'), ...more });

  /* ---- SendDirectMessage ---- */

  test('a confirmed message', async () => {
    const device = await connect();
    const { message: told, traceId, ResponseMetadata } = succeeded(
      await confirmed(device.clientId, { payload: 'open' }),
    );
    assert.equal(told, 'OK');
    assert.equal(ResponseMetadata.RequestId, traceId);
    const { topic, qos, payload } = await device.message();
    assert.deepEqual([topic, qos, payload.toString()], ['jobs/new', 1, 'open']);
    const entry = await program.entry(traceId);
    assert.equal(entry.principalId, 'backend');
    assert.equal(entry.delivered, 'yes');
  });

  test('temporary credentials', async () => {
    const { clientId } = await connect();
    succeeded(await confirmed(clientId, {}, { credentials: TEMPORARY }));
  });

  test('an unconfirmed message, without payload', async () => {
    const device = await connect();
    for (const more of [{}, { confirmation: false }, { confirmation: false, timeout: 0 }]) {
      const { traceId } = succeeded(await send(device.clientId, more));
      const { qos, payload } = await device.message();
      assert.deepEqual([qos, payload.length], [0, 0]);
      assert.equal((await program.entry(traceId)).delivered, 'maybe');
    }
  });

  test('all bytes of a payload, up to the largest', async () => {
    const device = await connect();
    const largest = Buffer.alloc(131072);
    for (let i = 0; i < largest.length; i++) largest[i] = i * 31 + (i >> 8);
    for (const payload of [Buffer.from([0, 0xff, 0x0d, 0x0a]), largest]) {
      succeeded(await confirmed(device.clientId, { payload }));
      assert.deepEqual((await device.message()).payload, payload);
    }
  });

  /* boto3 encodes what it is given, a text once more than a list. */
  for (const [what, userProperties] of [
    ['a list', JSON.parse(PROPERTIES.userProperties)],
    ['a text', PROPERTIES.userProperties],
  ]) {
    test(`properties arrive at MQTT.js, the user's given as ${what}`, async () => {
      const { messages, clientId } = await mqttJs(program, { protocolVersion: 5 });
      const payload = Buffer.from('{"on":true, "name": "Ä"}');
      const answer = await confirmed(clientId, {
        ...PROPERTIES,
        topic: 'jobs/ä b-c',
        userProperties,
        payload,
      });
      succeeded(answer);
      const got = await messages.take();
      assert.equal(got.topic, 'jobs/ä b-c');
      assert.deepEqual(got.payload, payload);
      checkProperties(got.packet);
    });
  }

  for (const name of NAMES) {
    test(`the client identifier and topic ${name}`, async () => {
      const clientId = `${name}${unique('')}`;
      const topic = `jobs/${name.replace(/[+#]/g, '_')}`;
      const device = await connect({ clientId });
      succeeded(await confirmed(clientId, { topic }));
      assert.equal((await device.message()).topic, topic);
      assert.equal(succeeded(await call(GET, { clientId })).clientId, clientId);
    });
  }

  /* boto3 signs no payload into it. */
  test('presigned URLs', async () => {
    const device = await connect();
    const { clientId } = device;
    const ask = async (operation, parameters, more) => {
      const url = succeeded(await call(operation, parameters, { how: 'url' }));
      assert.match(url, /X-Amz-Signature=/);
      const { host, pathname, search } = new URL(url);
      const what = { path: pathname + search, headers: { host }, tls: options.tls };
      return request(program, { ...what, ...more });
    };
    const sent = { clientId, topic: 'jobs/ä b', confirmation: true, timeout: 15 };
    checkAnswer(await ask(SEND, sent), 'CONFIRMED');
    assert.equal((await device.message()).topic, 'jobs/ä b');
    const { status: other } = await ask(SEND, sent, { body: 'shut' });
    const { status, body } = await ask(GET, { clientId }, { method: 'GET' });
    assert.deepEqual([other, status, JSON.parse(body).connected], [401, 200, true]);
  });

  /* ---- Exceptions ---- */

  test('InvalidRequestException', async () => {
    const INVALID = 'InvalidRequestException';
    await fails(message('x', { topic: '$aws/x' }), INVALID, 'INVALID_TOPIC');
    await fails(message('$x'), INVALID, 'MALFORMED_CLIENTID');
    const timeout = { confirmation: true, timeout: 101 };
    await fails(message('x', timeout), INVALID, 'INVALID_TIMEOUT_PARAMETER');
    await fails(message('x', { responseTopic: '#' }), INVALID, 'INVALID_RESPONSE_TOPIC');
    const properties = { userProperties: { k: 'v' } };
    await fails(message('x', properties), INVALID, 'INVALID_USER_PROPERTIES');
    await fails(message('x', { correlationData: '?' }), INVALID, 'INVALID_CORRELATION_DATA');
    await fails([LIST, { clientId: 'x', maxResults: 201 }], INVALID, 'INVALID_REQUEST');
  });

  test('UnauthorizedException', async () => {
    const wrong = [
      { ...READER, secretAccessKey: TEMPORARY.secretAccessKey },
      { ...READER, accessKeyId: 'AKIAUNKNOWN' },
      { ...TEMPORARY, sessionToken: undefined },
    ];
    for (const credentials of wrong) {
      for (const what of [message('x'), [GET, { clientId: 'x' }]])
        await fails(what, 'UnauthorizedException', 'AUTHENTICATION_FAILURE', { credentials });
    }
  });

  test('ForbiddenException', async () => {
    const { clientId } = await connect();
    const reads = { credentials: READER };
    const FORBIDDEN = 'ForbiddenException';
    const { entry } = await fails(message(clientId), FORBIDDEN, 'SEND_AUTHORIZATION_FAILURE', reads);
    assert.equal(entry.principalId, 'reader');
    succeeded(await call(GET, { clientId }, reads));
    const refused = message(clientId, { topic: 'forbidden' });
    const receiver = await fails(refused, FORBIDDEN, 'RECEIVE_AUTHORIZATION_FAILURE');
    assert.match(receiver.message, /target client/);
  });

  test('ResourceNotFoundException', async () => {
    const clientId = unique('nobody');
    for (const what of [message(clientId), ...[GET, LIST, DELETE].map((o) => [o, { clientId }])])
      await fails(what, 'ResourceNotFoundException', 'TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('RequestEntityTooLargeException', async () => {
    const { clientId } = await connect({ properties: { maximumPacketSize: 100 } });
    const fits = message(clientId, { payload: 'x'.repeat(100) });
    await fails(fits, 'RequestEntityTooLargeException', 'RECEIVER_PACKET_TOO_LARGE');
    for (const size of [131_073, 1_000_000, 10_000_000]) {
      const large = message(clientId, { payload: 'x'.repeat(size) });
      await fails(large, 'RequestEntityTooLargeException', 'PAYLOAD_TOO_LARGE');
    }
  });

  test('ThrottlingException', async () => {
    const device = await connect({ acknowledges: false, properties: { receiveMaximum: 1 } });
    const first = confirmed(device.clientId, { timeout: LONG });
    const waiting = await device.message();
    const more = message(device.clientId, { confirmation: true });
    await fails(more, 'ThrottlingException', 'RECEIVER_MAX_UNACKED_QOS1_EXCEEDED');
    device.puback(waiting);
    succeeded(await first);
  });

  test('ConflictException', async () => {
    const device = await connect({ acknowledges: false });
    const rejected = message(device.clientId, { confirmation: true, timeout: LONG });
    const called = fails(rejected, 'ConflictException', 'RECEIVER_REJECTED');
    device.puback(await device.message(), 0x87);
    assert.equal((await called).entry.mqttReasonCode, 0x87);
  });

  test('GatewayTimeoutException', async () => {
    const GATEWAY = 'GatewayTimeoutException';
    const device = await connect({ acknowledges: false });
    const short = message(device.clientId, { confirmation: true, timeout: 1 });
    await fails(short, GATEWAY, 'DELIVERY_CONFIRMATION_TIMEOUT');
    const long = message(device.clientId, { confirmation: true, timeout: LONG });
    const called = fails(long, GATEWAY, 'RECEIVER_DISCONNECTED');
    await device.message();
    await device.message();
    device.socket.destroy();
    await called;
  });

  /* ---- The siblings ---- */

  test('GetConnection', async () => {
    const before = Date.now();
    const device = await connect({ keepAlive: 60 });
    const { clientId } = device;
    const known = succeeded(await call(GET, { clientId, includeSocketInformation: true }));
    assert.equal(known.connected, true);
    assert.equal(known.cleanSession, true);
    assert.equal(known.keepAliveDuration, 60);
    assert.equal(known.sourceIp, '127.0.0.1');
    assert.equal(known.sourcePort, device.socket.localPort);
    assert.equal(known.targetPort, program.mqttPort);
    assert.ok(known.connectedSince >= before - 1000 && known.connectedSince <= Date.now() + 1000);
    await device.disconnect();
    let gone;
    do {
      gone = succeeded(await call(GET, { clientId }));
    } while (gone.connected);
    assert.equal(gone.disconnectReason, 'CLIENT_INITIATED_DISCONNECT');
    assert.equal(gone.sourceIp, undefined);
  });

  test('ListSubscriptions, page by page', async () => {
    const device = await connect();
    const filters = Array.from({ length: 7 }, (_, i) => `a/${i}/ä %/+/#`);
    await device.subscribe(...filters.map((filter, i) => [filter, i % 2]));
    const paging = { clientId: device.clientId, PaginationConfig: { PageSize: 3 } };
    const pages = succeeded(await call(LIST, paging, { how: 'pages' }));
    assert.deepEqual(
      pages.map((page) => page.length),
      [3, 3, 1],
    );
    assert.deepEqual(
      pages.flat(),
      filters.map((topicFilter, i) => ({ topicFilter, qos: i % 2 })),
    );
    const first = succeeded(await call(LIST, { clientId: device.clientId, maxResults: 6 }));
    const { nextToken } = first;
    const second = succeeded(await call(LIST, { clientId: device.clientId, nextToken }));
    assert.deepEqual([...first.subscriptions, ...second.subscriptions], pages.flat());
    assert.equal(second.nextToken, undefined);
  });

  test('DeleteConnection', async () => {
    const device = await connect();
    const query = { clientId: device.clientId, cleanSession: true, preventWillMessage: true };
    succeeded(await call(DELETE, query));
    assert.equal((await device.take('DISCONNECT')).reasonCode, 0x98);
    const known = succeeded(await call(GET, { clientId: device.clientId }));
    assert.equal(known.disconnectReason, 'API_INITIATED_DISCONNECT');
    await fails([DELETE, query], 'ResourceNotFoundException', 'TARGET_CLIENT_ID_NOT_FOUND');
  });

}

function attempts(program, test) {
  const { send, confirmed } = caller(program);
  const connect = (more = {}) =>
    Device.connect(program, { clientId: unique('again'), acknowledges: false, ...more });
  const BY_ITSELF = { attempts: undefined };

  /* The entries of all its attempts. */
  async function attemptsOf(clientId, reason, count) {
    const entries = [];
    const wanted = (entry) => entry.clientId === clientId && entry.reason === reason;
    for (let i = 0; i < count; i++) entries.push(await program.log.take(wanted));
    assert.deepEqual(
      entries.map(({ attempt }) => attempt),
      Array.from({ length: count }, (_, i) => i + 1),
    );
    assert.equal(new Set(entries.map(({ invocationId }) => invocationId)).size, 1);
  }

  test('what is not answered in time is sent again', async () => {
    const device = await connect();
    const sent = { payload: 'now', timeout: 1 };
    const answer = await confirmed(device.clientId, sent, BY_ITSELF);
    const REASON = 'DELIVERY_CONFIRMATION_TIMEOUT';
    failed(answer, 'GatewayTimeoutException', REASON, ATTEMPTS);
    await attemptsOf(device.clientId, REASON, ATTEMPTS);
    succeeded(await send(device.clientId, { payload: 'marker' }));
    assert.deepEqual(await device.payloadsUntil(), Array(ATTEMPTS).fill('now'));
  });

  test('what is too much is sent again', async () => {
    const device = await connect({ properties: { receiveMaximum: 1 } });
    const first = confirmed(device.clientId, { timeout: LONG });
    const waiting = await device.message();
    const answer = await confirmed(device.clientId, {}, BY_ITSELF);
    const REASON = 'RECEIVER_MAX_UNACKED_QOS1_EXCEEDED';
    failed(answer, 'ThrottlingException', REASON, ATTEMPTS);
    await attemptsOf(device.clientId, REASON, ATTEMPTS);
    device.puback(waiting);
    succeeded(await first);
  });

  test('what is wrong is not sent again', async () => {
    const device = await connect();
    const { clientId } = device;
    const rejected = confirmed(clientId, { timeout: LONG }, BY_ITSELF);
    device.puback(await device.message(), 0x80);
    failed(await rejected, 'ConflictException', 'RECEIVER_REJECTED');
    for (const [parameters, exception, reason] of [
      [{ topic: '$x' }, 'InvalidRequestException', 'INVALID_TOPIC'],
      [{ topic: 'forbidden' }, 'ForbiddenException', 'RECEIVE_AUTHORIZATION_FAILURE'],
      [{ payload: 'x'.repeat(131_073) }, 'RequestEntityTooLargeException', 'PAYLOAD_TOO_LARGE'],
      [{ clientId: unique('no') }, 'ResourceNotFoundException', 'TARGET_CLIENT_ID_NOT_FOUND'],
    ])
      failed(await send(clientId, parameters, BY_ITSELF), exception, reason);
    succeeded(await send(clientId, { payload: 'marker' }));
    assert.deepEqual(await device.payloadsUntil(), []);
  });
}

function plain(program, test) {
  operations(program, test, {});
  attempts(program, test);
}

suite('boto3 and dm-broker', CALLERS, plain);
sidecarSuite('boto3 and dm-sidecar', CALLERS, (sidecar, test) => {
  plain(sidecar, test);

  /* What the sidecar cannot do: MQTT 3.1.1 has no word for it. */
  test('InternalFailureException, which is tried again', async () => {
    const kept = { clientId: unique('old'), level: 4, cleanStart: false };
    const { clientId } = await Device.connect(sidecar, kept);
    const boto3 = new Boto3(sidecar);
    const answer = await boto3.call(DELETE, { clientId, cleanSession: true });
    failed(answer, 'InternalFailureException', 'INTERNAL_SERVER_ERROR', ATTEMPTS);
  });
});

const authority = new Authority('myDevice');
const secured = { ...CALLERS, tls: authority.server({ httpsClientCertificates: 'off' }) };
const tls = authority.client();
const ca = authority.file('ca.pem');
suite('boto3 and dm-broker, over HTTPS', secured, (broker, test) => {
  operations(broker, test, { https: true, verify: ca, tls });

  test('an authority that it does not know', async () => {
    const boto3 = new Boto3(broker, { https: true });
    const { exception, message: why } = await boto3.call(GET, { clientId: 'x' }, { attempts: 1 });
    assert.equal(exception, 'SSLError', why);
    assert.match(why, /CERTIFICATE_VERIFY_FAILED/);
  });
});
sidecarSuite('boto3 and dm-sidecar, over HTTPS', secured, (sidecar, test) =>
  operations(sidecar, test, { https: true, env: { AWS_CA_BUNDLE: ca }, tls }),
);

group('boto3', (test) => {
  /* Waits for a message, and sees the broker end. */
  const interrupted = (attempts, look) =>
    withBroker(CALLERS, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device', acknowledges: false });
      const sent = { clientId: 'device', topic: 'x', confirmation: true, timeout: LONG };
      const called = new Boto3(broker).call(SEND, sent, { attempts });
      await device.message();
      broker.child.kill('SIGTERM');
      look(await called);
      await broker.ended();
    });

  test('ServiceUnavailableException', () =>
    interrupted(1, (answer) => failed(answer, 'ServiceUnavailableException', 'SHUTTING_DOWN')));

  /* Nobody listens there any more, or somebody else. */
  test('after which it tries again', () =>
    interrupted(undefined, ({ exception }) => {
      assert.ok(exception);
      assert.notEqual(exception, 'ServiceUnavailableException');
    }));
});
