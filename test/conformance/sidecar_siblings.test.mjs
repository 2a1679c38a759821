/* GetConnection, ListSubscriptions and DeleteConnection through dm-sidecar, which has to learn
 * what a broker of somebody else's knows.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from './lib/child.mjs';
import { Device } from './lib/device.mjs';
import { sendConfirmed } from './lib/http.mjs';
import { Mosquitto } from './lib/mosquitto.mjs';
import * as packets from './lib/packets.mjs';
import { PATIENT } from './lib/program.mjs';
import {
  deleteConnection,
  getConnection,
  gone,
  listSubscriptions,
  refused,
} from './lib/queries.mjs';
import { range, scripted, pair } from './lib/scenario.mjs';
import { group, sidecarSuite, unique, withSidecar } from './lib/suite.mjs';

const MANY = 1_000_000;
const LIMITS = { ...PATIENT.limits, queriesPerSecond: MANY, clientQueriesPerSecond: MANY };
const config = (sidecar = {}, limits = {}) => ({
  config: { limits: { ...LIMITS, ...limits }, sidecar },
});

const NOT_FOUND = 'TARGET_CLIENT_ID_NOT_FOUND';
const INTERNAL = 'INTERNAL_SERVER_ERROR';
const KEPT = { properties: { sessionExpiryInterval: 600 } };

/* Options of a session that outlives its connection. */
const kept = (level) => (level === 5 ? KEPT : { level, cleanStart: false });

const filtersOf = async (sidecar, clientId) =>
  (await listSubscriptions(sidecar, clientId)).subscriptions.map((s) => s.topicFilter);

/* ---- GetConnection -------------------------------------------------------------------- */

sidecarSuite('sidecar: GetConnection', config(), (sidecar, test) => {
  const connect = (options = {}) =>
    Device.connect(sidecar, { clientId: unique('device'), ...options });
  const reason = async (clientId) => (await gone(sidecar, clientId)).disconnectReason;

  /* Not every mosquitto says why it closes a connection. */
  const told = ({ received }) =>
    ({ 0x82: 'CLIENT_ERROR', 0x8e: 'DUPLICATE_CLIENTID' })[
      received.items.find(({ type }) => type === 'DISCONNECT')?.reasonCode
    ];

  test('a connected client', async () => {
    const { clientId, socket } = await connect({ keepAlive: 60, ...KEPT });
    const answer = await getConnection(sidecar, clientId, { includeSocketInformation: true });
    const { connectedSince, ...rest } = answer;
    assert.ok(Number.isInteger(connectedSince));
    assert.deepEqual(rest, {
      connected: true,
      cleanSession: false,
      sourceIp: '127.0.0.1',
      sourcePort: socket.localPort,
      targetIp: '127.0.0.1',
      targetPort: sidecar.mqttPort,
      keepAliveDuration: 60,
      sessionExpiry: 600,
      clientId,
    });
  });

  for (const level of [3, 4, 5]) {
    test(`level ${level}: DISCONNECT`, async () => {
      const device = await connect({ level });
      await device.disconnect();
      assert.equal(await reason(device.clientId), 'CLIENT_INITIATED_DISCONNECT');
    });

    test(`level ${level}: a client that vanishes`, async () => {
      const device = await connect({ level });
      await device.vanish();
      assert.equal(await reason(device.clientId), 'CONNECTION_LOST');
    });

    test(`level ${level}: a client that is sent away`, async () => {
      const device = await connect({ level });
      await deleteConnection(sidecar, device.clientId);
      assert.equal(await reason(device.clientId), 'API_INITIATED_DISCONNECT');
    });

    /* Beside the sidecar, so that it does not come back here. */
    test(`level ${level}: a client that was taken over`, async () => {
      const device = await connect({ level });
      const { clientId } = device;
      await Device.connect(sidecar.upstream, { level, clientId });
      await device.closed;
      assert.equal(await reason(clientId), told(device) ?? 'SERVER_INITIATED_DISCONNECT');
    });

    test(`level ${level}: a client that does what MQTT forbids`, async () => {
      const device = await connect({ level });
      device.write(packets.connect(device.options)); /* [MQTT-3.1.0-2] */
      await device.closed;
      assert.equal(await reason(device.clientId), told(device) ?? 'SERVER_INITIATED_DISCONNECT');
    });
  }

  test('a client that was taken over, and comes back', async () => {
    const { clientId, closed } = await connect();
    await connect({ clientId, keepAlive: 7 });
    await closed;
    const answer = await getConnection(sidecar, clientId);
    assert.deepEqual([answer.connected, answer.keepAliveDuration], [true, 7]);
  });

  test('a session is there while its client is away', async () => {
    const device = await connect(KEPT);
    await device.disconnect();
    const answer = await gone(sidecar, device.clientId);
    assert.deepEqual([answer.cleanSession, answer.sessionExpiry], [false, 600]);
    assert.deepEqual(await filtersOf(sidecar, device.clientId), []);
  });

  test('a client that never was', async () => {
    for (const operation of ['GetConnection', 'ListSubscriptions', 'DeleteConnection'])
      await refused(sidecar, operation, 'nobody', {}, NOT_FOUND);
  });

  test('who connects beside the sidecar is not known', async () => {
    const { clientId } = await Device.connect(sidecar.upstream, { clientId: unique('beside') });
    for (const operation of ['GetConnection', 'ListSubscriptions', 'DeleteConnection'])
      await refused(sidecar, operation, clientId, {}, NOT_FOUND);
  });
});

