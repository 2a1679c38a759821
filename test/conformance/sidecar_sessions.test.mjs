/* dm-sidecar and time: keep-alive, and sessions that are taken up again.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import { Device } from './lib/device.mjs';
import { sendConfirmed } from './lib/http.mjs';
import { LONG } from './lib/program.mjs';
import { FAST, range, waiting } from './lib/scenario.mjs';
import { group, sidecarSuite, unique, withSidecar } from './lib/suite.mjs';

/* ---- Keep-alive ------------------------------------------------------------------------- */

sidecarSuite('sidecar: keep-alive', {}, (sidecar, test) => {
  /* The shortest that leaves a busy machine some time: mosquitto ends a connection of which it
   * has heard nothing for one and a half times as long. It would have done so eight times. */
  const keepAlive = 2;
  const duration = 8 * 1.5 * keepAlive * 1000;

  for (const level of [4, 5]) {
    for (const pings of [false, true]) {
      const what = pings ? 'and its own PINGREQs' : 'and nothing else';
      test(`level ${level}: a long time with direct messages ${what}`, async () => {
        const will = { topic: unique('will'), payload: 'gone' };
        const device = await Device.connect(sidecar, {
          level,
          clientId: unique('device'),
          keepAlive,
          will,
        });
        const end = Date.now() + duration;
        for (let i = 0; Date.now() < end; i++) {
          await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
          await device.message();
          if (pings && i % 7 === 0) await device.ping();
          /* Time is what this test is about. */
          await pause(200);
        }
        /* No PINGRESP but those that it asked for. */
        assert.deepEqual(device.received.items, []);
        await device.disconnect();
      });
    }
  }

  test('a device that says nothing at all is missed as without the sidecar', async () => {
    const will = { topic: unique('will'), payload: 'gone', qos: 1 };
    const watcher = await Device.connect(sidecar.upstream, {});
    await watcher.subscribe([will.topic, 1]);
    const clientId = unique('device');
    const options = { clientId, keepAlive: 2, will, acknowledges: false };
    const device = await Device.connect(sidecar, options);
    const { call } = await waiting(sidecar, device);
    await call.expect('RECEIVER_DISCONNECTED');
    assert.equal((await watcher.message()).payload.toString(), 'gone');
    await device.closed;
  });
});

/* ---- Sessions of the broker's ------------------------------------------------------------ */

group('sidecar: sessions', (test) => {
  /* The same conversation with a broker, through the sidecar or beside it: what the device
   * received, direct messages left out. inject(device, count) sends some of those, which
   * are acknowledged; leave(device) sends one that is not. */
  async function conversation({ host, mosquitto, clientId, level, inject, leave }) {
    const received = [];
    const persistent = level === 5 ? { properties: { sessionExpiryInterval: 600 } } : {};
    const options = { level, clientId, cleanStart: false, acknowledges: false, ...persistent };
    const other = await Device.connect(mosquitto, {});
    const topic = `to/${clientId}`;
    let device;

    const connect = async () => {
      device = await Device.connect(host, options);
      received.push(['CONNACK', device.connack.sessionPresent]);
    };
    /* What the broker sends next, of this type. */
    const next = async (type) => {
      const packet = await device.received.take((p) => p.type === type && p.topic !== 'direct');
      const { packetId, qos, dup, payload } = packet;
      received.push([type, packetId, qos, dup, payload?.toString()]);
      return packet;
    };
    const publish = async (count, name) => {
      for (const i of range(count)) {
        if (i % 2 === 0) await other.publishConfirmed(topic, `${name} ${i}`);
        else await other.publishOnce(topic, `${name} ${i}`);
      }
    };
    const vanish = async () => {
      await leave(device);
      await device.vanish();
      await mosquitto.says(new RegExp(`Client ${clientId} closed its connection`));
    };

    await connect();
    await device.subscribe([topic, 2]);
    await inject(device, 3);
    await publish(8, 'first');
    const first = [];
    for (let i = 0; i < 8; i++) {
      first.push(await next('PUBLISH'));
      await inject(device, 1);
    }
    /* QoS 1: one is acknowledged, three are not. QoS 2: one is complete, one has PUBREC
     * and PUBREL, two have nothing. */
    device.puback(first[0]);
    device.receipt('PUBREC', first[1]);
    device.receipt('PUBCOMP', await next('PUBREL'));
    device.receipt('PUBREC', first[3]);
    await next('PUBREL');
    await inject(device, 2);
    await device.ping();
    await vanish();

    await publish(4, 'offline');
    await connect();
    /* Three of QoS 1, two of QoS 2, the PUBREL, and four new ones. */
    const again = [];
    for (let i = 0; i < 9; i++) again.push(await next('PUBLISH'));
    await next('PUBREL');
    await inject(device, 2);
    for (const message of again.slice(0, 5)) {
      device.acknowledge(message);
      if (message.qos === 2) device.receipt('PUBCOMP', await next('PUBREL'));
      await inject(device, 1);
    }
    await device.ping();
    await vanish();

    await connect();
    for (let i = 0; i < 4; i++) device.acknowledge(await next('PUBLISH'));
    for (let i = 0; i < 3; i++) device.receipt('PUBCOMP', await next('PUBREL'));
    await inject(device, 2);
    await publish(4, 'last');
    for (let i = 0; i < 4; i++) device.acknowledge(await next('PUBLISH'));
    for (let i = 0; i < 2; i++) device.receipt('PUBCOMP', await next('PUBREL'));
    await device.ping();
    const left = device.received.items.filter(({ topic: t }) => t !== 'direct');
    assert.deepEqual(left, []);
    await device.disconnect();
    return received;
  }

  for (const level of [4, 5]) {
    test(`level ${level}: what is not acknowledged comes again, just as without the sidecar`, () =>
      withSidecar({ config: FAST }, async (sidecar) => {
        const { upstream: mosquitto } = sidecar;
        const inject = async (device, count) => {
          for (let i = 0; i < count; i++) {
            const call = sendConfirmed(sidecar, device.clientId, {
              topic: 'direct',
              timeout: LONG,
            });
            device.puback(await device.received.take(({ topic }) => topic === 'direct'));
            await call.expect('CONFIRMED');
          }
        };
        const left = [];
        const leave = async (device) => {
          left.push(sendConfirmed(sidecar, device.clientId, { topic: 'direct', timeout: LONG }));
          await device.received.take(({ topic }) => topic === 'direct');
        };
        const through = { host: sidecar, mosquitto, clientId: 'through', level, inject, leave };
        const nothing = async () => {};
        const beside = { host: mosquitto, inject: nothing, leave: nothing, clientId: 'beside' };
        const [a, b] = await Promise.all([
          conversation(through),
          conversation({ ...through, ...beside }),
        ]);
        for (const call of left) await call.expect('RECEIVER_DISCONNECTED');
        assert.deepEqual(a, b);
      }));
  }
});
