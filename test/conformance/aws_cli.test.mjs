/* The AWS CLI, version 2, drives dm-broker and dm-sidecar, unchanged.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Authority } from './lib/authority.mjs';
import { environment } from './lib/boto3.mjs';
import { UUID } from './lib/call.mjs';
import { run } from './lib/child.mjs';
import { mqttJs } from './lib/clients.mjs';
import { Device } from './lib/device.mjs';
import { REGION } from './lib/program.mjs';
import { CALLERS, KEY, READER } from './lib/sdk.mjs';
import { sidecarSuite, suite, unique } from './lib/suite.mjs';

/* Debian's. */
const AWS = '/usr/bin/aws';

/* As often as it tries by itself. */
const ATTEMPTS = 3;

/* Its exit statuses: of a service that said no, of a wrong command line, of all else. */
const REFUSED = 254;
const USAGE = 252;
const OTHER = 255;

const NAMES = {
  'send-direct-message': 'SendDirectMessage',
  'get-connection': 'GetConnection',
  'list-subscriptions': 'ListSubscriptions',
  'delete-connection': 'DeleteConnection',
};

const endpoint = ({ httpPort }) => `http://127.0.0.1:${httpPort}`;
const secureEndpoint = ({ httpsPort }) => `https://localhost:${httpsPort}`;

/* Runs `aws iot-data ...` to its end. */
function aws(program, args, { key = KEY, url = endpoint(program), env = {} } = {}) {
  const credentials = {
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_DEFAULT_REGION: REGION,
  };
  const options = { env: environment({ ...credentials, ...env }) };
  return run(AWS, ['iot-data', ...args, '--endpoint-url', url], options);
}

/* What it answers, of JSON. */
async function succeeds(...command) {
  const { code, output, errorText } = await aws(...command);
  assert.equal(code, 0, errorText);
  assert.equal(errorText, '');
  return output === '' ? null : JSON.parse(output);
}

/* It says which exception it was, and ends with a status of its own. */
async function fails(program, args, exception, options) {
  const { code, output, errorText } = await aws(program, args, options);
  assert.equal(output, '');
  assert.equal(code, REFUSED, errorText);
  const text = /^\nAn error occurred \((\w+)\) when calling the (\w+) operation.*: ([A-Z].{8,})\n$/;
  const [, type, operation, message] = text.exec(errorText) ?? assert.fail(errorText);
  assert.deepEqual([type, operation], [exception, NAMES[args[0]]]);
  return message;
}

const send = (clientId, topic, ...more) =>
  ['send-direct-message', '--client-id', clientId, '--topic', topic, ...more];
const CONFIRMED = ['--confirmation', '--timeout', '15'];
const text = (payload) => ['--cli-binary-format', 'raw-in-base64-out', '--payload', payload];

const connecting = (program) => (more = {}) =>
  Device.connect(program, { clientId: unique('aws'), ...more });