group('sidecar: what brokers say in DISCONNECT', (test) => {
  for (const [reasonCode, reason] of [
    [0x8d, 'MQTT_KEEP_ALIVE_TIMEOUT'],
    [0x8e, 'DUPLICATE_CLIENTID'],
    [0x87, 'FORBIDDEN_ACCESS'],
    [0x82, 'CLIENT_ERROR'],
    [0x96, 'THROTTLED'],
    [0x80, 'SERVER_ERROR'],
    [0x8b, 'SERVER_INITIATED_DISCONNECT'],
    [0x98, 'SERVER_INITIATED_DISCONNECT'],
  ]) {
    test(`0x${reasonCode.toString(16)} is ${reason}`, () =>
      withSidecar(scripted(config()), async (sidecar) => {
        const { link, device } = await pair(sidecar, { level: 5 });
        link.write(packets.disconnect({ level: 5, reasonCode }));
        assert.equal((await device.take('DISCONNECT')).reasonCode, reasonCode);
        link.socket.end();
        await device.closed;
        const answer = await gone(sidecar, device.clientId);
        assert.equal(answer.disconnectReason, reason);
      }));
  }

  test('a client is remembered for as long as the configuration says', () =>
    withSidecar(config({}, { rememberedSeconds: 1 }), async (sidecar) => {
      const device = await Device.connect(sidecar, { clientId: 'device' });
      await device.disconnect();
      /* Time is what this test is about. */
      for (;;) {
        const call = getConnection(sidecar, 'device');
        const error = await call.then(
          () => null,
          (e) => e,
        );
        if (error === null) continue;
        assert.match(error.message, /TARGET_CLIENT_ID_NOT_FOUND/);
        break;
      }
      await refused(sidecar, 'GetConnection', 'device', {}, NOT_FOUND);
    }));
});

/* ---- ListSubscriptions ------------------------------------------------------------------- */

/* A mosquitto that lets nobody subscribe to what is secret: its plugin for access control
 * answers 0x80 below MQTT 5, else 0x87. Its ACL files would only hold messages back. */
const PLUGIN = ['', ...readdirSync('/usr/lib')]
  .map((folder) => join('/usr/lib', folder, 'mosquitto_dynamic_security.so'))
  .find(existsSync);

const SECRET = {
  defaultACLAccess: {
    publishClientSend: true,
    publishClientReceive: true,
    subscribe: true,
    unsubscribe: true,
  },
  roles: [
    {
      rolename: 'everybody',
      acls: [{ acltype: 'subscribePattern', topic: 'secret/#', priority: 1, allow: false }],
    },
  ],
  groups: [{ groupname: 'everybody', roles: [{ rolename: 'everybody' }], clients: [] }],
  anonymousGroup: 'everybody',
};

function guarded() {
  const file = join(temporaryFolder(), 'access.json');
  writeFileSync(file, JSON.stringify(SECRET));
  const lines = ['allow_anonymous true', `plugin ${PLUGIN}`, `plugin_opt_config_file ${file}`];
  return new Mosquitto({ lines });
}

