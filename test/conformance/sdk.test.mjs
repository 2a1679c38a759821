/* The AWS SDK for JavaScript drives dm-broker and dm-sidecar, unchanged: all four operations,
 * and every exception as the SDK types it.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import {
  ConflictException,
  DeleteConnectionCommand,
  ForbiddenException,
  GatewayTimeoutException,
  GetConnectionCommand,
  InternalFailureException,
  InvalidRequestException,
  ListSubscriptionsCommand,
  MethodNotAllowedException,
  RequestEntityTooLargeException,
  ResourceNotFoundException,
  SendDirectMessageCommand,
  ServiceUnavailableException,
  ThrottlingException,
  UnauthorizedException,
} from '@aws-sdk/client-iot-data-plane';

import { Authority } from './lib/authority.mjs';
import { mqttJs } from './lib/clients.mjs';
import { Device } from './lib/device.mjs';
import {
  CALLERS,
  KEY,
  NAMES,
  PROPERTIES,
  READER,
  TEMPORARY,
  checkProperties,
  sdk,
} from './lib/sdk.mjs';
import { group, sidecarSuite, suite, unique, withBroker } from './lib/suite.mjs';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/* The SDK has typed it, and what it says is all there. */
async function throws(promise, type, reason) {
  const error = await promise.then(
    () => assert.fail('it should have failed'),
    (e) => e,
  );
  assert.ok(error instanceof type, `${error.name}: ${error.message}`);
  assert.match(error.message, /^[A-Z].{8,}$/s);
  assert.match(error.traceId, UUID);
  assert.equal(error.$metadata.requestId, error.traceId);
  assert.equal(error.$metadata.attempts, 1);
  return { error, reason };
}

