/* GetConnection, ListSubscriptions and DeleteConnection.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { PATIENT, allow, arn, policy } from './lib/broker.mjs';
import { checkAnswer } from './lib/call.mjs';
import { Device } from './lib/device.mjs';
import { request, send, sendConfirmed } from './lib/http.mjs';
import * as packets from './lib/packets.mjs';
import {
  deleteConnection,
  getConnection,
  gone,
  listSubscriptions,
  refused,
} from './lib/queries.mjs';
import { group, suite, unique, withBroker } from './lib/suite.mjs';

const MANY = 1_000_000;
const limits = (more = {}) => ({
  config: {
    limits: {
      ...PATIENT.limits,
      queriesPerSecond: MANY,
      clientQueriesPerSecond: MANY,
      ...more,
    },
  },
});

const NOT_FOUND = 'TARGET_CLIENT_ID_NOT_FOUND';
const OPERATIONS = ['GetConnection', 'ListSubscriptions', 'DeleteConnection'];
const KEPT = { properties: { sessionExpiryInterval: 600 } };

/* Checks a moment of the answer, in milliseconds since 1970, and takes it out. */
function takeMoment(answer, name, before) {
  const { [name]: moment, ...rest } = answer;
  assert.ok(Number.isInteger(moment));
  assert.ok(moment >= before - 1000 && moment <= Date.now() + 1000, `${name} ${moment}`);
  return rest;
}

suite('GetConnection', limits(), (broker, test) => {
  const connect = (options = {}) =>
    Device.connect(broker, { clientId: unique('device'), ...options });

  test('a connected client', async () => {
    const before = Date.now();
    const { clientId, socket } = await connect({ keepAlive: 60, ...KEPT });
    const expected = {
      connected: true,
      cleanSession: false,
      keepAliveDuration: 60,
      sessionExpiry: 600,
      clientId,
    };
    for (const params of [{}, { includeSocketInformation: false }]) {
      const answer = await getConnection(broker, clientId, params);
      assert.deepEqual(takeMoment(answer, 'connectedSince', before), expected);
    }
    const sockets = {
      sourceIp: '127.0.0.1',
      sourcePort: socket.localPort,
      targetIp: '127.0.0.1',
      targetPort: broker.mqttPort,
    };
    for (const includeSocketInformation of [true, 'TRUE', 'True']) {
      const answer = await getConnection(broker, clientId, { includeSocketInformation });
      const rest = takeMoment(answer, 'connectedSince', before);
      assert.deepEqual(rest, { ...expected, ...sockets });
    }
  });

  for (const level of [3, 4, 5]) {
    test(`level ${level}: a client without a session that outlives it`, async () => {
      const { clientId } = await connect({ level });
      const answer = await getConnection(broker, clientId);
      assert.deepEqual([answer.cleanSession, answer.sessionExpiry], [true, 0]);
    });
  }

  /* How a connection ends, and what it is called. */
  const ends = {
    CLIENT_INITIATED_DISCONNECT: (device) => device.disconnect(),
    CONNECTION_LOST: (device) => device.vanish(),
    CLIENT_ERROR: (device) => {
      device.write(packets.connect(device.options)); /* [MQTT-3.1.0-2] */
      return device.closed;
    },
    MQTT_KEEP_ALIVE_TIMEOUT: (device) => device.closed,
    API_INITIATED_DISCONNECT: (device) => deleteConnection(broker, device.clientId),
  };
  for (const [reason, end] of Object.entries(ends)) {
    test(`a client that is gone: ${reason}`, async () => {
      const before = Date.now();
      const keepAlive = reason === 'MQTT_KEEP_ALIVE_TIMEOUT' ? 1 : 60;
      const device = await connect({ keepAlive });
      const { clientId, socket } = device;
      const sourcePort = socket.localPort;
      await end(device);
      const answer = await gone(broker, clientId, { includeSocketInformation: true });
      const rest = takeMoment(answer, 'disconnectedSince', before);
      assert.deepEqual(rest, {
        connected: false,
        cleanSession: true,
        sourceIp: '127.0.0.1',
        sourcePort,
        targetIp: '127.0.0.1',
        targetPort: broker.mqttPort,
        keepAliveDuration: keepAlive,
        disconnectReason: reason,
        sessionExpiry: 0,
        clientId,
      });
      assert.equal((await gone(broker, clientId)).sourceIp, undefined);
    });
  }

  test('DISCONNECT with the will is the doing of the client, too', async () => {
    const device = await connect();
    await device.disconnect({ reasonCode: 4 });
    const { disconnectReason } = await gone(broker, device.clientId);
    assert.equal(disconnectReason, 'CLIENT_INITIATED_DISCONNECT');
  });

  test('a client that was taken over is connected', async () => {
    const { clientId, closed } = await connect();
    await connect({ clientId });
    await closed;
    assert.equal((await getConnection(broker, clientId)).connected, true);
  });

  test('a client that has come back', async () => {
    const device = await connect();
    const { clientId } = device;
    await device.disconnect();
    await gone(broker, clientId);
    await connect({ clientId, keepAlive: 7 });
    const answer = await getConnection(broker, clientId);
    assert.deepEqual([answer.connected, answer.keepAliveDuration], [true, 7]);
    assert.equal(answer.disconnectReason, undefined);
  });

  test('a client that never was', async () => {
    for (const operation of OPERATIONS) await refused(broker, operation, 'nobody', {}, NOT_FOUND);
  });

  test('a client that is gone, for the other two', async () => {
    const device = await connect();
    await device.disconnect();
    await gone(broker, device.clientId);
    await refused(broker, 'ListSubscriptions', device.clientId, {}, NOT_FOUND);
    await refused(broker, 'DeleteConnection', device.clientId, {}, NOT_FOUND);
  });
});

