/* Connections that are refused: the log says who, where and why, and not too often.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import net from 'node:net';
import tls from 'node:tls';

import { Authority } from './lib/authority.mjs';
import { ACCOUNT, PATIENT, run } from './lib/broker.mjs';
import { Device } from './lib/device.mjs';
import { request, target } from './lib/http.mjs';
import * as packets from './lib/packets.mjs';
import { stored } from './lib/passwords.mjs';
import { BACKEND } from './lib/sdk.mjs';
import { group, sidecarSuite, suite, unique, withBroker, withSidecar } from './lib/suite.mjs';

const authority = new Authority('myDevice');
const stranger = new Authority('myDevice');
authority.issueExpired('expired');
authority.issueEarly('early');
authority.issue('revoked');
authority.issue('myServer', { kind: 'server' });
authority.revoke('revoked');

const SERVER = authority.server({ revocationList: authority.file('revocations.pem') });
const DEVICE = authority.client('myDevice');

/* Connects, does something, and waits for the end; returns its own port. */
async function goes(port, doing) {
  const socket = net.connect(port, '127.0.0.1');
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  const { localPort } = socket;
  doing(socket);
  await ended;
  return localPort;
}

const entryOf = (program, sourcePort) =>
  program.log.take((one) => one.eventType === 'Connect' && one.sourcePort === sourcePort);

const secure = (options) => (socket) => {
  const connection = tls.connect({ socket, servername: 'localhost', ...options });
  connection.on('error', () => {});
  connection.resume();
};
const says = (bytes) => (socket) => {
  socket.resume();
  socket.write(bytes);
};

/* ---- TLS ---- */

const PROGRAMS = [
  ['dm-broker', suite, withBroker, 'broker'],
  ['dm-sidecar', sidecarSuite, withSidecar, 'sidecar'],
];

const MISSING = 'CLIENT_CERTIFICATE_MISSING';
const REFUSED = 'CLIENT_CERTIFICATE_REFUSED';
const FAILURE = 'TLS_HANDSHAKE_FAILURE';
const TIMEOUT = 'TLS_HANDSHAKE_TIMEOUT';

