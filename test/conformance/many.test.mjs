/* A thousand devices and a thousand callers at once.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { LONG } from './lib/broker.mjs';
import { Device } from './lib/device.mjs';
import { send, sendConfirmed } from './lib/http.mjs';
import { suite } from './lib/suite.mjs';

const COUNT = 1000;

suite('many', {}, (broker, test) => {
  const numbers = Array.from({ length: COUNT }, (_, i) => i);

  /* So many connections at a time as a listener holds in its queue. */
  async function connectAll(name, options) {
    const devices = [];
    for (let i = 0; i < COUNT; i += 100) {
      const some = numbers.slice(i, i + 100).map((n) => {
        const level = n % 2 === 0 ? 4 : 5;
        return Device.connect(broker, { level, clientId: `${name}-${n}`, ...options });
      });
      devices.push(...(await Promise.all(some)));
    }
    return devices;
  }

  test('each waits for his own, and nobody for another', async () => {
    const devices = await connectAll('device', { acknowledges: false });
    const calls = devices.map(({ clientId }, n) =>
      sendConfirmed(broker, clientId, { timeout: LONG }, { body: `for ${n}` }),
    );
    const messages = await Promise.all(devices.map((device) => device.message()));
    for (const [n, { payload }] of messages.entries()) assert.equal(String(payload), `for ${n}`);

    /* A thousand callers wait; one more does not have to. */
    const quick = await Device.connect(broker, { clientId: 'quick' });
    await sendConfirmed(broker, 'quick').expect('CONFIRMED');
    await send(broker, 'quick').expect('SENT');
    assert.ok(calls.every(({ answered }) => !answered));
    await quick.ping();

    /* From the last to the first, some refused, some gone. */
    for (const n of [...numbers].reverse()) {
      if (n % 10 === 1) devices[n].puback(messages[n], 0x83);
      else if (n % 10 === 2) devices[n].vanish();
      else devices[n].puback(messages[n]);
    }
    for (const [n, call] of calls.entries()) {
      if (n % 10 === 1) await call.expect('RECEIVER_REJECTED', { mqttReasonCode: 0x83 });
      else await call.expect(n % 10 === 2 ? 'RECEIVER_DISCONNECTED' : 'CONFIRMED');
    }

    /* One entry for each call, and no more. */
    await send(broker, 'nobody').expect('TARGET_CLIENT_ID_NOT_FOUND');
    assert.deepEqual(broker.log.items, []);
  });
});