suite('ListSubscriptions', limits(), (broker, test) => {
  const connect = (options = {}) =>
    Device.connect(broker, { clientId: unique('device'), ...options });

  const FILTERS = ['#', '$SYS/+/x', '/', '//', '/a', 'a', 'a/', 'a/+/#', 'a/b', 'ä/ö'];

  test('in the order of their bytes, whatever the order of subscribing', async () => {
    const device = await connect();
    const { clientId } = device;
    assert.deepEqual(await listSubscriptions(broker, clientId), { subscriptions: [] });
    await device.subscribe(...[...FILTERS].reverse().map((f, i) => [f, i % 2]));
    const { subscriptions, ...rest } = await listSubscriptions(broker, clientId);
    assert.deepEqual(rest, {});
    assert.deepEqual(
      subscriptions,
      FILTERS.map((topicFilter, i) => ({ topicFilter, qos: (FILTERS.length - 1 - i) % 2 })),
    );
    await device.unsubscribe('a/+/#');
    const left = (await listSubscriptions(broker, clientId)).subscriptions;
    assert.deepEqual(
      left.map((s) => s.topicFilter),
      FILTERS.filter((f) => f !== 'a/+/#'),
    );
  });

  test('page by page', async () => {
    const device = await connect();
    const { clientId } = device;
    const all = Array.from({ length: 250 }, (_, i) => `f/${String(i).padStart(3, '0')}`);
    for (let i = 0; i < 250; i += 50) await device.subscribe(...all.slice(i, i + 50));
    for (const [maxResults, sizes] of [
      [undefined, [...Array(12).fill(20), 10]],
      [100, [100, 100, 50]],
      [125, [125, 125]],
      [200, [200, 50]],
    ]) {
      const found = [];
      const counts = [];
      let params = maxResults === undefined ? {} : { maxResults };
      do {
        const { subscriptions, nextToken } = await listSubscriptions(broker, clientId, params);
        counts.push(subscriptions.length);
        found.push(...subscriptions.map((s) => s.topicFilter));
        params = nextToken === undefined ? null : { ...params, nextToken };
      } while (params);
      assert.deepEqual(counts, sizes);
      assert.deepEqual(found, all);
    }
  });

  test('what comes and goes between two pages hides nothing else', async () => {
    const device = await connect();
    const { clientId } = device;
    await device.subscribe('b', 'd', 'f', 'h');
    const first = await listSubscriptions(broker, clientId, { maxResults: 2 });
    assert.deepEqual(
      first.subscriptions.map((s) => s.topicFilter),
      ['b', 'd'],
    );
    await device.unsubscribe('d', 'b');
    await device.subscribe('a', 'c', 'e', 'g');
    const { nextToken } = first;
    const second = await listSubscriptions(broker, clientId, { nextToken });
    assert.deepEqual(
      second.subscriptions.map((s) => s.topicFilter),
      ['e', 'f', 'g', 'h'],
    );
  });

  test('filters longer than a token', async () => {
    const device = await connect();
    const { clientId } = device;
    const filters = Array.from({ length: 12 }, (_, i) => `${'x'.repeat(300)}${i}`);
    await device.subscribe(...filters, 'after');
    const found = [];
    for (let params = { maxResults: 1 }; params;) {
      const { subscriptions, nextToken } = await listSubscriptions(broker, clientId, params);
      found.push(subscriptions[0].topicFilter);
      params = nextToken && { maxResults: 1, nextToken };
    }
    assert.deepEqual(found.sort(), ['after', ...filters].sort());
  });

  test('a session that is offline', async () => {
    const device = await connect(KEPT);
    await device.subscribe(['jobs/#', 1]);
    await device.disconnect();
    await gone(broker, device.clientId);
    assert.deepEqual(await listSubscriptions(broker, device.clientId), {
      subscriptions: [{ topicFilter: 'jobs/#', qos: 1 }],
    });
  });

  test('tokens that were not given out for this client', async () => {
    const device = await connect();
    await device.subscribe('a', 'b');
    const { nextToken } = await listSubscriptions(broker, device.clientId, { maxResults: 1 });
    assert.match(nextToken, /^[A-Za-z0-9_-]+$/);
    const other = await connect();
    const wrong = (clientId, token) =>
      refused(broker, 'ListSubscriptions', clientId, { nextToken: token }, 'INVALID_REQUEST');
    await wrong(other.clientId, nextToken);
    await wrong(device.clientId, `${nextToken}A`);
    await wrong(device.clientId, nextToken.slice(1));
    await wrong(device.clientId, `${nextToken}=`);
    await wrong(device.clientId, '');
    await wrong(device.clientId, 'A'.repeat(4000));
  });

  test('sizes of a page', async () => {
    const { clientId } = await connect();
    for (const maxResults of [0, 201, -1, 'ten', '', '1e1', ' 5', '18446744073709551617'])
      await refused(broker, 'ListSubscriptions', clientId, { maxResults }, 'INVALID_REQUEST');
    for (const maxResults of [1, 200, '007'])
      await listSubscriptions(broker, clientId, { maxResults });
  });
});

