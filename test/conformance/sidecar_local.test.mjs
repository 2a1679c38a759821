/* dm-sidecar in front of a broker that listens on a Unix-domain socket.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { readdirSync, renameSync } from 'node:fs';

import { run } from './lib/child.mjs';
import { Device } from './lib/device.mjs';
import { sendConfirmed } from './lib/http.mjs';
import { Mosquitto } from './lib/mosquitto.mjs';
import * as packets from './lib/packets.mjs';
import { range, roundTrips } from './lib/scenario.mjs';
import { SIDECAR } from './lib/sidecar.mjs';
import { group, withSidecar } from './lib/suite.mjs';

const local = () => ({ upstream: new Mosquitto({ local: true }) });

/* mosquitto lets at least LEAST connections wait to be accepted, and not as many as MANY. */
const LEAST = 10;
const MANY = 150;

/* How many files and sockets the sidecar has open. */
const descriptors = (sidecar) => readdirSync(`/proc/${sidecar.child.process.pid}/fd`).length;

group('sidecar: a Unix-domain socket', (test) => {
  for (const level of [4, 5])
    test(`publish, subscribe and direct messages, level ${level}`, () =>
      withSidecar(local(), async (sidecar) => {
        const [sender, receiver] = await Promise.all(
          ['sender', 'receiver'].map((clientId) => Device.connect(sidecar, { level, clientId })),
        );
        await receiver.subscribe(['topic', 2]);
        await sender.publishOnce('topic', 'ordinary');
        assert.equal((await receiver.message()).payload.toString(), 'ordinary');
        await sendConfirmed(sidecar, 'receiver', {}, { body: 'direct' }).expect('CONFIRMED');
        assert.equal((await receiver.message()).payload.toString(), 'direct');
      }));

  test('a message of 4 MB each way', () =>
    withSidecar(local(), async (sidecar) => {
      const device = await Device.connect(sidecar, { clientId: 'device' });
      await device.subscribe(['large', 1]);
      const payload = Buffer.alloc(4 << 20, 'x');
      await device.publishOnce('large', payload);
      assert.ok((await device.message()).payload.equals(payload));
    }));

  test('more devices at once than the broker lets wait: all are served in the end', () =>
    withSidecar(local(), async (sidecar) => {
      const { upstream } = sidecar;
      const before = descriptors(sidecar);
      upstream.child.kill('SIGSTOP');
      const devices = range(MANY).map((i) => {
        const device = new Device(sidecar, { clientId: `device-${i}` });
        device.write(packets.connect({ clientId: `device-${i}` }));
        return device;
      });
      try {
        while (descriptors(sidecar) < before + MANY + LEAST)
          await roundTrips(sidecar, 1);
        /* None of those for whom there is no place gives up. */
        await roundTrips(sidecar, 20);
        for (const { socket } of devices) assert.equal(socket.readableEnded, false);
      } finally {
        upstream.child.kill('SIGCONT');
      }
      for (const device of devices) assert.equal((await device.take('CONNACK')).reasonCode, 0);
      for (const i of range(MANY))
        await sendConfirmed(sidecar, `device-${i}`).expect('CONFIRMED');
    }));

  test('a socket that is not there is said, and the next device finds it again', () =>
    withSidecar(local(), async (sidecar) => {
      const { path } = sidecar.upstream;
      renameSync(path, `${path}.away`);
      const early = new Device(sidecar, { clientId: 'early' });
      early.write(packets.connect({ clientId: 'early' }));
      await early.closed;
      await sidecar.child.says(/^dm-sidecar: broker unix:\S+: no such file or directory/);
      renameSync(`${path}.away`, path);
      await Device.connect(sidecar, { clientId: 'early' });
      await sendConfirmed(sidecar, 'early').expect('CONFIRMED');
    }));

  test('a broker that was killed is found again', () =>
    withSidecar(local(), async (sidecar) => {
      const device = await Device.connect(sidecar, { clientId: 'device' });
      await sidecar.upstream.kill();
      await device.closed;
      await sidecar.upstream.start();
      await Device.connect(sidecar, { clientId: 'device' });
      await sendConfirmed(sidecar, 'device').expect('CONFIRMED');
    }));

  for (const [what, option] of Object.entries({
    'a path that is too long': ['--broker', `unix:/${'x'.repeat(107)}`],
    'no path': ['--broker', 'unix:'],
    'a path to listen on': ['--listen', 'unix:/tmp/x'],
  }))
    test(`${what} is refused`, async () => {
      const { code, errorText } = await run(SIDECAR, option);
      assert.equal(code, 2);
      assert.match(errorText, /^dm-sidecar: --(broker|listen) must be HOST:PORT[^\n]*\n$/);
    });
});
