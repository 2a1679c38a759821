/* TLS, on the ports of both programs: who is let in, who is not, and what is the same as without.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

import { Authority } from './lib/authority.mjs';
import { Child, LONG, PATIENT, PROGRAM, run } from './lib/broker.mjs';
import { checkAnswer } from './lib/call.mjs';
import { mqttJs } from './lib/clients.mjs';
import { Device } from './lib/device.mjs';
import { send, sendConfirmed, target } from './lib/http.mjs';
import * as packets from './lib/packets.mjs';
import { ScriptedBroker } from './lib/scripted_broker.mjs';
import { SIDECAR } from './lib/sidecar.mjs';
import { group, suite, sidecarSuite, unique, withBroker, withSidecar } from './lib/suite.mjs';

const authority = new Authority('myDevice');
const stranger = new Authority('myDevice');
authority.issueExpired('expired');
authority.issueEarly('early');
authority.issue('revoked');
authority.issue('myServer', { kind: 'server' });
authority.issue('signer', { kind: 'signing' });
authority.issue('simple', { kind: 'plain' });
authority.issue('site', { kind: 'server', names: ['site.example', 'b.wild.example'] });
authority.issue('wild', { kind: 'server', names: ['*.wild.example', 'c.wild.example'] });
authority.issue('plain.example', { kind: 'server' });
authority.revoke('revoked');

const SERVER = authority.server({ revocationList: authority.file('revocations.pem') });
const DEVICE = authority.client('myDevice');
const TALKATIVE = (section) => ({ ...PATIENT, [section]: { logClients: true } });

/* Connects and waits until the client is content. With TLS 1.2 the server is so, too; with TLS
 * 1.3 it may refuse what it is shown only now. */
function connect(port, options) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ...options });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
}

/* Connects and leaves in order, when both were content. session: what there is to resume. */
async function connects(port, options) {
  const socket = await connect(port, options);
  const found = { alpnProtocol: socket.alpnProtocol, authorized: socket.authorized };
  found.serialNumber = socket.getPeerCertificate().serialNumber;
  found.by = socket.getPeerCertificate().subject?.CN; /* none, in a session that is resumed */
  found.protocol = socket.getProtocol();
  found.reused = socket.isSessionReused();
  found.session = socket.getProtocol() === 'TLSv1.3' ? undefined : socket.getSession();
  socket.on('session', (session) => (found.session = session));
  socket.resume();
  socket.end();
  await new Promise((resolve, reject) => {
    socket.once('end', resolve); /* a close_notify: who is refused gets an alert */
    socket.once('error', reject);
  });
  return found;
}

const REFUSAL = /alert|ECONNRESET|EPIPE|closed/;

/* Connects and is refused. */
async function refused(port, options, why = REFUSAL) {
  const socket = tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ...options });
  socket.resume();
  const error = await new Promise((resolve) => {
    socket.once('error', resolve);
    socket.once('close', () => resolve(new Error('closed')));
  });
  assert.match(error.message, why);
}

/* The newest is what both know. */
const VERSIONS = ['TLSv1.2', 'TLSv1.3'];

const closed = (socket) => new Promise((resolve) => socket.once('close', resolve));

/* ---- What is the same as without TLS ---- */

const EACH = [
  [suite, 'dm-broker', 'broker'],
  [sidecarSuite, 'dm-sidecar', 'sidecar'],
];