suite('DeleteConnection', limits(), (broker, test) => {
  const connect = (options = {}) =>
    Device.connect(broker, { clientId: unique('device'), ...options });

  test('MQTT 5: DISCONNECT says that it was an administrative action', async () => {
    const device = await connect();
    await deleteConnection(broker, device.clientId);
    assert.equal((await device.take('DISCONNECT')).reasonCode, 0x98);
    await device.closed;
  });

  for (const level of [3, 4]) {
    test(`level ${level}: the connection ends`, async () => {
      const device = await connect({ level });
      await deleteConnection(broker, device.clientId);
      await device.closed;
      assert.deepEqual(device.received.items, []);
    });
  }

  for (const [cleanSession, present] of [
    [undefined, 1],
    [false, 1],
    [true, 0],
    ['TRUE', 0],
  ]) {
    test(`the client may come back, cleanSession ${cleanSession}`, async () => {
      const { clientId, closed } = await connect(KEPT);
      const params = cleanSession === undefined ? {} : { cleanSession };
      await deleteConnection(broker, clientId, params);
      await closed;
      const device = await connect({ clientId, cleanStart: false, ...KEPT });
      assert.equal(Number(device.connack.sessionPresent), present);
    });
  }

  for (const prevent of [undefined, false, true]) {
    test(`its will, preventWillMessage ${prevent}`, async () => {
      const topic = unique('will');
      const watcher = await connect();
      await watcher.subscribe(topic);
      const { clientId, closed } = await connect({ will: { topic, payload: 'last words' } });
      const params = prevent === undefined ? {} : { preventWillMessage: prevent };
      await deleteConnection(broker, clientId, params);
      await closed;
      await watcher.publishConfirmed(topic, 'marker');
      const first = (await watcher.message()).payload.toString();
      assert.equal(first, prevent ? 'marker' : 'last words');
    });
  }

  test('an offline session, and the will that waits in it', async () => {
    const topic = unique('will');
    const watcher = await connect();
    await watcher.subscribe(topic);
    const will = { topic, payload: 'last words', properties: { willDelayInterval: 500 } };
    for (const preventWillMessage of [true, false]) {
      const device = await connect({ will, ...KEPT });
      const { clientId } = device;
      await device.vanish();
      await gone(broker, clientId);
      await deleteConnection(broker, clientId, { cleanSession: true, preventWillMessage });
      await refused(broker, 'DeleteConnection', clientId, {}, NOT_FOUND);
      await refused(broker, 'ListSubscriptions', clientId, {}, NOT_FOUND);
      await watcher.publishConfirmed(topic, 'marker');
      const first = (await watcher.message()).payload.toString();
      assert.equal(first, preventWillMessage ? 'marker' : 'last words');
    }
  });

  test('an offline session stays unless that is asked for', async () => {
    const device = await connect(KEPT);
    await device.disconnect();
    await gone(broker, device.clientId);
    await deleteConnection(broker, device.clientId);
    assert.deepEqual(await listSubscriptions(broker, device.clientId), { subscriptions: [] });
  });

  test('who waits for the PUBACK is told at once', async () => {
    const device = await connect({ acknowledges: false });
    const call = sendConfirmed(broker, device.clientId);
    await device.message();
    await deleteConnection(broker, device.clientId);
    await call.expect('RECEIVER_DISCONNECTED');
  });
});