sidecarSuite('sidecar: ListSubscriptions', config(), (sidecar, test) => {
  const connect = (options = {}) =>
    Device.connect(sidecar, { clientId: unique('device'), ...options });

  for (const level of [3, 4, 5]) {
    test(`level ${level}: what is subscribed to and not any more`, async () => {
      const device = await connect({ level });
      const { clientId } = device;
      assert.deepEqual(await listSubscriptions(sidecar, clientId), { subscriptions: [] });
      await device.subscribe(['b/#', 0], ['a', 1], ['$SYS/+/x', 2]);
      await device.subscribe(['ä/ö', 1]);
      assert.deepEqual(await listSubscriptions(sidecar, clientId), {
        subscriptions: [
          { topicFilter: '$SYS/+/x', qos: 2 },
          { topicFilter: 'a', qos: 1 },
          { topicFilter: 'b/#', qos: 0 },
          { topicFilter: 'ä/ö', qos: 1 },
        ],
      });
      await device.subscribe(['b/#', 1]);
      await device.unsubscribe('$SYS/+/x', 'never', 'ä/ö');
      assert.deepEqual(await listSubscriptions(sidecar, clientId), {
        subscriptions: [
          { topicFilter: 'a', qos: 1 },
          { topicFilter: 'b/#', qos: 1 },
        ],
      });
    });

    test(`level ${level}: a session that is offline, and taken up again`, async () => {
      const clientId = unique('device');
      const first = await connect({ clientId, ...kept(level) });
      await first.subscribe('first', 'second');
      await first.vanish();
      await gone(sidecar, clientId);
      assert.deepEqual(await filtersOf(sidecar, clientId), ['first', 'second']);
      const again = await connect({ clientId, cleanStart: false, ...kept(level) });
      assert.equal(Number(again.connack.sessionPresent), level === 3 ? 0 : 1);
      if (level === 3) return; /* MQTT 3.1 does not say */
      assert.deepEqual(await filtersOf(sidecar, clientId), ['first', 'second']);
      await again.unsubscribe('first');
      await again.subscribe('third');
      await again.disconnect();
      await gone(sidecar, clientId);
      assert.deepEqual(await filtersOf(sidecar, clientId), ['second', 'third']);
      await connect({ clientId, level });
      assert.deepEqual(await filtersOf(sidecar, clientId), []);
    });
  }

  for (const level of [4, 5]) {
    test(`level ${level}: a session that is taken over`, async () => {
      const clientId = unique('device');
      for (const i of range(5)) {
        const device = await connect({ clientId, cleanStart: false, ...kept(level) });
        assert.deepEqual(
          await filtersOf(sidecar, clientId),
          range(i).map((n) => `f/${n}`),
        );
        await device.subscribe(`f/${i}`);
      }
      await connect({ clientId, level });
      assert.deepEqual(await filtersOf(sidecar, clientId), []);
    });
  }

  test('a session that ends with its connection', async () => {
    const device = await connect();
    await device.subscribe('a');
    await device.disconnect();
    await gone(sidecar, device.clientId);
    await refused(sidecar, 'ListSubscriptions', device.clientId, {}, NOT_FOUND);
  });

  test('page by page, of requests that do not wait for each other', async () => {
    const device = await connect();
    const { clientId } = device;
    const all = range(250).map((i) => `f/${String(i).padStart(3, '0')}`);
    for (const i of range(50))
      device.write(
        device.packet('subscribe', { filters: all.slice(5 * i, 5 * i + 5).map((f) => [f, 1]) }),
      );
    for (const _ of range(50)) await device.take('SUBACK');
    const found = [];
    const counts = [];
    for (let params = { maxResults: 100 }; params;) {
      const { subscriptions, nextToken } = await listSubscriptions(sidecar, clientId, params);
      counts.push(subscriptions.length);
      found.push(...subscriptions.map((s) => s.topicFilter));
      params = nextToken && { maxResults: 100, nextToken };
    }
    assert.deepEqual(counts, [100, 100, 50]);
    assert.deepEqual(found, all);
  });

  test('SUBSCRIBE before CONNACK', async () => {
    const device = await Device.open(sidecar, { clientId: unique('device'), level: 5 });
    const subscribe = device.packet('subscribe', { filters: [['early', 1]] });
    device.write(Buffer.concat([packets.connect(device.options), subscribe]));
    await device.take('CONNACK');
    await device.take('SUBACK');
    assert.deepEqual(await filtersOf(sidecar, device.clientId), ['early']);
  });
});