for (const [share, name, section] of EACH) {
  share(`tls: ${name}`, { config: TALKATIVE(section), tls: SERVER }, (program, test) => {
    test('the call of the guide: curl with a client certificate', async () => {
      const clientId = unique('myDevice');
      const device = await Device.connect(program, { clientId, tls: DEVICE });
      const { code, output, errorText } = await run('curl', [
        ...['--silent', '--show-error', '--cacert', authority.file('ca.pem')],
        ...['--cert', authority.file('myDevice.pem'), '--key', authority.file('myDevice.key')],
        ...['--request', 'POST', '--data', 'hello'],
        `https://localhost:${program.httpsPort}/connections/${clientId}/messages` +
          '?topic=commands%2Freboot&confirmation=true&timeout=10',
      ]);
      assert.equal(code, 0, errorText);
      assert.equal(JSON.parse(output).message, 'OK');
      const { topic, payload } = await device.message();
      assert.deepEqual([topic, String(payload)], ['commands/reboot', 'hello']);
    });

    for (const version of ['mqttv311', 'mqttv5']) {
      test(`mosquitto_sub and mosquitto_pub -V ${version}`, async () => {
        const topic = unique('topic');
        const clientId = unique('mosquitto');
        const files = ['--cafile', authority.file('ca.pem')];
        files.push('--cert', authority.file('myDevice.pem'));
        files.push('--key', authority.file('myDevice.key'));
        const where = ['-h', 'localhost', '-p', String(program.mqttsPort), '-V', version, ...files];
        const command = ['-oL', 'mosquitto_sub', ...where, '-i', clientId, '-t', topic, '-q', '1'];
        const sub = new Child('stdbuf', [...command, '-d', '-F', '%q %t %p']);
        program.owns(() => sub.kill('SIGKILL'));
        await sub.output.take((line) => /received SUBACK|Subscribed \(mid/.test(line));
        const pub = await run('mosquitto_pub', [...where, '-t', topic, '-m', 'hello', '-q', '1']);
        assert.equal(pub.code, 0, pub.errorText);
        await sub.output.take((line) => line === `1 ${topic} hello`);
        await sendConfirmed(program, clientId, {}, { tls: DEVICE, body: 'x' }).expect('CONFIRMED');
        await sub.output.take((line) => line === '1 jobs/new x');
      });
    }

    test('MQTT.js, and messages of all sizes both ways', async () => {
      const { client, messages, clientId } = await mqttJs(program, {
        ...{ protocol: 'mqtts', port: program.mqttsPort, servername: 'localhost' },
        ...{ protocolVersion: 5, ...DEVICE },
      });
      await client.subscribeAsync(`${clientId}/#`, { qos: 1 });
      for (const size of [0, 1, 16383, 16384, 16385, 100000]) {
        const body = Buffer.alloc(size, String(size));
        await client.publishAsync(`${clientId}/x`, body, { qos: 1 });
        assert.deepEqual((await messages.take()).payload, body);
        const params = { topic: `size/${size}` };
        await sendConfirmed(program, clientId, params, { tls: DEVICE, body }).expect('CONFIRMED');
        assert.deepEqual((await messages.take()).payload, body);
      }
    });

    test('a device that reads slowly gets everything in order, or the caller is told', async () => {
      const clientId = unique('slow');
      const device = await Device.connect(program, { clientId, tls: DEVICE });
      device.socket.pause();
      const body = Buffer.alloc(100_000, 'x');
      let sent = 0;
      for (;; sent++) {
        const answer = await send(program, clientId, { topic: `m/${sent}` }, { body }).answer;
        if (answer.status === 429) break;
        checkAnswer(answer, 'SENT');
      }
      assert.ok(sent > 2, `${sent} were taken`);
      device.socket.resume();
      for (let i = 0; i < sent; i++) {
        const { topic, payload } = await device.message();
        assert.deepEqual([topic, payload.equals(body)], [`m/${i}`, true]);
      }
    });

    test('a device that vanishes without a word ends the wait', async () => {
      const clientId = unique('vanishing');
      const options = { clientId, tls: DEVICE, acknowledges: false };
      const device = await Device.connect(program, options);
      const call = send(program, clientId, { confirmation: true, timeout: LONG });
      await device.message();
      device.socket.destroy();
      await call.expect('RECEIVER_DISCONNECTED');
    });

    /* ---- Who is not let in ---- */

    const NONE = /alert (handshake failure|certificate required)/;
    const BAD = /alert (bad certificate|certificate unknown)/;
    const REFUSED = {
      'no certificate': [undefined, /No client certification|no certificate/i, NONE],
      'a certificate that has expired': ['expired', /expired/, /alert certificate expired/],
      'a certificate of the future': ['early', /future/, BAD],
      'a revoked certificate': ['revoked', /revoked/, /alert certificate revoked/],
      "a server's certificate": ['myServer', /extendedKeyUsage/, /alert unsupported certificate/],
      'a certificate that may only sign': ['signer', /usage/i, /alert unsupported certificate/],
    };
    for (const [what, [who, why, told]] of Object.entries(REFUSED)) {
      test(`${what} is refused`, async () => {
        const from = authority.client(who);
        for (const maxVersion of VERSIONS)
          await refused(program.httpsPort, { ...from, maxVersion }, told);
        const socket = net.connect(program.mqttsPort, '127.0.0.1');
        const secure = tls.connect({ socket, servername: 'localhost', ...from });
        secure.on('error', () => {});
        await new Promise((resolve) => socket.once('connect', resolve));
        const port = socket.localPort;
        const said = await program.child.says(new RegExp(` port ${port}: `));
        assert.match(said, why);
      });
    }

    test('a certificate of somebody else is refused', async () => {
      const { cert, key } = stranger.client('myDevice');
      for (const port of [program.mqttsPort, program.httpsPort])
        await refused(port, { ...DEVICE, cert, key }, /unknown ca/i);
    });

    test('a certificate that says nothing of its use is good', async () => {
      for (const port of [program.mqttsPort, program.httpsPort])
        await connects(port, authority.client('simple'));
    });

    test('TLS 1.1 is refused, and ciphers of long ago', async () => {
      const old = { ...DEVICE, minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' };
      const TRIED = [
        { ...old, maxVersion: 'TLSv1.1' },
        { ...DEVICE, maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES128-GCM-SHA256' },
      ];
      for (const options of TRIED)
        for (const port of [program.mqttsPort, program.httpsPort])
          await refused(port, options);
      const socket = await connects(program.mqttsPort, { ...DEVICE, maxVersion: 'TLSv1.2' });
      assert.equal(socket.authorized, true);
    });

    test('what is asked for by ALPN', async () => {
      const ask = async (port, ...names) =>
        (await connects(port, { ...DEVICE, ALPNProtocols: names })).alpnProtocol;
      assert.equal(await ask(program.mqttsPort, 'mqtt'), 'mqtt');
      assert.equal(await ask(program.mqttsPort, 'x-amzn-mqtt-ca'), 'x-amzn-mqtt-ca');
      assert.equal(await ask(program.httpsPort, 'h2', 'http/1.1'), 'http/1.1');
      assert.equal(await ask(program.httpsPort, 'x-amzn-http-ca'), 'x-amzn-http-ca');
      for (const maxVersion of VERSIONS) {
        const none = { ...DEVICE, maxVersion, ALPNProtocols: ['x-amzn-http-ca'] };
        await refused(program.mqttsPort, none, /no application protocol/i);
        none.ALPNProtocols = ['h2'];
        await refused(program.httpsPort, none, /no application protocol/i);
      }
    });

    test('another server name does no harm', async () => {
      const checkServerIdentity = () => {};
      for (const servername of ['elsewhere.example', 'x'.repeat(200)])
        await connects(program.httpsPort, { ...DEVICE, servername, checkServerIdentity });
    });

    test('without TLS nothing comes of a port with it, nor the other way round', async () => {
      for (const port of [program.mqttsPort, program.httpsPort]) {
        for (const bytes of [packets.connect({ clientId: 'x' }), 'GET / HTTP/1.1\r\n\r\n']) {
          const socket = net.connect(port, '127.0.0.1');
          socket.on('error', () => {});
          socket.on('data', (data) => assert.equal(data[0], 21, 'an alert at most'));
          socket.write(bytes);
          await closed(socket);
        }
      }
      for (const port of [program.mqttPort, program.httpPort])
        await assert.rejects(connect(port, DEVICE));
    });

    test('a ticket resumes a session, on the port that gave it', async () => {
      const first = { ...DEVICE, maxVersion: 'TLSv1.2' };
      const again = { ...first, session: (await connects(program.mqttsPort, first)).session };
      assert.equal((await connects(program.mqttsPort, again)).reused, true);
      assert.equal((await connects(program.httpsPort, again)).reused, false);
      const device = await Device.connect(program, { clientId: unique('resumed'), tls: again });
      assert.equal(device.socket.isSessionReused(), true);
      const call = sendConfirmed(program, device.clientId, {}, { tls: DEVICE });
      await call.expect('CONFIRMED');
    });

    test('a request of a session that ends in order is answered', async () => {
      const clientId = unique('device');
      await Device.connect(program, { clientId, tls: DEVICE });
      const socket = await connect(program.httpsPort, DEVICE);
      const chunks = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      const ended = new Promise((resolve) => socket.once('end', resolve));
      const fields = 'Host: x\r\nConnection: close\r\nContent-Length: 2\r\n';
      socket.write(`POST ${target(clientId)} HTTP/1.1\r\n${fields}\r\nok`);
      await ended; /* a close_notify: without it this would be an error */
      assert.match(String(Buffer.concat(chunks)), /^HTTP\/1\.1 200 /);
    });
  });
}

/* ---- Certificates of clients that need not be ---- */

group('tls: client certificates', (test) => {
  const modes = (mode) => ({
    ...{ mqttsClientCertificates: mode, httpsClientCertificates: mode },
  });

  test('optional: none is needed, a bad one is refused', () =>
    withBroker({ tls: { ...SERVER, ...modes('optional') } }, async (broker) => {
      for (const port of [broker.mqttsPort, broker.httpsPort]) {
        await connects(port, authority.client());
        await connects(port, DEVICE);
        for (const name of ['expired', 'early', 'revoked', 'myServer', 'signer'])
          await refused(port, authority.client(name));
        const { cert, key } = stranger.client('myDevice');
        await refused(port, { ...DEVICE, cert, key });
      }
    }));

  test('off: nobody is asked', () =>
    withBroker({ tls: { ...SERVER, ...modes('off') } }, async (broker) => {
      for (const port of [broker.mqttsPort, broker.httpsPort]) {
        await connects(port, authority.client());
        await connects(port, authority.client('expired'));
      }
    }));

  test('one port may ask and the other not; without an authority nobody is asked', async () => {
    const mixed = { ...SERVER, httpsClientCertificates: 'off' };
    await withBroker({ tls: mixed }, async (broker) => {
      await connects(broker.httpsPort, authority.client());
      await refused(broker.mqttsPort, authority.client());
    });
    const { certificate, key } = SERVER;
    await withBroker({ tls: { certificate, key } }, async (broker) => {
      await connects(broker.mqttsPort, authority.client());
    });
  });

  test('a ticket of a port that asks for nothing opens no other', () =>
    withBroker({ tls: { ...SERVER, httpsClientCertificates: 'off' } }, async (broker) => {
      for (const maxVersion of VERSIONS) {
        const client = { ...authority.client(), maxVersion };
        const { session } = await connects(broker.httpsPort, client);
        assert.equal((await connects(broker.httpsPort, { ...client, session })).reused, true);
        await refused(broker.mqttsPort, { ...client, session });
      }
    }));

  /* Those of TLS 1.3 hold no certificate. */
  test('with TLS 1.3 who shows a certificate does so each time', () =>
    withBroker({ tls: SERVER }, async (broker) => {
      const { session, protocol } = await connects(broker.mqttsPort, DEVICE);
      if (protocol === 'TLSv1.3') assert.equal(session, undefined);
    }));
});

/* ---- Time, signals, files ---- */

for (const [withProgram, name, section] of [
  [withBroker, 'dm-broker', 'broker'],
  [withSidecar, 'dm-sidecar', 'sidecar'],
]) {
  group(`tls: ${name}, times and signals`, (test) => {
    test('a handshake that stalls is given up, and holds nobody up', () =>
      withProgram(
        { config: TALKATIVE(section), tls: { ...SERVER, handshakeTimeoutSeconds: 1 } },
        async (program) => {
          const stalled = [];
          for (const port of [program.mqttsPort, program.httpsPort]) {
            for (const begun of ['', '160301', '16030100f8010000f40303']) {
              const socket = net.connect(port, '127.0.0.1');
              socket.on('error', () => {});
              socket.on('data', () => {});
              socket.write(Buffer.from(begun, 'hex'));
              stalled.push(closed(socket));
            }
          }
          const device = await Device.connect(program, { clientId: 'device' });
          await sendConfirmed(program, 'device').expect('CONFIRMED');
          await Promise.all(stalled);
          await program.child.says(/no TLS handshake in time/);
          await device.ping();
        },
      ));

    test('many who come at once all get in, and somebody connected is served meanwhile', () =>
      withProgram({ tls: { ...SERVER, handshakeTimeoutSeconds: 100 } }, async (program) => {
        const device = await Device.connect(program, { clientId: 'device' });
        const rush = Array.from({ length: 30 }, (_, i) => [
          connects(program.httpsPort, DEVICE),
          Device.connect(program, { clientId: `rush-${i}`, tls: DEVICE }),
        ]);
        await sendConfirmed(program, 'device').expect('CONFIRMED');
        await Promise.all(rush.flat());
        await device.ping();
      }));

    test('SIGTERM: who waits is answered, who is connected is told', () =>
      withProgram({ tls: SERVER }, async (program) => {
        const options = { clientId: 'device', tls: DEVICE, acknowledges: false };
        const device = await Device.connect(program, options);
        const params = { timeout: LONG };
        const call = sendConfirmed(program, 'device', params, { tls: DEVICE });
        await device.message();
        const idle = await connect(program.httpsPort, DEVICE);
        const half = net.connect(program.mqttsPort, '127.0.0.1');
        half.on('error', () => {});
        half.on('data', () => {});
        await new Promise((resolve) => half.once('connect', resolve));
        idle.on('data', () => {});
        idle.removeAllListeners('error');
        const told = new Promise((resolve, reject) => {
          idle.once('end', resolve);
          idle.once('error', reject);
        });
        program.child.kill('SIGTERM');
        await call.expect('SHUTTING_DOWN');
        await device.ended; /* a close_notify */
        await told;
        await program.ended();
      }));

    test('SIGHUP: new certificates for new connections, the others go on', () =>
      withProgram({ tls: SERVER }, async (program) => {
        const device = await Device.connect(program, { clientId: 'device', tls: DEVICE });
        const old = { ...DEVICE, maxVersion: 'TLSv1.2' };
        const before = await connects(program.mqttsPort, old);
        const { certificate, key } = stranger.server();
        program.configure({ tls: { ...SERVER, certificate, key } });
        program.child.kill('SIGHUP');
        await program.child.says(/certificates read again/);
        const trusting = { ...DEVICE, ca: stranger.client().ca };
        const options = { ...trusting, maxVersion: 'TLSv1.2', session: before.session };
        const after = await connects(program.mqttsPort, options);
        assert.notEqual(after.serialNumber, before.serialNumber);
        assert.equal(after.reused, false);
        await sendConfirmed(program, 'device', {}, { tls: trusting }).expect('CONFIRMED');
        await device.ping();
      }));

    test('SIGHUP: who was revoked comes no more, with a ticket neither', () => {
      const own = new Authority('myDevice');
      own.issue('unlucky');
      own.issue('other');
      own.revoke('other');
      const tlsSettings = own.server({ revocationList: own.file('revocations.pem') });
      return withProgram({ tls: tlsSettings }, async (program) => {
        const old = { ...own.client('unlucky'), maxVersion: 'TLSv1.2' };
        const { session } = await connects(program.mqttsPort, old);
        own.revoke('unlucky');
        program.child.kill('SIGHUP');
        await program.child.says(/certificates read again/);
        await refused(program.mqttsPort, { ...old, session }, /revoked/);
        await refused(program.mqttsPort, own.client('unlucky'), /revoked/);
        await connects(program.mqttsPort, own.client('myDevice'));
      });
    });

    test('SIGHUP: one bad file, and everything stays as it was', () =>
      withProgram({ tls: SERVER }, async (program) => {
        for (const [what, why] of [
          ['key', /stranger|is not the key of the certificate/],
          ['clientAuthority', /cannot be read: No such file/],
        ]) {
          const bad = { key: stranger.file('server.key'), clientAuthority: '/nowhere/ca.pem' };
          program.configure({ tls: { ...SERVER, [what]: bad[what] }, senders: [] });
          program.child.kill('SIGHUP');
          assert.match(await program.child.says(/server\.key|nowhere/), why);
        }
        const device = await Device.connect(program, { clientId: 'device', tls: DEVICE });
        await sendConfirmed(program, 'device', {}, { tls: DEVICE }).expect('CONFIRMED');
        await device.ping();
      }));
  });
}

/* ---- Several certificates of the server's ---- */

const OTHERS = ['site', 'wild', 'plain.example'].map((name) => authority.pair(name));
const SEVERAL = { ...SERVER, otherCertificates: OTHERS };

/* Connects asking for a name, '' for none. */
const asking = (port, servername, options = DEVICE) =>
  connects(port, { servername, checkServerIdentity: () => {}, ...options });

for (const [share, name] of EACH) {
  share(`tls: ${name}, several certificates`, { tls: SEVERAL }, (program, test) => {
    const SERVED = {
      localhost: 'server',
      'site.example': 'site',
      'SITE.Example': 'site',
      'a.wild.example': 'wild',
      'b.wild.example': 'site', /* the exact name before the wildcard */
      'c.wild.example': 'wild',
      'wild.example': 'server',
      'a.b.wild.example': 'server',
      'plain.example': 'plain.example',
      'server': 'server', /* not one of its names, but none of the others' either */
      'site': 'server', /* the common name of one that has other names */
      'nowhere.example': 'server',
      '': 'server',
    };
    for (const [asked, by] of Object.entries(SERVED)) {
      test(`asked for ${asked || 'nobody'}, ${by} serves`, async () => {
        for (const port of [program.mqttsPort, program.httpsPort])
          for (const maxVersion of VERSIONS)
            assert.equal((await asking(port, asked, { ...DEVICE, maxVersion })).by, by);
      });
    }

    test('whoever is asked for, clients are looked at, and ALPN', async () => {
      const checkServerIdentity = () => {};
      for (const port of [program.mqttsPort, program.httpsPort]) {
        for (const servername of ['site.example', 'a.wild.example']) {
          for (const who of [undefined, 'expired', 'revoked', 'myServer']) {
            await refused(port, { ...authority.client(who), servername, checkServerIdentity });
          }
          const asks = { ...DEVICE, servername, checkServerIdentity, ALPNProtocols: ['h3'] };
          await refused(port, asks, /no application protocol/i);
        }
      }
      const clientId = unique('device');
      const device = { ...DEVICE, servername: 'site.example' };
      await Device.connect(program, { clientId, tls: { ...device, ALPNProtocols: ['mqtt'] } });
      await sendConfirmed(program, clientId, {}, { tls: device }).expect('CONFIRMED');
    });

    test('a ticket resumes under the name for which it was given', () =>
      resumesByName(program, { ...DEVICE, maxVersion: 'TLSv1.2' }));
  });
}

async function resumesByName(program, options) {
  const names = ['localhost', 'site.example', 'a.wild.example'];
  for (const first of names) {
    const { session } = await asking(program.mqttsPort, first, options);
    for (const second of names) {
      const { reused } = await asking(program.mqttsPort, second, { ...options, session });
      assert.equal(reused, first === second, `${first}, ${second}`);
    }
  }
}

group('tls: several certificates, clients without', (test) => {
  for (const maxVersion of VERSIONS)
    test(`a ticket resumes under the name for which it was given: ${maxVersion}`, () =>
      withBroker({ tls: { ...SEVERAL, mqttsClientCertificates: 'off' } }, (broker) =>
        resumesByName(broker, { ...authority.client(), maxVersion })));
});

group('tls: several certificates, SIGHUP', (test) => {
  const other = new Authority('myDevice');
  other.issue('site', { kind: 'server', names: ['site.example'] });

  test('all are read again, or none', () =>
    withBroker({ tls: SEVERAL }, async (broker) => {
      const device = await Device.connect(broker, { clientId: 'device', tls: DEVICE });
      const { ca } = other.client();
      const reload = async (tlsSettings, says) => {
        broker.configure({ tls: tlsSettings });
        broker.child.kill('SIGHUP');
        return broker.child.says(says);
      };
      const certificate = other.file('site.pem');
      const bad = [OTHERS[0], { ...authority.pair('wild'), certificate }];
      const changed = { ...SERVER, ...authority.pair('site'), otherCertificates: bad };
      await reload(changed, /wild\.key: is not the key of the certificate in \S+site\.pem$/);
      assert.equal((await asking(broker.mqttsPort, 'localhost')).by, 'server');
      assert.equal((await asking(broker.mqttsPort, 'a.wild.example')).by, 'wild');

      await reload({ ...SERVER, otherCertificates: [other.pair('site')] }, /certificates read/);
      const found = await asking(broker.mqttsPort, 'site.example', { ...DEVICE, ca });
      assert.equal(found.by, 'site');
      assert.equal((await asking(broker.mqttsPort, 'a.wild.example')).by, 'server');
      await device.ping();
    }));
});

group('tls: dm-sidecar, the PROXY protocol', (test) => {
  const header = async (mode, certificate) => {
    const options = { ...certificate, maxVersion: 'TLSv1.2' };
    let seen;
    const upstream = new ScriptedBroker({ proxy: true });
    const settings = { ...SERVER, mqttsClientCertificates: mode };
    const args = ['--proxy-protocol', 'true'];
    await withSidecar({ upstream, args, tls: settings }, async (sidecar) => {
      const device = new Device(sidecar, { clientId: 'device', tls: options });
      device.write(packets.connect({ clientId: 'device', level: 5 }));
      seen = (await upstream.welcome('device')).proxyHeader;
      await device.take('CONNACK');
    });
    return seen.subarray(28);
  };
  const version = Buffer.from('\x21\0\x07TLSv1.2', 'latin1');

  test('the broker is told whose certificate was verified', async () => {
    const name = Buffer.from('\x22\0\x08myDevice', 'latin1');
    const begin = Buffer.from([0x20, 0, 26, 7, 0, 0, 0, 0]);
    assert.deepEqual(await header('required', DEVICE), Buffer.concat([begin, version, name]));
  });

  test('and that there is none', async () => {
    const begin = Buffer.from([0x20, 0, 15, 1, 0, 0, 0, 1]);
    const seen = await header('optional', authority.client());
    assert.deepEqual(seen, Buffer.concat([begin, version]));
  });
});

/* ---- What the programs are told when they start ---- */

group('tls: configuration', (test) => {
  const start = (program, ...args) => run(program, ['--http', 'off', ...args]);
  const { certificate, key, clientAuthority } = SERVER;
  const good = ['--tls-certificate', certificate, '--tls-key', key];
  const https = ['--https', '127.0.0.1:0'];

  const shared = authority.file('shared.key');
  copyFileSync(key, shared);
  chmodSync(shared, 0o640);
  const garbage = authority.file('garbage.pem');
  writeFileSync(garbage, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  chmodSync(garbage, 0o600);

  const WRONG = {
    'no certificate': [https, /^\S+: mqtts and https need a tls\.certificate$/],
    'no key': [[...https, ...good.slice(0, 2)], /need a tls\.key$/],
    'a key that others may read': [
      [...https, ...good.slice(0, 2), '--tls-key', shared],
      /shared\.key: others may read this private key: chmod 600 it$/,
    ],
    'a key of another certificate': [
      [...https, ...good.slice(0, 2), '--tls-key', authority.file('myDevice.key')],
      /myDevice\.key: is not the key of the certificate in \S+server\.pem$/,
    ],
    'a key that is none': [
      [...https, ...good.slice(0, 2), '--tls-key', garbage],
      /garbage\.pem: .*(PK|PEM) - /,
    ],
    'a certificate that is none': [
      [...https, '--tls-certificate', garbage, '--tls-key', key],
      /garbage\.pem: (X509 - |\d+ of its certificates)/,
    ],
    'an authority that is none': [
      [...https, ...good, '--tls-client-authority', key],
      /server\.key: X509 - /,
    ],
    'a revocation list that is none': [
      [...https, ...good, '--tls-client-authority', clientAuthority, '--tls-revocation-list', key],
      /server\.key: X509 - /,
    ],
    'a revocation list of nobody': [
      [...https, ...good, '--tls-revocation-list', SERVER.revocationList],
      /revocationList needs a clientAuthority$/,
    ],
    'a file that is not there': [
      [...https, '--tls-certificate', '/nowhere.pem', '--tls-key', key],
      /\/nowhere\.pem: cannot be read: No such file/,
    ],
    'an address that is none': [['--mqtts', 'x'], /--mqtts must be HOST:PORT, .*or off$/],
  };
  for (const program of [PROGRAM, SIDECAR]) {
    const name = program.split('/').pop();
    for (const [what, [args, why]] of Object.entries(WRONG)) {
      test(`${name}: ${what}`, async () => {
        const { code, errorText } = await start(program, ...args);
        assert.equal(code, 2, errorText);
        assert.match(errorText.trimEnd(), why);
        assert.equal(errorText.trimEnd().split('\n').length, 1);
      });
    }
  }

  const FILES = {
    'an unknown word': [{ mqttsClientCertificates: 'perhaps' }, 'must be "required", "optional"'],
    'a list for a file': [{ certificate: ['x'] }, 'certificate must be a file name'],
    'an empty name': [{ key: '' }, 'key must be a file name'],
    'an unknown key': [{ certificates: [] }, 'unknown key "certificates"'],
    'no list of certificates': [{ otherCertificates: {} }, 'otherCertificates must be a list'],
    'a certificate that is no object': [{ otherCertificates: ['x.pem'] }, 'must be an object'],
    'a certificate without its key': [
      { otherCertificates: [{ certificate: 'x.pem' }] },
      'must have a certificate and a key',
    ],
    'more about a certificate': [
      { otherCertificates: [{ certificate: 'x', key: 'y', name: 'z' }] },
      'unknown key "name"',
    ],
    'nobody to trust': [{ httpsClientCertificates: 'required' }, 'needs a clientAuthority'],
  };
  for (const [what, [given, why]] of Object.entries(FILES)) {
    test(`in the file: ${what}`, async () => {
      const file = authority.file(`${unique('config')}.json`);
      const policies = { senderPolicies: [], receiverPolicies: [] };
      writeFileSync(file, JSON.stringify({ ...policies, tls: given }));
      const { code, errorText } = await start(PROGRAM, '--config', file);
      assert.equal(code, 2, errorText);
      assert.ok(errorText.startsWith(`${file}:1:`), errorText);
      assert.ok(errorText.includes(why), errorText);
    });
  }

  const startWith = (otherCertificates) => {
    const file = authority.file(`${unique('config')}.json`);
    const policies = { senderPolicies: [], receiverPolicies: [] };
    writeFileSync(file, JSON.stringify({ ...policies, tls: { certificate, key, otherCertificates } }));
    return start(PROGRAM, '--config', file, '--mqtt', 'off', ...https);
  };
  const OTHER = {
    'a key that others may read': [{ key: shared }, /shared\.key: others may read this private key/],
    'a key of another': [{}, /server\.key: is not the key of the certificate in \S+site\.pem$/],
    'a file that is not there': [{ key: 'nowhere.key' }, /nowhere\.key: cannot be read: No such/],
    'a certificate that is none': [{ certificate: garbage }, /garbage\.pem: /],
  };
  for (const [what, [given, why]] of Object.entries(OTHER)) {
    test(`another certificate: ${what}`, async () => {
      const site = { certificate: authority.file('site.pem'), key };
      const { code, errorText } = await startWith([authority.pair('wild'), { ...site, ...given }]);
      assert.equal(code, 2, errorText);
      assert.match(errorText.trimEnd(), why);
      assert.equal(errorText.trimEnd().split('\n').length, 1);
    });
  }

  test('names in the file are beside it; ports that are off are not opened', async () => {
    const file = authority.file('beside.json');
    const settings = {
      ...{ senderPolicies: [], receiverPolicies: [], http: null, mqtt: 'off' },
      ...{ https: '127.0.0.1:0', tls: { certificate: 'server.pem', key: 'server.key' } },
    };
    writeFileSync(file, JSON.stringify(settings));
    const child = new Child(PROGRAM, ['--config', file]);
    assert.match(await child.says(/https/), /^dm-broker: https 127\.0\.0\.1:\d+$/);
    await child.terminate({ code: 0, signal: null });
  });
});
