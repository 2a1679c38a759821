/* The broker ends, and comes again.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { LONG } from '../../conformance/lib/broker.mjs';
import { Device } from '../../conformance/lib/device.mjs';
import { sendConfirmed } from '../../conformance/lib/http.mjs';
import { connect as connectPacket } from '../../conformance/lib/packets.mjs';
import { unique } from '../../conformance/lib/suite.mjs';
import { MqttJs } from './client_makers.mjs';

export function testEnd({ sidecar, test, levels }) {
  const level = Math.max(...levels);
  const connect = (options = {}) =>
    Device.connect(sidecar, { clientId: unique('device'), level, ...options });

  /* Devices that were sent a message each and do not acknowledge. */
  async function waiting() {
    const devices = await Promise.all([1, 2, 3].map(() => connect({ acknowledges: false })));
    const calls = devices.map((device) =>
      sendConfirmed(sidecar, device.clientId, { timeout: LONG }),
    );
    for (const device of devices) await device.message();
    return { devices, calls };
  }

  async function allEnd({ devices, calls }) {
    for (const call of calls) await call.expect('RECEIVER_DISCONNECTED');
    for (const device of devices) await device.closed;
  }

  test('killed while callers wait, and started again', async () => {
    const all = await waiting();
    const client = await MqttJs.connect(sidecar, { clientId: unique('client'), level });
    await sidecar.upstream.kill();
    await allEnd(all);
    await client.closed;

    const clientId = unique('device');
    const early = await Device.open(sidecar, { clientId, level });
    early.write(connectPacket(early.options));
    await early.closed;
    assert.deepEqual(early.received.items, []);
    await sendConfirmed(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');

    await sidecar.upstream.start();
    const device = await connect({ clientId });
    await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
    assert.equal((await device.message()).topic, 'jobs/new');
  });

  test('ended in order while callers wait', async () => {
    const all = await waiting();
    const { child } = sidecar.upstream;
    child.kill('SIGTERM');
    await child.exited;
    await allEnd(all);
  });
}
