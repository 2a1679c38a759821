/* dm-sidecar between a side that sends and one that does not read, or closes, or vanishes.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';

import { Device } from './lib/device.mjs';
import { send, sendConfirmed } from './lib/http.mjs';
import { Mosquitto } from './lib/mosquitto.mjs';
import * as packets from './lib/packets.mjs';
import { LONG } from './lib/program.mjs';
import { FAST, pair, range, roundTrips, scripted, waiting } from './lib/scenario.mjs';
import { group, withSidecar } from './lib/suite.mjs';

/* Bytes that are more than all buffers on the way, the kernel's too, and what of them the
 * sidecar may have had in memory, in KB. */
const FLOOD = 256 * 1024 * 1024;
const MEMORY = 48 * 1024;
const PIECE = 128 * 1024;

/* Sends a flood of numbered messages. */
function flood(link) {
  const count = FLOOD / PIECE;
  for (const i of range(count)) {
    const payload = Buffer.allocUnsafe(PIECE).fill(i & 255);
    payload.writeUInt32BE(i);
    link.write(packets.publish({ topic: 'flood', payload }));
  }
  return count;
}

/* Reads it on the other side. */
async function drain(reader, count) {
  for (const i of range(count)) {
    const { payload } = await reader.received.take(({ topic }) => topic === 'flood');
    assert.equal(payload.readUInt32BE(), i);
    assert.equal(payload.at(-1), i & 255);
    assert.equal(payload.length, PIECE);
  }
}