const from = (name) => secure(authority.client(name));
const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' };
const weak = { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES128-GCM-SHA256' };
const { cert, key } = stranger.client('myDevice');

const TRIED = {
  'no certificate': [from(undefined), MISSING, /no .*certificat/i],
  'none, with TLS 1.2': [
    secure({ ...authority.client(), maxVersion: 'TLSv1.2' }),
    MISSING,
    /no .*certificat/i,
  ],
  'an expired certificate': [from('expired'), REFUSED, /expired/],
  'a certificate of the future': [from('early'), REFUSED, /future/],
  'a revoked certificate': [from('revoked'), REFUSED, /revoked/],
  "a server's certificate": [from('myServer'), REFUSED, /extendedKeyUsage/],
  "another authority's": [secure({ ...DEVICE, cert, key }), REFUSED, /not correctly signed/],
  'the same, with TLS 1.2': [
    secure({ ...DEVICE, cert, key, maxVersion: 'TLSv1.2' }),
    REFUSED,
    /not correctly signed/,
  ],
  'TLS 1.1': [secure({ ...DEVICE, ...old }), FAILURE, /version|min.max/i],
  'old ciphers': [secure({ ...DEVICE, ...weak }), FAILURE, /cipher|negotiation/i],
  'another protocol': [secure({ ...DEVICE, ALPNProtocols: ['h3'] }), FAILURE, /protocol|hello/i],
  HTTP: [says('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), FAILURE, /^what came is not TLS$/],
  MQTT: [says(packets.connect({ clientId: 'x' })), FAILURE, /^what came is not TLS$/],
  'half a hello of nonsense': [
    says(Buffer.from('160301000401000000', 'hex')),
    FAILURE,
    /handshake|message|decod|pars/i,
  ],
};

for (const [name, share] of PROGRAMS) {
  share(`refusals: ${name}`, { tls: SERVER }, (program, test) => {
    for (const [what, [doing, reason, details]] of Object.entries(TRIED)) {
      test(what, async () => {
        for (const listener of ['mqtts', 'https']) {
          const port = program[`${listener}Port`];
          const sourcePort = await goes(port, doing);
          const { timestamp, details: said, omitted, ...rest } = await entryOf(program, sourcePort);
          assert.match(said, details);
          assert.match(timestamp, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
          assert.ok(Math.abs(Date.parse(`${timestamp.replace(' ', 'T')}Z`) - Date.now()) < 3600e3);
          assert.equal(omitted, undefined);
          assert.deepEqual(rest, {
            ...{ logLevel: 'ERROR', accountId: ACCOUNT, status: 'Failure', eventType: 'Connect' },
            ...{ protocol: listener === 'mqtts' ? 'MQTT' : 'HTTP', listener },
            ...{ sourceIp: '127.0.0.1', sourcePort, targetIp: '127.0.0.1', targetPort: port },
            reason,
          });
        }
      });
    }

    test('whoever does not trust us says so', async () => {
      const { code } = await run('curl', [
        ...['--silent', '--cacert', stranger.file('ca.pem')],
        ...['--cert', authority.file('myDevice.pem'), '--key', authority.file('myDevice.key')],
        `https://localhost:${program.httpsPort}/`,
      ]);
      assert.notEqual(code, 0);
      const entry = await program.log.take(({ details }) => /alert/.test(details));
      assert.match(entry.details, /^alert 48 .*: it does not accept our certificate$/);
      assert.deepEqual([entry.reason, entry.listener], [FAILURE, 'https']);
    });

    test('whoever goes by himself has not been refused', async () => {
      const hello = Buffer.from('16030100f8010000f40303', 'hex');
      const gone = [];
      for (const port of [program.mqttsPort, program.httpsPort]) {
        gone.push(await goes(port, (socket) => socket.destroy()));
        gone.push(await goes(port, (socket) => socket.end(hello)));
      }
      const last = await goes(program.mqttsPort, says('no TLS'));
      await entryOf(program, last);
      const logged = program.log.items.map(({ sourcePort }) => sourcePort);
      assert.deepEqual(gone.filter((port) => logged.includes(port)), []);
    });
  });
}

for (const [name, , withProgram, section] of PROGRAMS) {
  group(`refusals: ${name}, time`, (test) => {
    const LIMITS = {
      'of the handshake': { tls: { handshakeTimeoutSeconds: 1 } },
      'of the protocol, which is shorter': {
        tls: { handshakeTimeoutSeconds: 100 },
        config: { [section]: { connectTimeoutSeconds: 1 }, httpLimits: { idleTimeoutSeconds: 1 } },
      },
    };
    for (const [what, { tls: limits, config }] of Object.entries(LIMITS)) {
      test(`a handshake that stalls until the limit ${what}`, () =>
        withProgram(
          { tls: { ...SERVER, ...limits }, config: { ...PATIENT, ...config } },
          async (program) => {
            const stalled = [];
            for (const port of [program.mqttsPort, program.httpsPort])
              for (const begun of ['', '160301', '16030100f8010000f40303'])
                stalled.push(goes(port, says(Buffer.from(begun, 'hex'))));
            for (const port of await Promise.all(stalled)) {
              const { reason, details } = await entryOf(program, port);
              assert.deepEqual([reason, details], [TIMEOUT, 'no TLS handshake in time']);
            }
            await entryOf(program, await goes(program.mqttsPort, says('no TLS')));
            assert.deepEqual(program.log.items, []);
          },
        ));
    }

    test('nobody is refused by a stop', () =>
      withProgram({ tls: SERVER }, async (program) => {
        const { mqttsPort, httpsPort } = program;
        const waiting = [mqttsPort, httpsPort].map((port) => goes(port, says('\x16\x03\x01')));
        await entryOf(program, await goes(mqttsPort, says('no TLS')));
        program.child.kill('SIGTERM');
        await Promise.all(waiting);
        await program.ended();
        assert.deepEqual(program.log.items, []);
      }));
  });
}

group('refusals: many', (test) => {
  test('a scanner: some are logged, the others are counted', () =>
    withBroker({ tls: SERVER }, async (broker) => {
      const total = 1500;
      for (let i = 0; i < total; i += 50)
        await Promise.all(Array.from({ length: 50 }, () => goes(broker.mqttsPort, says('no TLS'))));
      const call = await request(broker, { path: target('nobody'), tls: DEVICE });
      assert.equal(call.status, 404);
      broker.child.kill('SIGTERM');
      const more = await broker.child.says(/refused connections were not logged/).catch(() => '0');
      await broker.ended();
      const lines = broker.log.items.filter(({ eventType }) => eventType === 'Connect');
      const omitted = lines.reduce((sum, line) => sum + (line.omitted ?? 0), 0);
      assert.ok(lines.length >= 100 && lines.length < total, `${lines.length} lines`);
      assert.equal(lines.length + omitted + Number(/(\d+)/.exec(more)[1]), total);
    }));
});

/* ---- User names, passwords, certificates of nobody's ---- */

const DEVICES = {
  tls: authority.server({ mqttsClientCertificates: 'optional', httpsClientCertificates: 'off' }),
  principals: [
    BACKEND,
    { name: 'boiler', userName: 'boiler', password: stored('warm'), clientIds: ['boiler'] },
    { name: 'locked', userName: 'locked' },
  ],
};

suite('refusals: devices', DEVICES, (broker, test) => {
  const attempt = async (options) => {
    const device = await Device.attempt(broker, options);
    assert.notEqual(device.connack.reasonCode, 0);
    const { localPort } = device.socket;
    await device.closed;
    return localPort;
  };
  const UNKNOWN = 'AUTHENTICATION_FAILURE';
  const TRIED_LOGINS = {
    'a wrong password': [{ userName: 'boiler', password: 'cold' }, 'The password is wrong.'],
    'no password': [{ userName: 'boiler' }, 'There is no user name, or no password.'],
    'an unknown user name': [
      { userName: 'pump', password: 'warm' },
      'The user name is not known.',
    ],
    'a user name without a password': [
      { userName: 'locked', password: 'warm' },
      'The principal of this user name has no password.',
    ],
    nothing: [{}, 'There is neither a user name nor a client certificate.'],
    "nobody's certificate": [
      { tls: DEVICE },
      "The client certificate is not one of a principal's.",
      'mqtts',
    ],
  };
  for (const [what, [options, details, listener = 'mqtt']] of Object.entries(TRIED_LOGINS)) {
    for (const level of [4, 5]) {
      test(`${what}, level ${level}`, async () => {
        const clientId = unique('device');
        const entry = await entryOf(broker, await attempt({ clientId, level, ...options }));
        const said = [entry.reason, entry.details, entry.clientId, entry.listener, entry.protocol];
        assert.deepEqual(said, [UNKNOWN, details, clientId, listener, 'MQTT']);
        assert.equal(entry.sourceIp, '127.0.0.1');
        assert.equal(entry.targetPort, broker[`${listener}Port`]);
        const text = JSON.stringify(entry);
        assert.doesNotMatch(text, /warm|cold|pump/);
      });
    }
  }

  test("a client ID that is not the principal's", async () => {
    const options = { clientId: 'pump', userName: 'boiler', password: 'warm' };
    const { reason, details } = await entryOf(broker, await attempt(options));
    assert.equal(reason, 'AUTHORIZATION_FAILURE');
    assert.equal(details, 'The client ID is not one that the principal may have.');
  });

  test('client IDs of all kinds', async () => {
    const IDS = {
      '': undefined,
      [`a"\\/\u0001\u007f\u2028`]: 'a"\\/\u0001\u007f\u2028',
      [`x${'ü'.repeat(1000)}`]: `x${'ü'.repeat(63)}`,
      ['\u0002'.repeat(2000)]: '\u0002'.repeat(128),
      ['\u{1f600}'.repeat(40)]: '\u{1f600}'.repeat(32),
    };
    for (const [clientId, logged] of Object.entries(IDS))
      assert.equal((await entryOf(broker, await attempt({ clientId }))).clientId, logged);
  });

  test('callers: an answer, which is logged as all answers are', async () => {
    const { status, body } = await request(broker, { path: target('x'), tls: authority.client() });
    const { traceId, reason } = JSON.parse(body);
    assert.deepEqual([status, reason], [401, UNKNOWN]);
    const entry = await broker.entry(traceId);
    assert.deepEqual([entry.reason, entry.sourceIp], [UNKNOWN, '127.0.0.1']);
    assert.equal(entry.details, 'There is neither a signature nor a client certificate.');
  });
});