suite('queries of all three', limits(), (broker, test) => {
  const connect = (options = {}) =>
    Device.connect(broker, { clientId: unique('device'), ...options });

  for (const name of ['a/subscriptions', 'a/b/messages', 'plus+and space', 'küche', '%2F', '..']) {
    test(`the client identifier ${name}`, async () => {
      const clientId = `${name}/${unique('x')}`;
      const device = await connect({ clientId });
      await device.subscribe('own');
      assert.equal((await getConnection(broker, clientId)).clientId, clientId);
      const { subscriptions } = await listSubscriptions(broker, clientId);
      assert.deepEqual(subscriptions, [{ topicFilter: 'own', qos: 1 }]);
      await deleteConnection(broker, clientId);
      await device.closed;
    });
  }

  test('identifiers that are none', async () => {
    for (const operation of OPERATIONS)
      await refused(broker, operation, '$device', {}, 'MALFORMED_CLIENTID');
    for (const path of [`/connections/${'x'.repeat(129)}`, '/connections/%C3', '/connections/%'])
      checkAnswer(await request(broker, { method: 'GET', path }), 'MALFORMED_CLIENTID');
  });

  test('parameters that are neither true nor false', async () => {
    const { clientId } = await connect();
    for (const [operation, name] of [
      ['GetConnection', 'includeSocketInformation'],
      ['DeleteConnection', 'cleanSession'],
      ['DeleteConnection', 'preventWillMessage'],
    ])
      for (const value of ['', '1', 'yes', 'true '])
        await refused(broker, operation, clientId, { [name]: value }, 'INVALID_REQUEST');
    await getConnection(broker, clientId, { authorizerToken: 'anything' });
  });

  test('a body is not looked at', async () => {
    const { clientId } = await connect();
    const more = { body: '{"this": is not JSON', headers: { 'Content-Type': 'application/json' } };
    await getConnection(broker, clientId, {}, more);
    await listSubscriptions(broker, clientId, {}, more);
    await deleteConnection(broker, clientId, {}, more);
  });

  for (const [end, allowed, methods] of [
    ['', 'GET, DELETE', ['POST', 'PUT', 'PATCH', 'OPTIONS']],
    ['/subscriptions', 'GET', ['POST', 'DELETE', 'PUT']],
    ['/messages', 'POST', ['GET', 'DELETE', 'PUT']],
  ]) {
    for (const method of methods) {
      test(`${method} ${end}: Allow ${allowed}`, async () => {
        const answer = await request(broker, { method, path: `/connections/nobody${end}` });
        checkAnswer(answer, 'METHOD_NOT_ALLOWED', { allow: allowed });
      });
    }
  }
});