group('sidecar: subscriptions with a broker that', (test) => {
  for (const level of [4, 5]) {
    test(`level ${level}: refuses some`, () =>
      withSidecar({ ...config(), upstream: guarded() }, async (sidecar) => {
        const device = await Device.connect(sidecar, { level, clientId: 'device' });
        const suback = await device.subscribe(['a', 1], ['secret/a', 1], ['b', 0]);
        assert.ok(suback.reasonCodes[1] >= 0x80, String(suback.reasonCodes));
        assert.deepEqual(await listSubscriptions(sidecar, 'device'), {
          subscriptions: [
            { topicFilter: 'a', qos: 1 },
            { topicFilter: 'b', qos: 0 },
          ],
        });
      }));

    test(`level ${level}: grants less`, () =>
      withSidecar(scripted(config()), async (sidecar) => {
        const { link, device } = await pair(sidecar, { level });
        const answer = device.subscribe(['a', 2], ['b', 2], ['c', 1]);
        const { packetId } = await link.take('SUBSCRIBE');
        assert.deepEqual(await filtersOf(sidecar, device.clientId), []);
        const codes = [0x80, 1, 0];
        link.write(packets.suback({ level, packetId, reasonCodes: codes }));
        await answer;
        assert.deepEqual(await listSubscriptions(sidecar, device.clientId), {
          subscriptions: [
            { topicFilter: 'b', qos: 1 },
            { topicFilter: 'c', qos: 0 },
          ],
        });
      }));
  }
});

group('sidecar: subscriptions that are not all known', (test) => {
  const unknown = (sidecar, clientId) =>
    refused(sidecar, 'ListSubscriptions', clientId, {}, INTERNAL);

  test('more than maxSubscriptions', () =>
    withSidecar(config({ maxSubscriptions: 2 }), async (sidecar) => {
      const device = await Device.connect(sidecar, { clientId: 'device', ...KEPT });
      await device.subscribe('a', 'b');
      await device.subscribe('a');
      assert.deepEqual(await filtersOf(sidecar, 'device'), ['a', 'b']);
      await device.subscribe('c');
      await unknown(sidecar, 'device');
      await sidecar.child.says(/not all known: there are more than maxSubscriptions/);
      await device.unsubscribe('a', 'b', 'c');
      await device.disconnect();
      await gone(sidecar, 'device');
      await unknown(sidecar, 'device');
      const again = await Device.connect(sidecar, {
        clientId: 'device',
        cleanStart: false,
        ...KEPT,
      });
      await unknown(sidecar, 'device');
      await again.disconnect();
      /* A new session begins with nothing. */
      await Device.connect(sidecar, { clientId: 'device' });
      assert.deepEqual(await filtersOf(sidecar, 'device'), []);
    }));

  test('a SUBSCRIBE that is too long to be looked at', () =>
    withSidecar(config({ maxConnectSize: 128 }), async (sidecar) => {
      const device = await Device.connect(sidecar, { clientId: 'device' });
      await device.subscribe('x'.repeat(200));
      await unknown(sidecar, 'device');
      await sidecar.child.says(/not all known: .* longer than maxConnectSize/);
    }));

  test('a session that is older than the sidecar', () =>
    withSidecar(config(), async (sidecar) => {
      const options = { clientId: 'device', cleanStart: false, ...KEPT };
      const before = await Device.connect(sidecar.upstream, options);
      await before.subscribe('before');
      await before.disconnect();
      const device = await Device.connect(sidecar, options);
      assert.equal(Number(device.connack.sessionPresent), 1);
      await device.subscribe('after');
      await unknown(sidecar, 'device');
      await sidecar.child.says(/not all known: the session was not remembered here/);
    }));
});

/* ---- DeleteConnection ---------------------------------------------------------------------- */