group('sidecar: who does not read', (test) => {
  test('a device does not: memory is bounded, nobody else is disturbed, nothing is lost', () =>
    withSidecar(scripted(), async (sidecar) => {
      const { link, device } = await pair(sidecar, { clientId: 'slow' });
      const others = await Promise.all(range(5).map(() => pair(sidecar)));
      const before = sidecar.memory('VmHWM');
      device.socket.pause();
      const count = flood(link);
      for (let i = 0; i < 40; i++) {
        for (const { device: other } of others) {
          await sendConfirmed(sidecar, other.clientId).expect('CONFIRMED');
          await other.message();
        }
      }
      /* Most of it is still here. */
      assert.ok(link.socket.writableLength > FLOOD / 2);
      await sendConfirmed(sidecar, 'slow').expect('CLIENT_ENDPOINT_NOT_WRITABLE');
      await send(sidecar, 'slow').expect('CLIENT_ENDPOINT_NOT_WRITABLE');
      device.socket.resume();
      await drain(device, count);
      await sendConfirmed(sidecar, 'slow').expect('CONFIRMED');
      assert.ok(sidecar.memory('VmHWM') - before < MEMORY, sidecar.memory('VmHWM'));
    }));

  test('the broker does not: memory is bounded, nobody else is disturbed, nothing is lost', () =>
    withSidecar(scripted(), async (sidecar) => {
      const { link, device } = await pair(sidecar, { clientId: 'talker' });
      const other = await pair(sidecar);
      const before = sidecar.memory('VmHWM');
      link.socket.pause();
      const count = flood(device);
      for (let i = 0; i < 100; i++)
        await sendConfirmed(sidecar, other.device.clientId).expect('CONFIRMED');
      assert.ok(device.socket.writableLength > FLOOD / 2);
      /* Direct messages can be sent; the PUBACK is behind all the rest. */
      const call = sendConfirmed(sidecar, 'talker', { timeout: LONG });
      await device.message();
      link.socket.resume();
      await drain(link, count);
      await call.expect('CONFIRMED');
      assert.ok(sidecar.memory('VmHWM') - before < MEMORY, sidecar.memory('VmHWM'));
    }));

  test('a device of mosquitto does not: all that it subscribed to is there in the end', () =>
    withSidecar(
      {
        config: FAST,
        upstream: new Mosquitto({ lines: ['allow_anonymous true', 'max_inflight_messages 0'] }),
      },
      async (sidecar) => {
        const device = await Device.connect(sidecar, { clientId: 'slow' });
        await device.subscribe(['flood', 1]);
        const other = await Device.connect(sidecar, { clientId: 'other' });
        const before = sidecar.memory('VmHWM');
        device.socket.pause();
        const count = 400;
        for (const i of range(count)) {
          const payload = Buffer.alloc(PIECE, i & 255);
          payload.writeUInt32BE(i);
          await other.publishConfirmed('flood', payload);
        }
        await sendConfirmed(sidecar, 'other').expect('CONFIRMED');
        device.socket.resume();
        await drain(device, count);
        await sendConfirmed(sidecar, 'slow').expect('CONFIRMED');
        assert.ok(sidecar.memory('VmHWM') - before < MEMORY, sidecar.memory('VmHWM'));
      },
    ));

  test('the broker goes away meanwhile: whoever reads again has all that was taken', () =>
    withSidecar(scripted(), async (sidecar) => {
      const { link, device } = await pair(sidecar);
      device.socket.pause();
      for (const i of range(20)) link.publish(`t/${i}`, Buffer.alloc(PIECE / 16));
      link.write(packets.disconnect({ reasonCode: 0x8b }));
      link.socket.end();
      device.socket.resume();
      for (const i of range(20)) assert.equal((await device.message()).topic, `t/${i}`);
      assert.equal((await device.take('DISCONNECT')).reasonCode, 0x8b);
      await device.closed;
    }));

  /* Files that the process has open. */
  const files = (sidecar) => readdirSync(`/proc/${sidecar.child.process.pid}/fd`).length;

  for (const side of ['device', 'broker']) {
    test(`the ${side} neither reads nor closes: its connection ends when the other one is reset`, () =>
      withSidecar(scripted(), async (sidecar) => {
        const before = files(sidecar);
        const { link, device } = await pair(sidecar, { clientId: 'stuck' });
        const [stuck, leaving] = side === 'device' ? [device, link] : [link, device];
        stuck.socket.pause();
        flood(leaving);
        await roundTrips(sidecar);
        await leaving.reset();
        while (files(sidecar) > before) await roundTrips(sidecar, 1);
        await send(sidecar, 'stuck').expect('TARGET_CLIENT_ID_NOT_FOUND');
      }));
  }

  test('a device resets its connection while the broker sends', () =>
    withSidecar(scripted(), async (sidecar) => {
      const { link, device } = await pair(sidecar, { acknowledges: false });
      const { call } = await waiting(sidecar, device);
      device.socket.pause();
      flood(link);
      await roundTrips(sidecar);
      await device.reset();
      await call.expect('RECEIVER_DISCONNECTED');
      await link.closed;
    }));

  test('the broker resets its connection while the device sends', () =>
    withSidecar(scripted(), async (sidecar) => {
      const { link, device } = await pair(sidecar, { acknowledges: false });
      const { call } = await waiting(sidecar, device);
      link.socket.pause();
      flood(device);
      await roundTrips(sidecar);
      await link.reset();
      await call.expect('RECEIVER_DISCONNECTED');
      await device.closed;
    }));

  test('one side closes its half only: the other one is closed, then all', () =>
    withSidecar(scripted(), async (sidecar) => {
      for (const side of ['device', 'broker']) {
        const { link, device } = await pair(sidecar, {
          clientId: side,
          acknowledges: false,
          allowHalfOpen: true,
        });
        link.socket.allowHalfOpen = true;
        const { call } = await waiting(sidecar, device);
        const [leaving, other] = side === 'device' ? [device, link] : [link, device];
        leaving.socket.end();
        await call.expect('RECEIVER_DISCONNECTED');
        await other.ended;
        other.socket.end();
        await Promise.all([leaving.closed, other.closed]);
        assert.deepEqual([...device.received.items, ...link.received.items], []);
      }
    }));
});

/* ---- TCP ------------------------------------------------------------------------------- */

/* Whether Linux delays TCP's acknowledgements of what is read from the broker, to let them
 * travel with what is written: the lowest bit of the third field from the end in
 * /proc/net/tcp. `port` is the sidecar's own, 01 a connection. */
function delaysAcknowledgements({ remotePort: port }) {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = readFileSync('/proc/net/tcp', 'utf8').trimEnd().split('\n').slice(1);
  const fields = sockets.map((line) => line.trim().split(/\s+/));
  return fields.some((f) => f[1].endsWith(local) && f[3] === '01' && (f.at(-3) & 1) === 1);
}

group('sidecar: acknowledgements of TCP', (test) => {
  test('go to the broker at once where the PUBACK that would have carried them stays here', () =>
    withSidecar(scripted(), async (sidecar) => {
      const { link, device } = await pair(sidecar, { acknowledges: false });
      const { call, message } = await waiting(sidecar, device);
      /* One packet answers the other, until the system takes that for the rule. */
      do {
        device.write(packets.pingreq());
        await link.take('PINGREQ');
        link.write(packets.pingresp());
        await device.take('PINGRESP');
      } while (!delaysAcknowledgements(link.socket));
      link.publish('topic', 'whose acknowledgement waits');
      await device.message();
      device.puback(message);
      await call.expect('CONFIRMED');
      assert.equal(delaysAcknowledgements(link.socket), false);
    }));
});
