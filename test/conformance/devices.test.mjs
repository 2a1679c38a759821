/* Who a device is: user names and passwords, what follows from them for policies, and that
 * nobody waits for somebody else's password.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

import { PROGRAM, allow, arn, deny, policy, run } from './lib/broker.mjs';
import { mqttJs } from './lib/clients.mjs';
import { Device } from './lib/device.mjs';
import { request, target } from './lib/http.mjs';
import * as packets from './lib/packets.mjs';
import { stored } from './lib/passwords.mjs';
import { BACKEND, KEY, accessKey } from './lib/sdk.mjs';
import { sign, signed } from './lib/signer.mjs';
import { group, sidecarSuite, suite, unique, withBroker, withSidecar } from './lib/suite.mjs';

const RECEIVE = 'iot:Receive';
const SEND = 'iot:SendDirectMessage';

const BOILER = {
  name: 'boiler',
  userName: 'boiler@plant',
  password: stored('open sesame'),
  thing: { name: 'boiler-7', type: 'Boiler', attributes: { site: 'hall 3', 'a*b': 'x/y' } },
};
const PUMP = {
  name: 'pump',
  userName: 'pump',
  password: stored('pümp'),
  clientIds: ['pump-1', 'pump-2', 'pumps/*'],
  receiverPolicies: ['pump.json'],
};
const LOCKED = { name: 'locked', userName: 'locked' };

/* How an answer to CONNECT says it: MQTT 5, and before. */
const BAD_PASSWORD = { 5: 0x86, 4: 4, 3: 4 };
const NOT_AUTHORIZED = { 5: 0x87, 4: 5, 3: 5 };

const options = {
  principals: [BACKEND, BOILER, PUMP, LOCKED],
  files: { 'pump.json': policy(allow(RECEIVE, arn('topic/pumps/*'))) },
};

const boiler = { userName: 'boiler@plant', password: 'open sesame' };
const pump = { userName: 'pump', password: 'pümp' };

async function status(program, clientId, params, more) {
  const { body } = await signed(program, { path: target(clientId, params) }, more);
  return JSON.parse(body).reason ?? 'OK';
}

