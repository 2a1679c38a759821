/* What only a device on a bare socket does: not acknowledge, refuse, say nothing.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { LONG } from '../../conformance/lib/broker.mjs';
import { Device } from '../../conformance/lib/device.mjs';
import { sendConfirmed } from '../../conformance/lib/http.mjs';
import * as packets from '../../conformance/lib/packets.mjs';
import { unique } from '../../conformance/lib/suite.mjs';
import { acknowledgeOnly } from './keep_alive.mjs';

const KEEP_ALIVE = 2; /* seconds */

export function testDevice({ sidecar, test, level }) {
  const connect = (options = {}) =>
    Device.connect(sidecar, { clientId: unique('device'), level, ...options });
  const silent = (options = {}) => connect({ acknowledges: false, ...options });

  /* A message that was handed over and waits. */
  async function waiting({ device, timeout = LONG }) {
    const call = sendConfirmed(sidecar, device.clientId, { topic: 'direct', timeout });
    const message = await device.message();
    assert.equal(message.topic, 'direct');
    return { call, message };
  }

  test('no PUBACK in time, and then a late one', async () => {
    const device = await silent();
    const { call, message } = await waiting({ device, timeout: 1 });
    const { traceId } = await call.expect('DELIVERY_CONFIRMATION_TIMEOUT');
    device.puback(message);
    const entry = await sidecar.entry(traceId, 'DirectMessageLatePuback');
    assert.equal(entry.delivered, 'yes');
    device.acknowledges = true;
    await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
  });

  test('it vanishes: answered at once', async () => {
    const device = await silent();
    const { call } = await waiting({ device });
    await device.vanish();
    await call.expect('RECEIVER_DISCONNECTED');
  });

  test('another one takes over its client identifier', async () => {
    const old = await silent();
    const { call } = await waiting({ device: old });
    const device = await connect({ clientId: old.clientId });
    await call.expect('RECEIVER_DISCONNECTED');
    await old.closed;
    await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
    assert.equal((await device.message()).topic, 'jobs/new');
  });

  test('what the broker sends again when it is back', async () => {
    const topic = unique('topic');
    const clientId = unique('device');
    const properties = level === 5 ? { sessionExpiryInterval: 600 } : undefined;
    const options = { clientId, cleanStart: false, properties };
    const old = await silent(options);
    await old.subscribe(topic);
    const publisher = await connect();
    await publisher.publishConfirmed(topic, 'once');
    assert.equal(String((await old.message()).payload), 'once');
    await old.vanish();

    const device = await silent(options);
    if (level > 3) assert.equal(device.connack.sessionPresent, 1);
    const again = await device.message();
    assert.deepEqual([again.topic, again.qos], [topic, 1]);
    const { call, message } = await waiting({ device });
    assert.notEqual(message.packetId, again.packetId);
    device.puback(again);
    device.puback(message);
    await call.expect('CONFIRMED');
  });

  test('to acknowledge is enough to be kept alive', async () => {
    const device = await connect({ keepAlive: KEEP_ALIVE });
    const options = { level, keepAlive: KEEP_ALIVE, dropped: 2 };
    await acknowledgeOnly(sidecar, device.clientId, options);
    /* The answers to what was asked in its name are not for it. */
    assert.ok(device.received.items.every(({ type }) => type === 'PUBLISH'));
  });

  if (level < 5) return;
  test('it refuses', async () => {
    const device = await silent();
    const { call, message } = await waiting({ device });
    device.puback(message, 0x83);
    await call.expect('RECEIVER_REJECTED', { mqttReasonCode: 0x83 });
  });
}

/* A device of a level that the broker does not speak. */
export function testRefused({ sidecar, test, level }) {
  /* All that it is answered, in a level that the broker does speak. */
  async function answer(where, clientId) {
    const device = await Device.open(where, { clientId, level: 4 });
    device.write(packets.connect({ clientId, level }));
    await device.closed;
    return device.received.items;
  }

  test('it is refused as without the sidecar', async () => {
    const clientId = unique('device');
    const straight = await answer(sidecar.upstream, clientId);
    assert.deepEqual(await answer(sidecar, clientId), straight);
    await sendConfirmed(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });
}