const CONDITION = { Condition: { Bool: { 'iot:IncludeSocketInformation': 'false' } } };

const narrow = {
  ...limits(),
  senders: [
    policy(
      allow('iot:GetConnection', arn('client/GetConnection')),
      allow('iot:ListSubscriptions', arn('client/ListSubscriptions')),
      allow('iot:DeleteConnection', arn('client/DeleteConnection')),
      allow('iot:SendDirectMessage', '*'),
      allow('iot:GetConnection', arn('client/no-sockets'), CONDITION),
    ),
  ],
};

suite('permission for queries', narrow, (broker, test) => {
  for (const operation of OPERATIONS) {
    test(`${operation} on one client only`, async () => {
      const DENIED = 'SEND_AUTHORIZATION_FAILURE';
      await Device.connect(broker, { clientId: operation });
      await send(broker, operation).expect('SENT');
      for (const other of OPERATIONS) {
        if (other === operation) continue;
        const message = await refused(broker, other, operation, {}, DENIED);
        assert.match(message, new RegExp(`iot:${other}`));
      }
      /* Nobody learns who is there. */
      const offline = await refused(broker, operation, 'another', {}, DENIED);
      await Device.connect(broker, { clientId: `another-${operation}` });
      assert.equal(await refused(broker, operation, `another-${operation}`, {}, DENIED), offline);
      if (operation === 'GetConnection') await getConnection(broker, operation);
      if (operation === 'ListSubscriptions') await listSubscriptions(broker, operation);
      if (operation === 'DeleteConnection') await deleteConnection(broker, operation);
    });
  }

  test('socket information needs a permission of its own', async () => {
    await Device.connect(broker, { clientId: 'no-sockets' });
    await getConnection(broker, 'no-sockets');
    const params = { includeSocketInformation: true };
    const denied = 'SEND_AUTHORIZATION_FAILURE';
    await refused(broker, 'GetConnection', 'no-sockets', params, denied);
  });
});

group('limits of queries', (test) => {
  const THROTTLED = 'QUERY_THROTTLED';

  test('by default, one a second about one client', () =>
    withBroker({}, async (broker) => {
      await Device.connect(broker, { clientId: 'device' });
      await Device.connect(broker, { clientId: 'other' });
      const ask = () => request(broker, { method: 'GET', path: '/connections/device' });
      /* However slow this machine is, two of so many are within a second. */
      const answers = await Promise.all(Array.from({ length: 20 }, ask));
      const refusal = answers.find(({ status }) => status === 429);
      assert.match(checkAnswer(refusal, THROTTLED).message, /This client/);
      assert.equal(refusal.headers['retry-after'], '1');
      await getConnection(broker, 'other');
    }));

  test('so many a second for the account, over all three', () =>
    withBroker(limits({ queriesPerSecond: 1 }), async (broker) => {
      const paths = ['GET /connections/a', 'GET /connections/b/subscriptions'];
      const calls = [...paths, 'DELETE /connections/c', ...paths].map((line) => {
        const [method, path] = line.split(' ');
        return request(broker, { method, path });
      });
      const answers = await Promise.all(calls);
      const refusal = answers.find(({ status }) => status === 429);
      assert.match(checkAnswer(refusal, THROTTLED).message, /account/);
    }));

  test('so many clients are remembered', () =>
    withBroker(limits({ maxRemembered: 2 }), async (broker) => {
      for (const clientId of ['first', 'second', 'third']) {
        const device = await Device.connect(broker, { clientId });
        await device.disconnect();
        await gone(broker, clientId);
      }
      await refused(broker, 'GetConnection', 'first', {}, NOT_FOUND);
      for (const clientId of ['second', 'third'])
        assert.equal((await getConnection(broker, clientId)).connected, false);
    }));
});