suite('devices', options, (broker, test) => {
  const connect = (more) => Device.connect(broker, { clientId: unique('device'), ...more });
  const attempt = (more) => Device.attempt(broker, { clientId: unique('device'), ...more });

  for (const level of [3, 4, 5]) {
    test(`level ${level}: the right password`, async () => {
      const device = await connect({ level, ...boiler });
      assert.equal(await status(broker, device.clientId), 'OK');
      await device.message();
    });

    test(`level ${level}: a wrong one, or none`, async () => {
      const wrong = [
        { ...boiler, password: 'open sesam' },
        { ...boiler, password: 'open sesame ' },
        { ...boiler, password: '' },
        { ...boiler, password: stored('open sesame') },
        { ...boiler, password: BOILER.password },
        { ...boiler, userName: 'boiler' },
        { ...boiler, userName: '' },
        { ...boiler, userName: 'BOILER@plant' },
        { ...boiler, userName: 'locked' },
        { userName: boiler.userName },
        { userName: 'nobody' },
      ];
      for (const credentials of wrong) {
        const device = await attempt({ level, ...credentials });
        assert.equal(device.connack.reasonCode, BAD_PASSWORD[level], JSON.stringify(credentials));
        await device.closed;
        assert.equal(await status(broker, device.clientId), 'TARGET_CLIENT_ID_NOT_FOUND');
      }
      const device = await attempt({ level });
      assert.equal(device.connack.reasonCode, NOT_AUTHORIZED[level]);
      await device.closed;
    });
  }

  test('MQTT.js logs in', async () => {
    const { clientId } = await mqttJs(broker, { username: 'boiler@plant', password: 'open sesame' });
    assert.equal(await status(broker, clientId), 'OK');
    await assert.rejects(mqttJs(broker, { username: 'boiler@plant', password: 'x' }));
  });

  test('what came behind CONNECT is handled after it', async () => {
    const device = await Device.open(broker, { clientId: unique('device') });
    const clientId = unique('device');
    const topic = unique('topic');
    const all = [
      packets.connect({ level: 5, clientId, ...boiler }),
      packets.subscribe({ level: 5, packetId: 1, filters: [[topic, 1]] }),
      packets.publish({ level: 5, topic, payload: 'x', qos: 1, packetId: 2 }),
    ];
    device.write(Buffer.concat(all));
    assert.equal((await device.take('CONNACK')).reasonCode, 0);
    await device.take('SUBACK');
    assert.equal((await device.message()).payload.toString(), 'x');
  });

  test('a CONNECT that comes byte by byte', async () => {
    const device = await Device.open(broker, {});
    for (const byte of packets.connect({ level: 5, clientId: unique('device'), ...boiler })) {
      device.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    assert.equal((await device.take('CONNACK')).reasonCode, 0);
  });

  test('a wrong password ends nobody else’s connection or session', async () => {
    const device = await connect({ ...boiler, cleanStart: false });
    const other = await attempt({ ...boiler, clientId: device.clientId, password: 'x' });
    assert.equal(other.connack.reasonCode, 0x86);
    await other.closed;
    await device.ping();
    assert.equal(await status(broker, device.clientId), 'OK');
  });

  test('client identifiers that a principal may have', async () => {
    for (const clientId of ['pump-1', 'pumps/', 'pumps/a/b'])
      await connect({ ...pump, clientId });
    for (const clientId of ['pump-11', 'pump', 'pumps', 'Pump-1', 'boiler', '']) {
      const device = await attempt({ ...pump, clientId });
      assert.equal(device.connack.reasonCode, 0x87, clientId);
    }
  });

  test('a client identifier that stands in one principal’s list is nobody else’s', async () => {
    const device = await connect({ ...pump, clientId: 'pump-2' });
    const thief = await attempt({ ...boiler, clientId: 'pump-2' });
    assert.equal(thief.connack.reasonCode, 0x87);
    await thief.closed;
    await device.ping();
    /* That one may have all that begin so does not keep others from it. */
    await connect({ ...boiler, clientId: 'pumps/boiler' });
  });

  test('a principal has policies of its own, or those of all', async () => {
    const [a, b] = [await connect(boiler), await connect({ ...pump, clientId: 'pumps/policy' })];
    assert.equal(await status(broker, a.clientId, { topic: 'any' }), 'OK');
    assert.equal(await status(broker, b.clientId, { topic: 'pumps/1' }), 'OK');
    assert.equal(
      await status(broker, b.clientId, { topic: 'any' }),
      'RECEIVE_AUTHORIZATION_FAILURE',
    );
  });

  test('GetConnection knows the thing', async () => {
    const known = async (options) => {
      const { clientId } = await connect(options);
      const { body } = await signed(broker, { method: 'GET', path: `/connections/${clientId}` });
      return JSON.parse(body).thingName;
    };
    assert.equal(await known(boiler), 'boiler-7');
    assert.equal(await known({ ...pump, clientId: 'pumps/thing' }), undefined);
  });
});

/* ---- Policy variables -------------------------------------------------------------- */

const thing = (key) => `\${iot:Connection.Thing.${key}}`;
const topics = (...names) => names.map((name) => arn(`topic/${name}`));
const SENDER = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'je7MtGbClwBF/2Zp9Utk' };