sidecarSuite('sidecar: DeleteConnection', config(), (sidecar, test) => {
  const connect = (options = {}) =>
    Device.connect(sidecar, { clientId: unique('device'), ...options });

  for (const level of [3, 4, 5]) {
    test(`level ${level}: the device is told where it can be, and comes back`, async () => {
      const device = await connect({ level });
      const { clientId } = device;
      await deleteConnection(sidecar, clientId);
      if (level === 5) assert.equal((await device.take('DISCONNECT')).reasonCode, 0x98);
      await device.closed;
      assert.deepEqual(device.received.items, []);
      await refused(sidecar, 'DeleteConnection', clientId, {}, NOT_FOUND);
      await connect({ level, clientId });
      await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
    });

    for (const prevent of [undefined, false, true]) {
      for (const session of [{}, kept(level)]) {
        const what = session === KEPT || session.level ? 'kept session' : 'clean session';
        test(`level ${level}, ${what}: its will, preventWillMessage ${prevent}`, async () => {
          const topic = unique('will');
          const watcher = await Device.connect(sidecar.upstream, {});
          await watcher.subscribe(topic);
          const will = { topic, payload: 'last words' };
          const device = await connect({ level, will, ...session });
          const params = prevent === undefined ? {} : { preventWillMessage: prevent };
          await deleteConnection(sidecar, device.clientId, params);
          await device.closed;
          await sidecar.upstream.says(new RegExp(`(Client ${device.clientId}) .*(closed|disconn)`));
          await watcher.publishConfirmed(topic, 'marker');
          const first = (await watcher.message()).payload.toString();
          assert.equal(first, prevent ? 'marker' : 'last words');
        });
      }
    }

    test(`level ${level}: the session stays, with its subscriptions`, async () => {
      const clientId = unique('device');
      const device = await connect({ clientId, ...kept(level) });
      await device.subscribe('a');
      await deleteConnection(sidecar, clientId);
      await device.closed;
      assert.deepEqual(await filtersOf(sidecar, clientId), ['a']);
      /* For who is away there is nothing to do. */
      await deleteConnection(sidecar, clientId);
      assert.deepEqual(await filtersOf(sidecar, clientId), ['a']);
      await refused(sidecar, 'DeleteConnection', clientId, { cleanSession: true }, INTERNAL);
      assert.deepEqual(await filtersOf(sidecar, clientId), ['a']);
      if (level === 3) return;
      const again = await connect({ clientId, cleanStart: false, ...kept(level) });
      assert.equal(Number(again.connack.sessionPresent), 1);
      assert.deepEqual(await filtersOf(sidecar, clientId), ['a']);
    });

    test(`level ${level}: cleanSession where there is none to be kept`, async () => {
      const device = await connect({ level });
      await deleteConnection(sidecar, device.clientId, { cleanSession: true });
      await device.closed;
    });
  }

  for (const preventWillMessage of [false, true]) {
    test(`MQTT 5: cleanSession, preventWillMessage ${preventWillMessage}`, async () => {
      const topic = unique('will');
      const watcher = await Device.connect(sidecar.upstream, {});
      await watcher.subscribe(topic);
      const device = await connect({ will: { topic, payload: 'last words' }, ...KEPT });
      const { clientId } = device;
      await device.subscribe('a');
      await deleteConnection(sidecar, clientId, { cleanSession: true, preventWillMessage });
      await device.closed;
      await refused(sidecar, 'ListSubscriptions', clientId, {}, NOT_FOUND);
      const again = await connect({ clientId, cleanStart: false, ...KEPT });
      assert.equal(Number(again.connack.sessionPresent), 0);
      assert.deepEqual(await filtersOf(sidecar, clientId), []);
      await watcher.publishConfirmed(topic, 'marker');
      const first = (await watcher.message()).payload.toString();
      assert.equal(first, preventWillMessage ? 'marker' : 'last words');
    });
  }

  for (const level of [3, 4]) {
    test(`level ${level}: cleanSession is refused, and nothing done`, async () => {
      const device = await connect(kept(level));
      const { clientId } = device;
      await refused(sidecar, 'DeleteConnection', clientId, { cleanSession: true }, INTERNAL);
      await device.ping();
      await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
    });
  }

  test('who waits for the PUBACK is told at once', async () => {
    const device = await connect({ acknowledges: false });
    const call = sendConfirmed(sidecar, device.clientId);
    await device.message();
    await deleteConnection(sidecar, device.clientId);
    await call.expect('RECEIVER_DISCONNECTED');
  });

  test('many at once', async () => {
    const devices = await Promise.all(range(50).map(() => connect()));
    await Promise.all(devices.map(({ clientId }) => deleteConnection(sidecar, clientId)));
    for (const device of devices) {
      assert.equal((await device.take('DISCONNECT')).reasonCode, 0x98);
      await device.closed;
    }
  });
});

group('sidecar: DeleteConnection', (test) => {
  test('people are told of a session that cannot be ended', () =>
    withSidecar(config(), async (sidecar) => {
      await Device.connect(sidecar, { clientId: 'device', level: 4, cleanStart: false });
      await refused(sidecar, 'DeleteConnection', 'device', { cleanSession: true }, INTERNAL);
      await sidecar.child.says(/cannot be told to end a session: its client does not speak MQTT 5/);
    }));

  test('a packet that has begun is not added to', () =>
    withSidecar(scripted(config()), async (sidecar) => {
      const { link, device } = await pair(sidecar, { level: 5 });
      const half = packets.publish({ topic: 'a', payload: 'x'.repeat(100) }).subarray(0, 50);
      device.readRaw();
      link.readRaw();
      device.write(half);
      link.write(half);
      assert.deepEqual(await device.bytes(50), half);
      assert.deepEqual(await link.bytes(50), half);
      await deleteConnection(sidecar, device.clientId, { preventWillMessage: true });
      await Promise.all([device.closed, link.closed]);
      const { disconnectReason } = await gone(sidecar, device.clientId);
      assert.equal(disconnectReason, 'API_INITIATED_DISCONNECT');
    }));
});