function operations(program, test) {
  const connect = connecting(program);

  test('a confirmed message', async () => {
    const device = await connect();
    const command = send(device.clientId, 'jobs/new', ...text('now, please'), ...CONFIRMED);
    const { message, traceId } = await succeeds(program, command);
    assert.equal(message, 'OK');
    assert.match(traceId, UUID);
    const { topic, qos, payload } = await device.message();
    assert.deepEqual([topic, qos, payload.toString()], ['jobs/new', 1, 'now, please']);
    assert.equal((await program.entry(traceId)).principalId, 'backend');
  });

  test('unconfirmed messages: none, base64, the bytes of a file', async () => {
    const device = await connect();
    const bytes = Buffer.from([0, 1, 0xff, 0x0d, 0x0a]);
    const file = join(program.folder, 'payload');
    writeFileSync(file, bytes);
    const base64 = ['--payload', bytes.toString('base64')];
    const received = [];
    for (const payload of [[], base64, ['--payload', `fileb://${file}`, '--no-confirmation']]) {
      await succeeds(program, send(device.clientId, 'jobs/new', ...payload));
      const message = await device.message();
      assert.equal(message.qos, 0);
      received.push(message.payload);
    }
    assert.deepEqual(received, [Buffer.alloc(0), bytes, bytes]);
  });

  test('client identifiers and topics', async () => {
    for (const name of ['a/b', 'a b+100%', 'ä%2F😀']) {
      const device = await connect({ clientId: `${name}${unique('')}` });
      const topic = `jobs/${name.replace('+', '_')}`;
      await succeeds(program, send(device.clientId, topic, ...CONFIRMED));
      assert.equal((await device.message()).topic, topic);
    }
  });

  test('properties arrive at MQTT.js', async () => {
    const { messages, clientId } = await mqttJs(program, { protocolVersion: 5 });
    const correlationData = Buffer.from([0, 1, 254, 255]);
    const properties = [
      ...['--content-type', 'text/plain; charset="utf-8"+ü'],
      ...['--response-topic', 'answers/of device/ö'],
      ...['--user-properties', '[{"k": "v"}, {"k": "w"}, {"ä": "+%20"}]'],
      ...['--payload-format-indicator', 'UTF8_DATA'],
      ...['--correlation-data', correlationData.toString('base64')],
    ];
    const command = send(clientId, 'jobs/ä b-c', ...text('Ä'), ...CONFIRMED, ...properties);
    await succeeds(program, command);
    const { topic, payload, packet } = await messages.take();
    assert.deepEqual([topic, payload.toString()], ['jobs/ä b-c', 'Ä']);
    assert.deepEqual(
      { ...packet.properties, userProperties: { ...packet.properties.userProperties } },
      {
        payloadFormatIndicator: true,
        contentType: 'text/plain; charset="utf-8"+ü',
        responseTopic: 'answers/of device/ö',
        correlationData,
        userProperties: { k: ['v', 'w'], ä: '+%20' },
      },
    );
  });

  test('get-connection', async () => {
    const device = await connect({ keepAlive: 60 });
    const query = ['get-connection', '--client-id', device.clientId];
    const known = await succeeds(program, [...query, '--include-socket-information']);
    const { connected, clientId, keepAliveDuration, sourcePort } = known;
    assert.deepEqual(
      { connected, clientId, keepAliveDuration, sourcePort },
      {
        connected: true,
        clientId: device.clientId,
        keepAliveDuration: 60,
        sourcePort: device.socket.localPort,
      },
    );
    assert.equal((await succeeds(program, query)).sourcePort, undefined);
  });

  test('list-subscriptions, in one piece and page by page', async () => {
    const device = await connect();
    const filters = Array.from({ length: 7 }, (_, i) => `a/${i}/ä %/+/#`);
    await device.subscribe(...filters.map((filter, i) => [filter, i % 2]));
    const list = ['list-subscriptions', '--client-id', device.clientId];
    const subscriptions = filters.map((topicFilter, i) => ({ topicFilter, qos: i % 2 }));
    for (const paging of [[], ['--page-size', '3']])
      assert.deepEqual(await succeeds(program, [...list, ...paging]), { subscriptions });
    const first = await succeeds(program, [...list, '--max-items', '5']);
    const second = await succeeds(program, [...list, '--starting-token', first.NextToken]);
    assert.deepEqual([...first.subscriptions, ...second.subscriptions], subscriptions);
  });

  test('delete-connection', async () => {
    const device = await connect();
    const command = ['delete-connection', '--client-id', device.clientId];
    assert.equal(await succeeds(program, [...command, '--clean-session']), null);
    assert.equal((await device.take('DISCONNECT')).reasonCode, 0x98);
  });
}