const variables = {
  config: { anonymousDevices: true },
  principals: [
    BACKEND,
    BOILER,
    {
      name: 'thing-like',
      accessKeys: [accessKey(SENDER)],
      thing: { name: 'boiler-7' },
      senderPolicies: ['thing-like.json'],
    },
  ],
  files: {
    'thing-like.json': policy(
      allow(SEND, arn('client/*'), {
        Condition: { StringEquals: { 'iot:Connection.Thing.ThingName': 'boiler-7' } },
      }),
      allow(SEND, arn(`client/${thing('ThingName')}`)),
      allow(SEND, arn('client/*'), {
        Condition: {
          IpAddress: { 'aws:SourceIp': '127.0.0.0/8' },
          StringEquals: { 'iot:Topic': 'from/here' },
        },
      }),
      allow(SEND, arn('client/*'), {
        Condition: {
          Null: { 'iot:ClientId': 'true' },
          StringEquals: { 'iot:Topic': 'without/client' },
        },
      }),
    ),
  },
  receivers: [
    policy(
      allow(
        RECEIVE,
        topics(
          'to/${iot:ClientId}/*',
          `name/${thing('ThingName')}`,
          `type/${thing('ThingTypeName')}`,
          `site/${thing('Attributes[site]')}`,
          `star/${thing('Attributes[a*b]')}`,
        ),
      ),
      allow(RECEIVE, topics('attached'), {
        Condition: { Bool: { 'iot:Connection.Thing.IsAttached': 'true' } },
      }),
      allow(RECEIVE, topics('unattached'), {
        Condition: { Bool: { 'iot:Connection.Thing.IsAttached': 'false' } },
      }),
      allow(RECEIVE, topics('from/here', 'without/client'), {
        Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.1' } },
      }),
      allow(RECEIVE, topics('from/elsewhere'), {
        Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      }),
    ),
    policy(
      deny(RECEIVE, topics('name/*'), {
        Condition: { StringNotEquals: { 'iot:Connection.Thing.Attributes[site]': 'hall 3' } },
      }),
    ),
  ],
};

const REFUSED = 'RECEIVE_AUTHORIZATION_FAILURE';

function judged(program, test) {
  const connect = (more) => Device.connect(program, { clientId: unique('device'), ...more });

  test('what a policy asks about a device', async () => {
    const { clientId } = await connect(boiler);
    const { clientId: other } = await connect();
    const expected = {
      [`to/${clientId}/x`]: ['OK', REFUSED],
      [`to/${other}/x`]: [REFUSED, 'OK'],
      'to/*/x': [REFUSED, REFUSED],
      'name/boiler-7': ['OK', REFUSED],
      'name/boiler-8': [REFUSED, REFUSED],
      'type/Boiler': ['OK', REFUSED],
      'site/hall 3': ['OK', REFUSED],
      'star/x/y': ['OK', REFUSED],
      'star/x': [REFUSED, REFUSED],
      attached: ['OK', REFUSED],
      unattached: [REFUSED, 'OK'],
      'from/here': ['OK', 'OK'],
      'from/elsewhere': [REFUSED, REFUSED],
    };
    for (const [topic, results] of Object.entries(expected)) {
      const got = [
        await status(program, clientId, { topic }),
        await status(program, other, { topic }),
      ];
      assert.deepEqual(got, results, topic);
    }
  });

  test('an HTTP caller has no thing and no client identifier', async () => {
    const { clientId } = await connect({ clientId: 'boiler-7' });
    const ask = (topic) => status(program, clientId, { topic }, { key: SENDER });
    assert.equal(await ask('any'), 'SEND_AUTHORIZATION_FAILURE');
    assert.equal(await ask('from/here'), 'OK');
    assert.equal(await ask('without/client'), 'OK');
  });
}

suite('policy variables, dm-broker', variables, judged);
sidecarSuite('policy variables, dm-sidecar', variables, judged);