function operations(program, test, { tls } = {}) {
  const client = (more) => sdk(program, { tls, ...more });
  const message = (clientId, more = {}) =>
    new SendDirectMessageCommand({ clientId, topic: 'jobs/new', ...more });
  const connect = (more = {}) =>
    Device.connect(program, { clientId: unique('sdk'), ...more });

  /* A call that fails: the exception, and the log with its reason. */
  async function fails(command, type, reason, more) {
    const { error } = await throws(client(more).send(command), type);
    const name = command.constructor.name.replace(/Command$/, '');
    const entry = await program.entry(error.traceId, name);
    assert.equal(entry.reason, reason);
    assert.equal(entry.status, 'Failure');
    return { error, entry };
  }

  /* ---- SendDirectMessage ---- */

  for (const credentials of [KEY, TEMPORARY]) {
    test(`a confirmed message (${credentials.accessKeyId})`, async () => {
      const device = await connect();
      const answer = await client({ credentials }).send(
        message(device.clientId, { confirmation: true, timeout: 15, payload: 'open' }),
      );
      assert.equal(answer.message, 'OK');
      assert.match(answer.traceId, UUID);
      const { topic, qos, payload } = await device.message();
      assert.deepEqual([topic, qos, payload.toString()], ['jobs/new', 1, 'open']);
      const entry = await program.entry(answer.traceId);
      assert.equal(entry.principalId, 'backend');
      assert.equal(entry.delivered, 'yes');
    });
  }

  test('an unconfirmed message, without payload', async () => {
    const device = await connect();
    await client().send(message(device.clientId));
    const { qos, payload } = await device.message();
    assert.deepEqual([qos, payload.length], [0, 0]);
  });

  test('properties arrive at MQTT.js', async () => {
    const { messages, clientId } = await mqttJs(program, { protocolVersion: 5 });
    const payload = Buffer.from('{"on":true, "name": "Ä"}');
    await client().send(
      message(clientId, {
        ...PROPERTIES,
        topic: 'jobs/ä b-c',
        confirmation: true,
        timeout: 15,
        payload,
      }),
    );
    const got = await messages.take();
    assert.equal(got.topic, 'jobs/ä b-c');
    assert.deepEqual(got.payload, payload);
    checkProperties(got.packet);
  });

  for (const name of NAMES) {
    test(`the client identifier and topic ${name}`, async () => {
      const clientId = `${name}${unique('')}`;
      const topic = `jobs/${name.replace(/[+#]/g, '_')}`;
      const device = await connect({ clientId });
      await client().send(message(clientId, { topic, confirmation: true, timeout: 15 }));
      assert.equal((await device.message()).topic, topic);
      const known = await client().send(new GetConnectionCommand({ clientId }));
      assert.equal(known.clientId, clientId);
    });
  }

  test('every attempt of a call is logged as such', async () => {
    const device = await connect({ acknowledges: false, properties: { receiveMaximum: 1 } });
    const first = client().send(
      message(device.clientId, { confirmation: true, timeout: 100, payload: 'first' }),
    );
    first.catch(() => {});
    await device.message();
    const call = client({ maxAttempts: 3 }).send(message(device.clientId, { confirmation: true }));
    await assert.rejects(call, ThrottlingException);
    const attempts = [];
    for (let i = 0; i < 3; i++) {
      attempts.push(
        await program.log.take(
          (entry) =>
            entry.clientId === device.clientId &&
            entry.reason === 'RECEIVER_MAX_UNACKED_QOS1_EXCEEDED',
        ),
      );
    }
    assert.deepEqual(
      attempts.map(({ attempt }) => attempt),
      [1, 2, 3],
    );
    assert.equal(new Set(attempts.map(({ invocationId }) => invocationId)).size, 1);
  });

  /* ---- Exceptions ---- */

  test('InvalidRequestException', async () => {
    await fails(message('x', { topic: '$aws/x' }), InvalidRequestException, 'INVALID_TOPIC');
    await fails(message('$x'), InvalidRequestException, 'MALFORMED_CLIENTID');
    const wrong = {
      INVALID_CONFIRMATION_PARAMETER: { confirmation: 'perhaps' },
      INVALID_TIMEOUT_PARAMETER: { confirmation: true, timeout: 101 },
      INVALID_RESPONSE_TOPIC: { responseTopic: 'a/#' },
      INVALID_CONTENT_TYPE: { contentType: 'x'.repeat(257) },
      INVALID_USER_PROPERTIES: { userProperties: '{"a": "b"}' },
      INVALID_PAYLOAD_FORMAT: { payloadFormatIndicator: 'UTF8_DATA', payload: Buffer.from([255]) },
      INVALID_CORRELATION_DATA: { correlationData: 'not base64!' },
    };
    for (const [reason, params] of Object.entries(wrong))
      await fails(message('x', params), InvalidRequestException, reason);
    const list = new ListSubscriptionsCommand({ clientId: 'x', maxResults: 201 });
    await fails(list, InvalidRequestException, 'INVALID_REQUEST');
  });

  test('MethodNotAllowedException', async () => {
    const put = client();
    put.middlewareStack.add(
      (next) => (args) => {
        args.request.method = 'PUT';
        return next(args);
      },
      { step: 'build' },
    );
    await throws(put.send(message('x')), MethodNotAllowedException);
  });

  test('UnauthorizedException', async () => {
    const wrong = [
      { ...KEY, secretAccessKey: READER.secretAccessKey },
      { ...KEY, accessKeyId: 'AKIAUNKNOWN' },
      { ...KEY, sessionToken: 'more than wanted' },
      { ...TEMPORARY, sessionToken: undefined },
      { ...TEMPORARY, sessionToken: `${TEMPORARY.sessionToken}x` },
    ];
    const messages = new Set();
    for (const credentials of wrong) {
      const more = { credentials };
      const reason = 'AUTHENTICATION_FAILURE';
      const { error } = await fails(message('x'), UnauthorizedException, reason, more);
      messages.add(error.message);
      const query = new GetConnectionCommand({ clientId: 'x' });
      await fails(query, UnauthorizedException, reason, more);
    }
    assert.equal(messages.size, 1);
  });

  test('ForbiddenException', async () => {
    const device = await connect();
    const sender = await fails(
      message(device.clientId),
      ForbiddenException,
      'SEND_AUTHORIZATION_FAILURE',
      { credentials: READER },
    );
    assert.equal(sender.entry.principalId, 'reader');
    const query = { clientId: device.clientId };
    await client({ credentials: READER }).send(new GetConnectionCommand(query));
    const receiver = await fails(
      message(device.clientId, { topic: 'forbidden' }),
      ForbiddenException,
      'RECEIVE_AUTHORIZATION_FAILURE',
    );
    assert.match(receiver.error.message, /target client/);
  });

  test('ResourceNotFoundException', async () => {
    await fails(
      message(unique('nobody')),
      ResourceNotFoundException,
      'TARGET_CLIENT_ID_NOT_FOUND',
    );
    await fails(
      new GetConnectionCommand({ clientId: unique('nobody') }),
      ResourceNotFoundException,
      'TARGET_CLIENT_ID_NOT_FOUND',
    );
    const away = await connect({ level: 4, cleanStart: false });
    await away.disconnect();
    const query = new GetConnectionCommand({ clientId: away.clientId });
    while ((await client().send(query)).connected);
    await fails(
      message(away.clientId),
      ResourceNotFoundException,
      'TARGET_CLIENT_NOT_CONNECTED',
    );
  });

  test('RequestEntityTooLargeException', async () => {
    const device = await connect({ properties: { maximumPacketSize: 100 } });
    const payload = 'x'.repeat(100);
    await fails(
      message(device.clientId, { payload }),
      RequestEntityTooLargeException,
      'RECEIVER_PACKET_TOO_LARGE',
    );
    await fails(
      message(device.clientId, { payload: 'x'.repeat(131073) }),
      RequestEntityTooLargeException,
      'PAYLOAD_TOO_LARGE',
    );
  });

  test('ThrottlingException', async () => {
    const device = await connect({ acknowledges: false, properties: { receiveMaximum: 1 } });
    const params = { confirmation: true, timeout: 100 };
    const first = client().send(message(device.clientId, params));
    const waiting = await device.message();
    await fails(
      message(device.clientId, params),
      ThrottlingException,
      'RECEIVER_MAX_UNACKED_QOS1_EXCEEDED',
    );
    device.puback(waiting);
    await first;
  });

  test('ConflictException', async () => {
    const device = await connect({ acknowledges: false });
    const failed = fails(
      message(device.clientId, { confirmation: true, timeout: 100 }),
      ConflictException,
      'RECEIVER_REJECTED',
    );
    device.puback(await device.message(), 0x87);
    assert.equal((await failed).entry.mqttReasonCode, 0x87);
  });

  test('GatewayTimeoutException', async () => {
    const device = await connect({ acknowledges: false });
    await fails(
      message(device.clientId, { confirmation: true, timeout: 1 }),
      GatewayTimeoutException,
      'DELIVERY_CONFIRMATION_TIMEOUT',
    );
    const failed = fails(
      message(device.clientId, { confirmation: true, timeout: 100 }),
      GatewayTimeoutException,
      'RECEIVER_DISCONNECTED',
    );
    await device.message();
    await device.message();
    device.socket.destroy();
    await failed;
  });

  /* ---- The siblings ---- */

  test('GetConnection', async () => {
    const before = Date.now();
    const device = await connect({ keepAlive: 60 });
    const query = { clientId: device.clientId, includeSocketInformation: true };
    const known = await client().send(new GetConnectionCommand(query));
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
      gone = await client().send(new GetConnectionCommand({ clientId: device.clientId }));
    } while (gone.connected);
    assert.equal(gone.disconnectReason, 'CLIENT_INITIATED_DISCONNECT');
    assert.equal(gone.sourceIp, undefined);
  });

  test('ListSubscriptions, page by page', async () => {
    const device = await connect();
    const filters = Array.from({ length: 7 }, (_, i) => `a/${i}/ä %/+/#`);
    await device.subscribe(...filters.map((filter, i) => [filter, i % 2]));
    const found = [];
    const query = { clientId: device.clientId, maxResults: 3 };
    let pages = 0;
    let nextToken;
    do {
      const page = await client().send(new ListSubscriptionsCommand({ ...query, nextToken }));
      found.push(...page.subscriptions);
      ({ nextToken } = page);
      pages++;
    } while (nextToken);
    assert.equal(pages, 3);
    assert.deepEqual(
      found,
      filters.map((topicFilter, i) => ({ topicFilter, qos: i % 2 })),
    );
  });

  test('DeleteConnection', async () => {
    const device = await connect();
    const query = { clientId: device.clientId, cleanSession: true };
    await client().send(new DeleteConnectionCommand(query));
    assert.equal((await device.take('DISCONNECT')).reasonCode, 0x98);
    const known = await client().send(new GetConnectionCommand({ clientId: device.clientId }));
    assert.equal(known.disconnectReason, 'API_INITIATED_DISCONNECT');
    await fails(
      new DeleteConnectionCommand(query),
      ResourceNotFoundException,
      'TARGET_CLIENT_ID_NOT_FOUND',
    );
  });
}

