/* dm-sidecar in front of mosquitto: who is there, and how a connection ends.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';

import { freePorts, run, temporaryFolder } from './lib/child.mjs';
import { Device, SESSIONS } from './lib/device.mjs';
import { send, sendConfirmed } from './lib/http.mjs';
import { Mosquitto } from './lib/mosquitto.mjs';
import * as packets from './lib/packets.mjs';
import { LONG } from './lib/program.mjs';
import { SIDECAR } from './lib/sidecar.mjs';
import { group, sidecarSuite, unique } from './lib/suite.mjs';

sidecarSuite('sidecar: who is there', {}, (sidecar, test) => {
  const connect = (options = {}) =>
    Device.connect(sidecar, { clientId: unique('device'), ...options });

  test('nobody: 404, and the log names the client', async () => {
    await send(sidecar, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
    await sendConfirmed(sidecar, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('who connects beside the sidecar cannot be reached', async () => {
    const device = await Device.connect(sidecar.upstream, { clientId: unique('beside') });
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('a client without a session is forgotten when it goes', async () => {
    const device = await connect();
    await device.disconnect();
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  for (const session of SESSIONS) {
    test(`level ${session.level}: nothing is queued for an offline session`, async () => {
      const options = { ...session, clientId: unique('device') };
      const device = await Device.connect(sidecar, options);
      await device.subscribe('jobs/#');
      await device.disconnect();
      for (const confirmation of [true, false]) {
        const call = send(sidecar, device.clientId, { topic: 'jobs/one', confirmation });
        const { message } = await call.expect('TARGET_CLIENT_NOT_CONNECTED');
        assert.match(message, /offline.*session/);
      }
      const back = await Device.connect(sidecar, options);
      assert.equal(back.connack.sessionPresent, 1);
      await sendConfirmed(sidecar, back.clientId, { topic: 'marker' }).expect('CONFIRMED');
      assert.equal((await back.message()).topic, 'marker');
    });
  }

  test('a session that the device ends is as if it had never been', async () => {
    const device = await connect(SESSIONS[1]);
    await device.disconnect({ properties: { sessionExpiryInterval: 0 } });
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('a session that the device takes up and ends at once is gone', async () => {
    const device = await connect(SESSIONS[0]);
    await device.disconnect();
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_NOT_CONNECTED');
    const clean = await connect({ clientId: device.clientId, level: 4 });
    await clean.disconnect();
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('a session that has expired is as if it had never been', async () => {
    const device = await connect({
      cleanStart: false,
      properties: { sessionExpiryInterval: 1 },
    });
    await device.disconnect();
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_NOT_CONNECTED');
    for (;;) {
      const call = send(sidecar, device.clientId);
      const { body } = await call.answer;
      const { reason } = JSON.parse(body);
      await call.expect(reason);
      if (reason === 'TARGET_CLIENT_ID_NOT_FOUND') return;
      assert.equal(reason, 'TARGET_CLIENT_NOT_CONNECTED');
    }
  });

  test('a message is addressed to a connection, not to its session', async () => {
    const first = await connect({ ...SESSIONS[1], acknowledges: false });
    const call = sendConfirmed(sidecar, first.clientId, { topic: 'first', timeout: LONG });
    await first.message();
    await first.vanish();
    await call.expect('RECEIVER_DISCONNECTED');
    const second = await connect({ ...SESSIONS[1], clientId: first.clientId });
    assert.equal(second.connack.sessionPresent, 1);
    await sendConfirmed(sidecar, first.clientId, { topic: 'second' }).expect('CONFIRMED');
    assert.equal((await second.message()).topic, 'second');
  });

  /* ---- Takeover ---- */

  for (const level of [4, 5]) {
    test(`level ${level}: a takeover through the sidecar`, async () => {
      const old = await connect({ level, acknowledges: false });
      const waiting = sendConfirmed(sidecar, old.clientId, { timeout: LONG });
      await old.message();
      const device = await connect({ level, clientId: old.clientId });
      await waiting.expect('RECEIVER_DISCONNECTED');
      await old.closed;
      await sendConfirmed(sidecar, old.clientId, { topic: 'new' }).expect('CONFIRMED');
      assert.equal((await device.message()).topic, 'new');
    });

    test(`level ${level}: a takeover beside the sidecar`, async () => {
      const old = await connect({ level, acknowledges: false });
      const waiting = sendConfirmed(sidecar, old.clientId, { timeout: LONG });
      await old.message();
      await Device.connect(sidecar.upstream, { level, clientId: old.clientId });
      await waiting.expect('RECEIVER_DISCONNECTED');
      await old.closed;
      await send(sidecar, old.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    });
  }

  test('twenty takeovers in a row: the last one has it', async () => {
    const clientId = unique('device');
    const devices = [];
    for (let i = 0; i < 20; i++) {
      devices.push(await Device.connect(sidecar, { clientId, level: 4 + (i % 2) }));
      await sendConfirmed(sidecar, clientId, { topic: `to/${i}` }).expect('CONFIRMED');
    }
    for (const [i, device] of devices.entries())
      assert.equal((await device.message()).topic, `to/${i}`);
    for (const device of devices.slice(0, -1)) await device.closed;
    await sendConfirmed(sidecar, clientId, { topic: 'last' }).expect('CONFIRMED');
    assert.equal((await devices.at(-1).message()).topic, 'last');
  });

  test('takeovers all at once: exactly one is left, and can be reached', async () => {
    const clientId = unique('device');
    const devices = Array.from({ length: 20 }, () => new Device(sidecar, { clientId }));
    for (const device of devices) device.write(packets.connect(device.options));
    const gone = devices.map((device) => device.closed.then(() => device));
    const left = new Set(devices);
    while (left.size > 1)
      left.delete(await Promise.race([...left].map((d) => gone[devices.indexOf(d)])));
    const [last] = left;
    await last.take('CONNACK');
    await sendConfirmed(sidecar, clientId, { topic: 'last' }).expect('CONFIRMED');
    assert.equal((await last.message()).topic, 'last');
  });

  /* ---- Identifiers ---- */

  test('an identifier that the broker assigned is an address', async () => {
    const device = await connect({ clientId: '' });
    assert.match(device.clientId, /./);
    await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
    await device.disconnect();
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('3.1.1 without an identifier: nobody knows its address, all else works', async () => {
    const device = new Device(sidecar, { level: 4 });
    device.write(packets.connect({ level: 4, keepAlive: 12345 }));
    assert.equal((await device.take('CONNACK')).reasonCode, 0);
    const line = await sidecar.upstream.says(/New client connected .*k12345/);
    const [, clientId] = / as (\S+) /.exec(line);
    await send(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    const topic = unique('topic');
    await device.subscribe([topic, 2]);
    await device.publishOnce(topic, 'hello');
    assert.equal((await device.message()).payload.toString(), 'hello');
    await device.disconnect();
  });

  for (const clientId of ['a/b c', 'ä+#ö', 'x'.repeat(128)]) {
    test(`identifier ${clientId.slice(0, 20)}`, async () => {
      await connect({ clientId });
      await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
    });
  }

  /* ---- How it ends ---- */

  test('a DISCONNECT of the broker reaches the device as without the sidecar', async () => {
    const seen = [];
    for (const host of [sidecar, sidecar.upstream]) {
      const device = await Device.connect(host, { clientId: unique('device') });
      /* A name with a wildcard is a protocol error [MQTT-3.3.2-2]. */
      device.publish('wild/#');
      await device.closed;
      seen.push(device.received.items.map(({ bytes }) => bytes));
      await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    }
    assert.equal(packets.read(5, seen[1][0]).type, 'DISCONNECT');
    assert.deepEqual(seen[0], seen[1]);
  });

  const endings = {
    vanishes: { end: (device) => device.vanish(), will: true },
    'is reset': { end: (device) => device.reset(), will: true },
    'sends DISCONNECT': { end: (device) => device.disconnect(), will: false },
    'sends DISCONNECT and vanishes': {
      end: (device) => {
        device.write(packets.disconnect({ level: 4 }));
        return device.vanish();
      },
      will: false,
    },
  };
  for (const [what, { end, will }] of Object.entries(endings)) {
    for (const level of [4, 5]) {
      test(`level ${level}: the device ${what}: its will is ${will ? '' : 'not '}published`, async () => {
        const topic = unique('will');
        const watcher = await Device.connect(sidecar.upstream, {});
        await watcher.subscribe([topic, 1]);
        const device = await connect({ level, will: { topic, payload: 'gone', qos: 1 } });
        await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
        await end(device);
        if (will) assert.equal((await watcher.message()).payload.toString(), 'gone');
        else {
          await sidecar.upstream.says(new RegExp(`Client ${device.clientId} disconnected`));
          await watcher.publishConfirmed(topic, 'marker');
          assert.equal((await watcher.message()).payload.toString(), 'marker');
        }
      });
    }
  }

  test('DISCONNECT with reason code 0x04: the will is published', async () => {
    const topic = unique('will');
    const watcher = await Device.connect(sidecar.upstream, {});
    await watcher.subscribe([topic, 1]);
    const device = await connect({ will: { topic, payload: 'gone', qos: 1 } });
    await device.disconnect({ reasonCode: 4 });
    assert.equal((await watcher.message()).payload.toString(), 'gone');
  });

  test('what the device sent before its DISCONNECT reaches the broker', async () => {
    const topic = unique('topic');
    const watcher = await Device.connect(sidecar.upstream, {});
    await watcher.subscribe([topic, 0]);
    const device = await connect();
    for (let i = 0; i < 50; i++) device.publish(topic, Buffer.alloc(10000, i));
    device.write(packets.disconnect());
    device.socket.end();
    for (let i = 0; i < 50; i++) assert.equal((await watcher.message()).payload[0], i);
  });
});

/* ---- Passwords ---------------------------------------------------------------- */

/* mosquitto that knows one user. */
async function withPassword() {
  const file = join(temporaryFolder(), 'passwords');
  const { code, errorText } = await run('mosquitto_passwd', ['-c', '-b', file, 'user', 'secret']);
  assert.equal(code, 0, errorText);
  return new Mosquitto({ lines: ['allow_anonymous false', `password_file ${file}`] });
}

sidecarSuite('sidecar: passwords', { upstream: await withPassword() }, (sidecar, test) => {
  const right = { userName: 'user', password: 'secret' };
  const wrong = { userName: 'user', password: 'wrong' };

  for (const level of [3, 4, 5]) {
    test(`level ${level}: the wrong one is refused as without the sidecar`, async () => {
      const clientId = unique('device');
      const answers = [];
      for (const broker of [sidecar, sidecar.upstream]) {
        const device = await Device.attempt(broker, { level, clientId, ...wrong });
        await device.closed;
        answers.push(device.connack.bytes);
      }
      assert.notEqual(answers[0][3], 0);
      assert.deepEqual(answers[0], answers[1]);
      await send(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    });

    test(`level ${level}: whoever is refused takes nothing over`, async () => {
      const clientId = unique('device');
      await Device.connect(sidecar, { level, clientId, ...right });
      const impostor = await Device.attempt(sidecar, { level, clientId, ...wrong });
      await impostor.closed;
      await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
    });
  }
});

/* Each connection would open the next one, until there are no descriptors left. */
group('sidecar: pointed at itself', (test) => {
  for (const [listens, broker] of [
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', 'localhost'],
  ])
    test(`listening on ${listens}, the broker at ${broker}`, async () => {
      const { mqtt } = await freePorts();
      const args = ['--listen', `${listens}:${mqtt}`, '--broker', `${broker}:${mqtt}`];
      const { code, errorText } = await run(SIDECAR, [...args, '--http', '127.0.0.1:0']);
      assert.match(errorText, /the broker's address, \S+, is one where this program itself listens/);
      assert.equal(code, 1);
    });
});