sidecarSuite('devices behind dm-sidecar', options, (sidecar, test) => {
  test('a user name that the broker let in is the principal’s', async () => {
    const clientId = 'pumps/sidecar';
    await Device.connect(sidecar, { clientId, userName: 'pump', password: 'as the broker wants' });
    assert.equal(await status(sidecar, clientId, { topic: 'pumps/1' }), 'OK');
    assert.equal(await status(sidecar, clientId, { topic: 'any' }), REFUSED);
    const { clientId: named } = await Device.connect(sidecar, {
      clientId: unique('device'),
      ...boiler,
    });
    const path = `/connections/${named}`;
    const { body } = await signed(sidecar, { method: 'GET', path });
    assert.equal(JSON.parse(body).thingName, 'boiler-7');
  });

  test('one that is not known has the policies of all', async () => {
    for (const more of [{ userName: 'stranger', password: 'x' }, {}]) {
      const clientId = unique('device');
      await Device.connect(sidecar, { clientId, ...more });
      assert.equal(await status(sidecar, clientId, { topic: 'any' }), 'OK');
    }
  });

  test('one that is not known cannot be sent what is another’s', async () => {
    const { clientId } = await Device.connect(sidecar, { clientId: 'pump-1' });
    assert.equal(await status(sidecar, clientId, { topic: 'any' }), 'TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('a client identifier that the principal may not have is served, not addressed', async () => {
    const rightful = await Device.connect(sidecar, { clientId: unique('device'), ...boiler });
    const topic = unique('topic');
    const clientId = unique('other');
    const device = await Device.connect(sidecar, { clientId, ...pump });
    await device.subscribe(topic);
    await rightful.publishConfirmed(topic, 'x');
    await device.message();
    assert.equal(await status(sidecar, clientId), 'TARGET_CLIENT_ID_NOT_FOUND');
  });
});

const connect = (broker, more) =>
  Device.attempt(broker, { clientId: unique('device'), ...boiler, ...more });

/* ---- While running ------------------------------------------------------------------- */

group('devices: while running', (test) => {
  test('devices without a name cannot have the client identifiers of others', () =>
    withBroker({ ...options, config: { anonymousDevices: true } }, async (broker) => {
      const nobody = { userName: undefined, password: undefined };
      const thief = await connect(broker, { ...nobody, clientId: 'pump-1' });
      assert.equal(thief.connack.reasonCode, 0x87);
      const other = await connect(broker, { ...nobody, clientId: 'pump-11' });
      assert.equal(other.connack.reasonCode, 0);
    }));

  test('devices without a name, where they may come', () =>
    withBroker({ ...options, config: { anonymousDevices: true } }, async (broker) => {
      const { clientId, connack } = await connect(broker, {
        userName: undefined,
        password: undefined,
      });
      assert.equal(connack.reasonCode, 0);
      assert.equal(await status(broker, clientId), 'OK');
      assert.equal((await connect(broker, { password: 'x' })).connack.reasonCode, 0x86);
      assert.equal((await connect(broker, { userName: 'x' })).connack.reasonCode, 0x86);
    }));

  test('without principals user names and passwords are not looked at', () =>
    withBroker({}, async (broker) => {
      assert.equal((await connect(broker, { password: 'x' })).connack.reasonCode, 0);
      assert.equal((await connect(broker, { userName: 'x' })).connack.reasonCode, 0);
    }));

  test('SIGHUP: what changes for those who are connected', () =>
    withBroker(options, async (broker) => {
      const [a, b] = [
        await connect(broker),
        await connect(broker, { ...pump, clientId: 'pump-1' }),
      ];
      const results = async () => [
        await status(broker, a.clientId, { topic: 'pumps/1' }),
        await status(broker, b.clientId, { topic: 'pumps/1' }),
      ];
      const reload = async (changes) => {
        broker.configure(changes);
        broker.child.kill('SIGHUP');
        await broker.child.says(/policies and limits read again/);
      };
      assert.deepEqual(await results(), ['OK', 'OK']);
      await reload({ files: { 'pump.json': policy(allow(RECEIVE, arn('topic/no'))) } });
      assert.deepEqual(await results(), ['OK', REFUSED]);
      const changed = { ...BOILER, password: stored('new') };
      await reload({ principals: [BACKEND, changed] });
      assert.deepEqual(await results(), ['OK', REFUSED]);
      assert.equal((await connect(broker)).connack.reasonCode, 0x86);
      assert.equal((await connect(broker, { password: 'new' })).connack.reasonCode, 0);
      await reload({ principals: [BACKEND, { ...BOILER, name: 'renamed' }] });
      assert.deepEqual(await results(), [REFUSED, REFUSED]);
      await a.ping();
    }));

  const reload = async (program, changes) => {
    program.configure(changes);
    program.child.kill('SIGHUP');
    await program.child.says(/policies and limits read again/);
  };

  test('SIGHUP: who came without a name when nobody needed one', () =>
    withBroker({ config: { anonymousDevices: true } }, async (broker) => {
      const { clientId } = await connect(broker);
      assert.equal(await status(broker, clientId), 'OK');
      await reload(broker, options);
      assert.equal(await status(broker, clientId), 'OK');
      await reload(broker, { config: {} });
      assert.equal(await status(broker, clientId), REFUSED);
      await reload(broker, { config: { anonymousDevices: true } });
      assert.equal(await status(broker, clientId), 'OK');
    }));

  test('anonymousDevices false: dm-sidecar sends nothing to who is not known', () =>
    withSidecar({ ...options, config: { anonymousDevices: false } }, async (sidecar) => {
      const known = await Device.connect(sidecar, { clientId: 'known', ...boiler });
      const unknown = await Device.connect(sidecar, { clientId: 'unknown' });
      assert.equal(await status(sidecar, known.clientId), 'OK');
      assert.equal(await status(sidecar, unknown.clientId), REFUSED);
      await unknown.ping();
    }));

  /* The broker goes on meanwhile. */
  async function roundTrip(broker) {
    for (let i = 0; i < 20; i++)
      assert.equal(await status(broker, 'nobody'), 'TARGET_CLIENT_ID_NOT_FOUND');
  }

  /* Whether a text stands somewhere in a program's memory. */
  function remembers(program, text) {
    const { pid } = program.child.process;
    const memory = openSync(`/proc/${pid}/mem`, 'r');
    const wanted = Buffer.from(text);
    const found = readFileSync(`/proc/${pid}/maps`, 'latin1')
      .split('\n')
      .map((line) => /^([0-9a-f]+)-([0-9a-f]+) rw-p (?!.*\[v)/.exec(line))
      .filter((match) => match !== null)
      .map(([, from, to]) => [parseInt(from, 16), parseInt(to, 16)])
      /* The shadow memory of AddressSanitizer is larger than any. */
      .filter(([from, to]) => to - from < 64 << 20)
      .some(([from, to]) => {
        const block = Buffer.alloc(to - from);
        const length = readSync(memory, block, 0, block.length, from);
        return block.subarray(0, length).includes(wanted);
      });
    closeSync(memory);
    return found;
  }

  test('a password is forgotten once it was looked at', () =>
    withBroker(options, async (broker) => {
      const device = await connect(broker, { password: 'a wrong password, quite' });
      assert.equal(device.connack.reasonCode, 0x86);
      await device.closed;
      const { clientId } = await connect(broker);
      /* In two pieces, so that the first has to be kept. */
      const late = await Device.open(broker, { clientId: unique('device') });
      const bytes = packets.connect({ level: 5, clientId: 'late', ...boiler });
      late.write(bytes.subarray(0, bytes.length - 1));
      assert.equal(await status(broker, clientId), 'OK');
      late.write(bytes.subarray(bytes.length - 1));
      assert.equal((await late.take('CONNACK')).reasonCode, 0);
      assert.ok(remembers(broker, 'boiler@plant'));
      assert.ok(!remembers(broker, 'a wrong password, quite'));
      assert.ok(!remembers(broker, 'open sesame'));
    }));

  const SLOW = { principals: [BACKEND, { ...BOILER, password: stored('open sesame', 50_000) }] };

  test('many passwords at once: some are asked to come again, others do not notice', () =>
    withBroker(SLOW, async (broker) => {
      const attempts = Array.from({ length: 60 }, (_, i) =>
        connect(broker, { password: 'x', level: i % 2 ? 5 : 4 }).then(({ connack }) => connack),
      );
      await roundTrip(broker);
      const codes = (await Promise.all(attempts)).map(({ reasonCode }) => reasonCode);
      const count = (...wanted) => codes.filter((code) => wanted.includes(code)).length;
      assert.equal(count(0x86, 4) + count(0x89, 3), 60);
      assert.ok(count(0x89, 3) > 0 && count(0x86, 4) >= 32, String(codes));
      assert.equal((await connect(broker)).connack.reasonCode, 0);
    }));

  test('devices that leave before they are known', () =>
    withBroker(SLOW, async (broker) => {
      for (let i = 0; i < 8; i++) {
        const device = await Device.open(broker, {});
        device.write(packets.connect({ level: 5, clientId: `device-${i}`, ...boiler }));
        await roundTrip(broker);
        device.socket.resetAndDestroy();
      }
      assert.equal((await connect(broker)).connack.reasonCode, 0);
    }));

  test('SIGTERM while passwords are looked at', () =>
    withBroker(SLOW, async (broker) => {
      const devices = [];
      for (let i = 0; i < 8; i++) {
        const device = await Device.open(broker, {});
        device.write(packets.connect({ level: 5, clientId: `device-${i}`, ...boiler }));
        devices.push(device);
      }
      await roundTrip(broker);
      broker.child.kill('SIGTERM');
      for (const device of devices) await device.closed;
      await broker.ended();
    }));
});

/* A password that takes seconds to look at. Its hash is there before the tests begin, and none
 * of these holds up this process: what they do meanwhile has to come before those are over. */
const SECONDS = {
  principals: [BACKEND, { ...BOILER, password: stored('open sesame', 2_500_000) }],
};

group('devices: passwords that take long', (test) => {
  test('a password that changes while it is looked at', () =>
    withBroker(SECONDS, async (broker) => {
      const coming = connect(broker);
      await status(broker, 'nobody');
      broker.configure({ principals: [BACKEND, { ...BOILER, password: stored('new') }] });
      broker.child.kill('SIGHUP');
      await broker.child.says(/policies and limits read again/);
      assert.equal((await coming).connack.reasonCode, 0x86);
    }));

  test('a password that takes longer to look at than CONNECT may take to come', () =>
    withBroker({ ...SECONDS, config: { broker: { connectTimeoutSeconds: 1 } } }, async (broker) => {
      const { connack, clientId } = await connect(broker);
      assert.equal(connack.reasonCode, 0);
      assert.equal(await status(broker, clientId), 'OK');
    }));
});

/* ---- Hashing ---------------------------------------------------------------------------- */

group('--hash-password', (test) => {
  for (const ending of ['', '\n']) {
    test(`what it prints is what logs in ${JSON.stringify(ending)}`, async () => {
      const hash = await run(PROGRAM, ['--hash-password'], { input: `geheim ä${ending}` });
      assert.equal(hash.code, 0, hash.errorText);
      assert.match(hash.output, /^\$pbkdf2-sha512\$i=210000\$[\w+/]{22}==\$[\w+/]{86}==$/);
      const principals = [{ name: 'x', userName: 'u', password: hash.output }];
      await withBroker({ principals }, async (broker) => {
        const device = (password) =>
          Device.attempt(broker, { clientId: 'x', userName: 'u', password });
        assert.equal((await device('geheim ä')).connack.reasonCode, 0);
        assert.equal((await device('geheim ä\n')).connack.reasonCode, 0x86);
      });
    });
  }

  test('nothing to hash', async () => {
    for (const input of ['', '\n', 'x'.repeat(65536)]) {
      const { code, output, errorText } = await run(PROGRAM, ['--hash-password'], { input });
      assert.deepEqual([code, output], [2, '']);
      assert.match(errorText, /a password of 1 to 65535 bytes is expected/);
    }
  });
});

/* Not the device alone: whoever sends it has to prove who he is, too. */
suite('devices and callers', options, (broker, test) => {
  test('a device’s password is no caller’s', async () => {
    const authorization = `Basic ${Buffer.from('boiler@plant:open sesame').toString('base64')}`;
    const answer = await request(broker, { path: target('x'), headers: { authorization } });
    assert.equal(answer.status, 401);
    const key = { ...KEY, accessKeyId: 'boiler@plant', secretAccessKey: 'open sesame' };
    assert.equal((await request(broker, sign({ path: target('x') }, { key }))).status, 401);
  });
});
