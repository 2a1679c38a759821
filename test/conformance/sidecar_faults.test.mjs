/* dm-sidecar when its broker goes and comes back, and when it ends itself.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device } from './lib/device.mjs';
import { HttpConnection, send, sendConfirmed, target } from './lib/http.mjs';
import { Mosquitto } from './lib/mosquitto.mjs';
import * as packets from './lib/packets.mjs';
import { EVERYTHING, LONG, PATIENT, allow, arn, policy } from './lib/program.mjs';
import { FAST, pair, range, roundTrips, scripted, waiting } from './lib/scenario.mjs';
import { ScriptedBroker } from './lib/scripted_broker.mjs';
import { group, withSidecar } from './lib/suite.mjs';

/* ---- The broker goes and comes back ---------------------------------------------------- */

group('sidecar: the broker goes', (test) => {
  test('killed while 500 callers wait: each has one answer, and one entry in the log', () =>
    withSidecar({ config: FAST }, async (sidecar) => {
      const devices = await Promise.all(
        range(20).map((i) =>
          Device.connect(sidecar, {
            level: 4 + (i % 2),
            clientId: `device-${i}`,
            acknowledges: false,
          }),
        ),
      );
      const calls = range(500).map((i) =>
        sendConfirmed(sidecar, `device-${i % 20}`, { timeout: LONG }),
      );
      for (const device of devices) for (let i = 0; i < 25; i++) await device.message();
      await sidecar.upstream.kill();
      for (const call of calls) await call.expect('RECEIVER_DISCONNECTED');
      for (const device of devices) await device.closed;
      await roundTrips(sidecar, 1);
      assert.deepEqual(sidecar.log.items, []);

      /* Who comes while it is away is sent away at once. */
      for (let i = 0; i < 10; i++) {
        const device = new Device(sidecar, { clientId: 'early' });
        device.write(packets.connect({ clientId: 'early' }));
        await device.closed;
        assert.deepEqual(device.received.items, []);
      }
      await send(sidecar, 'early').expect('TARGET_CLIENT_ID_NOT_FOUND');

      await sidecar.upstream.start();
      for (const clientId of ['device-0', 'early']) {
        await Device.connect(sidecar, { clientId });
        await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
      }
    }));

  test('sessions that outlive the broker are taken up as they were', () =>
    withSidecar(
      { upstream: new Mosquitto({ persistent: true, lines: ['allow_anonymous true'] }) },
      async (sidecar) => {
        const options = { level: 4, clientId: 'device', cleanStart: false, acknowledges: false };
        const device = await Device.connect(sidecar, options);
        await device.subscribe(['topic', 2]);
        await device.publishOnce('topic', 'kept');
        const { packetId } = await device.message();
        const direct = await waiting(sidecar, device);
        assert.notEqual(direct.message.packetId, packetId);
        await sidecar.upstream.stop();
        await direct.call.expect('RECEIVER_DISCONNECTED');
        await device.closed;
        await send(sidecar, 'device').expect('TARGET_CLIENT_NOT_CONNECTED');
        await sidecar.upstream.start();
        const back = await Device.connect(sidecar, options);
        const next = await back.message();
        assert.deepEqual([next.packetId, next.dup, next.payload.toString()], [packetId, 1, 'kept']);
        const second = await waiting(sidecar, back);
        assert.notEqual(second.message.packetId, packetId);
        back.puback(second.message);
        await second.call.expect('CONFIRMED');
      },
    ));
});

/* ---- The sidecar itself -------------------------------------------------------------------- */