function errors(program, test) {
  const connect = connecting(program);

  test('a wrong command line is not sent', async () => {
    const { code, errorText } = await aws(program, send('x', 'x', '--confirmation', 'TRUE'));
    assert.equal(code, USAGE);
    assert.match(errorText, /Unknown options: TRUE/);
  });

  test('what is wrong, and who may not', async () => {
    const { clientId } = await connect();
    await fails(program, send(clientId, '$aws/x'), 'InvalidRequestException');
    const key = { ...KEY, secretAccessKey: READER.secretAccessKey };
    await fails(program, send(clientId, 'x'), 'UnauthorizedException', { key });
    await fails(program, send(clientId, 'x'), 'ForbiddenException', { key: READER });
    const message = await fails(program, send(clientId, 'forbidden'), 'ForbiddenException');
    assert.match(message, /target client/);
  });

  test('who is not there', async () => {
    for (const name of Object.keys(NAMES)) {
      const topic = name === 'send-direct-message' ? ['--topic', 'x'] : [];
      const command = [name, '--client-id', unique('nobody'), ...topic];
      await fails(program, command, 'ResourceNotFoundException');
    }
  });

  test('what is too large', async () => {
    const { clientId } = await connect();
    const file = join(program.folder, 'large');
    writeFileSync(file, Buffer.alloc(1_000_000));
    const command = send(clientId, 'x', '--payload', `fileb://${file}`);
    await fails(program, command, 'RequestEntityTooLargeException');
  });

  test('what the device rejects is not sent again', async () => {
    const device = await connect({ acknowledges: false });
    const called = fails(program, send(device.clientId, 'x', ...CONFIRMED), 'ConflictException');
    device.puback(await device.message(), 0x80);
    await called;
    await succeeds(program, send(device.clientId, 'x', ...text('marker')));
    assert.deepEqual(await device.payloadsUntil(), []);
  });

  for (const [what, env, attempts] of [
    ['is sent again', {}, ATTEMPTS],
    ['is not sent again where it is told so', { AWS_MAX_ATTEMPTS: '1' }, 1],
  ]) {
    test(`what is not answered in time ${what}`, async () => {
      const device = await connect({ acknowledges: false });
      const command = send(device.clientId, 'x', ...text('now'), '--confirmation', '--timeout', '1');
      await fails(program, command, 'GatewayTimeoutException', { env });
      await succeeds(program, send(device.clientId, 'x', ...text('marker')));
      assert.deepEqual(await device.payloadsUntil(), Array(attempts).fill('now'));
    });
  }

  test('what is too much is sent again', async () => {
    const device = await connect({ acknowledges: false, properties: { receiveMaximum: 1 } });
    const { clientId } = device;
    const first = succeeds(program, send(clientId, 'x', '--confirmation', '--timeout', '50'));
    const waiting = await device.message();
    await fails(program, send(clientId, 'y', ...CONFIRMED), 'ThrottlingException');
    const again = (entry) => entry.clientId === clientId && entry.topicName === 'y';
    for (let i = 0; i < ATTEMPTS; i++) await program.log.take(again);
    assert.equal(program.log.items.find(again), undefined);
    device.puback(waiting);
    await first;
  });
}

suite('the AWS CLI and dm-broker', CALLERS, (broker, test) => {
  operations(broker, test);
  errors(broker, test);
});
sidecarSuite('the AWS CLI and dm-sidecar', CALLERS, operations);

const authority = new Authority('myDevice');
const ca = authority.file('ca.pem');
const secured = { ...CALLERS, tls: authority.server({ httpsClientCertificates: 'off' }) };

function overHttps(program, test) {
  test('the authority is known by an option, or by the environment', async () => {
    const device = await Device.connect(program, { clientId: unique('aws') });
    const url = secureEndpoint(program);
    const command = send(device.clientId, 'jobs/new', ...text('now'), ...CONFIRMED);
    await succeeds(program, [...command, '--ca-bundle', ca], { url });
    await succeeds(program, command, { url, env: { AWS_CA_BUNDLE: ca } });
    for (let i = 0; i < 2; i++) assert.equal((await device.message()).payload.toString(), 'now');
    const env = { AWS_MAX_ATTEMPTS: '1' };
    const { code, errorText } = await aws(program, command, { url, env });
    assert.equal(code, OTHER);
    assert.match(errorText, /CERTIFICATE_VERIFY_FAILED/);
  });
}

suite('the AWS CLI and dm-broker, over HTTPS', secured, overHttps);
sidecarSuite('the AWS CLI and dm-sidecar, over HTTPS', secured, overHttps);