suite('the AWS SDK and dm-broker', CALLERS, operations);
sidecarSuite('the AWS SDK and dm-sidecar', CALLERS, (sidecar, test) => {
  operations(sidecar, test);

  /* What the sidecar cannot do: MQTT 3.1.1 has no word for it. */
  test('InternalFailureException', async () => {
    const kept = { clientId: unique('old'), level: 4, cleanStart: false };
    const { clientId } = await Device.connect(sidecar, kept);
    const ending = new DeleteConnectionCommand({ clientId, cleanSession: true });
    await throws(sdk(sidecar).send(ending), InternalFailureException);
  });
});

const authority = new Authority('myDevice');
const secured = { ...CALLERS, tls: authority.server({ httpsClientCertificates: 'off' }) };
suite('the AWS SDK and dm-broker, over HTTPS', secured, (broker, test) =>
  operations(broker, test, { tls: authority.client() }),
);
sidecarSuite('the AWS SDK and dm-sidecar, over HTTPS', secured, (sidecar, test) =>
  operations(sidecar, test, { tls: authority.client() }),
);

group('the AWS SDK', (test) => {
  test('ServiceUnavailableException', () =>
    withBroker(CALLERS, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device', acknowledges: false });
      const params = { clientId: 'device', topic: 'x', confirmation: true, timeout: 100 };
      const call = sdk(broker).send(new SendDirectMessageCommand(params));
      await device.message();
      const failed = throws(call, ServiceUnavailableException);
      broker.child.kill('SIGTERM');
      await failed;
      await broker.ended();
    }));

  /* Limits under which calls fail. */
  const limited = (limits, body) =>
    withBroker({ ...CALLERS, config: { anonymousDevices: true, limits } }, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device', acknowledges: false });
      const send = (params) =>
        sdk(broker).send(
          new SendDirectMessageCommand({ clientId: 'device', topic: 'x', ...params }),
        );
      await body(send, broker, device);
    });
  const throttled = async (broker, call, reason) => {
    const { error } = await throws(call, ThrottlingException);
    assert.equal((await broker.entry(error.traceId)).reason, reason);
  };

  test('ThrottlingException: too many wait', () =>
    limited({ maxWaiting: 1, maxTimeoutSeconds: 100 }, async (send, broker, device) => {
      const params = { confirmation: true, timeout: 100 };
      const first = send(params);
      const message = await device.message();
      await throttled(broker, send(params), 'SEND_DIRECT_MESSAGE_THROTTLED');
      device.puback(message);
      await first;
    }));

  test('ThrottlingException: too many a second for the device', () =>
    limited({ publishesPerSecond: 1 }, async (send, broker) => {
      const answers = await Promise.allSettled(Array.from({ length: 50 }, () => send()));
      const failed = answers.filter(({ status }) => status === 'rejected');
      assert.ok(failed.length > 0);
      for (const { reason } of failed)
        await throttled(broker, Promise.reject(reason), 'RECEIVE_SESSION_THROTTLED');
    }));

  test('ThrottlingException: the device does not read', () =>
    limited({ publishesPerSecond: 1_000_000 }, async (send, broker, device) => {
      const sendOn = async () => {
        for (;;) await send({ payload: Buffer.alloc(131_072) });
      };
      device.socket.pause();
      await throttled(broker, sendOn(), 'CLIENT_ENDPOINT_NOT_WRITABLE');
    }));

  test('ThrottlingException of a sibling', () =>
    withBroker({ ...CALLERS, config: { anonymousDevices: true } }, async (broker) => {
      await Device.connect(broker, { clientId: 'device' });
      const ask = () => sdk(broker).send(new GetConnectionCommand({ clientId: 'device' }));
      const answers = await Promise.allSettled(Array.from({ length: 20 }, ask));
      const failed = answers.filter(({ status }) => status === 'rejected');
      assert.ok(failed.length > 0 && failed.length < 20);
      for (const { reason } of failed) await throws(Promise.reject(reason), ThrottlingException);
    }));
});