group('sidecar: its own ends', (test) => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    test(`${signal}: who waits is answered, connections are closed, the exit status is 0`, () =>
      withSidecar(scripted(), async (sidecar) => {
        const pairs = await Promise.all(
          [3, 4, 5].map((level) => pair(sidecar, { level, acknowledges: false })),
        );
        const calls = [];
        for (const { device } of pairs) calls.push((await waiting(sidecar, device)).call);
        const opening = await Device.open(sidecar);
        sidecar.child.kill(signal);
        for (const call of calls) {
          const { headers } = await call.expect('SHUTTING_DOWN');
          assert.equal(headers.connection, 'close');
        }
        for (const { link, device } of pairs) {
          await Promise.all([link.closed, device.closed]);
          /* No DISCONNECT in the name of the device: its will is published. */
          assert.deepEqual(link.received.items, []);
        }
        await opening.closed;
        await sidecar.ended({ code: 0, signal: null });
      }));
  }

  test('a second signal ends at once', () =>
    withSidecar(scripted(), async (sidecar) => {
      const { device } = await pair(sidecar);
      const connection = await HttpConnection.open(sidecar);
      connection.request({ path: target('device'), headers: { 'Content-Length': 4 } });
      await roundTrips(sidecar);
      sidecar.child.kill('SIGTERM');
      await device.closed;
      sidecar.child.kill('SIGTERM');
      await sidecar.ended({ code: 128 + 15, signal: null });
    }));

  test('SIGHUP: new policies and limits, and nobody is disturbed', () =>
    withSidecar(scripted(), async (sidecar) => {
      const { link, device } = await pair(sidecar, { clientId: 'device', acknowledges: false });
      const { call, message } = await waiting(sidecar, device);
      const reload = (changes) => {
        sidecar.configure(changes);
        sidecar.child.kill('SIGHUP');
        return sidecar.child.says(/policies and limits read again/);
      };
      await reload({ receivers: [policy(allow('iot:Receive', arn('topic/other')))] });
      await send(sidecar, 'device').expect('RECEIVE_AUTHORIZATION_FAILURE');
      await send(sidecar, 'device', { topic: 'other' }).expect('SENT');
      device.puback(message);
      await call.expect('CONFIRMED');
      await reload({ receivers: [EVERYTHING], config: { limits: { maxPayload: 3 } } });
      await send(sidecar, 'device', {}, { body: 'four' }).expect('PAYLOAD_TOO_LARGE');
      const late = sendConfirmed(sidecar, 'device', { timeout: LONG });
      await late.expect('INVALID_TIMEOUT_PARAMETER');
      await reload({ config: PATIENT });
      await send(sidecar, 'device', {}, { body: 'four' }).expect('SENT');
      device.write(packets.pingreq());
      await link.take('PINGREQ');
    }));

  test('maxConnections: more are closed as they come, and let in when there is room', () =>
    withSidecar(
      scripted({ config: { ...FAST, sidecar: { maxConnections: 2 } } }),
      async (sidecar) => {
        const first = await pair(sidecar, { clientId: 'first' });
        await pair(sidecar, { clientId: 'second' });
        for (let i = 0; i < 5; i++) {
          const third = new Device(sidecar, { clientId: 'third' });
          third.write(packets.connect({ clientId: 'third' }));
          await third.closed;
          assert.deepEqual(third.received.items, []);
        }
        await first.device.disconnect();
        await first.link.closed;
        await roundTrips(sidecar);
        await pair(sidecar, { clientId: 'third' });
        for (const clientId of ['second', 'third'])
          await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
      },
    ));

  test('the PROXY protocol tells the broker where the device is', () => {
    const args = ['--proxy-protocol', 'true'];
    return withSidecar(
      scripted({ upstream: new ScriptedBroker({ proxy: true }), args }),
      async (sidecar) => {
        const { link, device } = await pair(sidecar);
        const header = Buffer.concat([
          Buffer.from('0d0a0d0a000d0a515549540a', 'hex'),
          /* Version 2, PROXY; TCP over IPv4; twelve bytes of addresses. */
          Buffer.from([0x21, 0x11, 0x00, 0x0c]),
          Buffer.from([127, 0, 0, 1, 127, 0, 0, 1]),
          packets.two(device.socket.localPort),
          packets.two(sidecar.mqttPort),
        ]);
        assert.deepEqual(link.proxyHeader, header);
        await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
      },
    );
  });
});
