/* Client identifiers that are hard to put into a path.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device } from './lib/device.mjs';
import { HttpConnection, encode, logged, sendConfirmed } from './lib/http.mjs';
import { suite, unique } from './lib/suite.mjs';

const IDENTIFIERS = [
  '/',
  'a/b',
  '/messages',
  'a/subscriptions',
  '%2F',
  '%2Fsubscriptions',
  '%',
  '100%',
  'a b',
  ' ',
  '+',
  'a+b',
  '#',
  'a?b=c&d#e',
  '.',
  '..',
  '../connections/x',
  'a$b',
  '"quoted\\"',
  "'!()*",
  '<script>',
  'grün',
  '温度計',
  '\u{1f321}',
  'a\u0301',
  '\u0001\t\r\n\u007f',
  'x'.repeat(128),
  'ü'.repeat(64),
  '/'.repeat(128),
];

suite('identifiers', {}, (broker, test) => {
  for (const clientId of IDENTIFIERS) {
    const name = clientId.length < 40 ? JSON.stringify(clientId) : `${clientId[0]}, 128 bytes`;
    test(`${name} is reached, and logged as it is`, async () => {
      await Device.connect(broker, { clientId });
      await sendConfirmed(broker, clientId).expect('CONFIRMED');
    });

    test(`${name} is reached with every byte encoded`, async () => {
      const device = await Device.connect(broker, { clientId: `${clientId.slice(0, 63)}!` });
      const hex = Buffer.from(device.clientId).toString('hex');
      for (const digits of [hex, hex.toUpperCase()]) {
        const connection = await HttpConnection.open(broker);
        const encoded = digits.replace(/../g, '%$&');
        connection.request({ path: `/connections/${encoded}/messages?topic=t` });
        await connection.call(logged(device.clientId, { topic: 't' })).expect('SENT');
      }
    });
  }

  for (const [what, clientId] of [
    ['129 bytes', 'y'.repeat(129)],
    ['129 bytes, of two each but one', `y${'ü'.repeat(64)}`],
    ['beginning with $', '$aws'],
  ]) {
    test(`a client with an identifier of ${what} is served, but not reached`, async () => {
      const topic = unique('topic');
      const device = await Device.connect(broker, { clientId });
      await device.subscribe(topic);
      await device.publishConfirmed(topic, 'served');
      assert.equal((await device.message()).payload.toString(), 'served');
      await sendConfirmed(broker, clientId, {}).expect('MALFORMED_CLIENTID', {
        known: { clientId: Buffer.from(clientId).subarray(0, 128).toString() },
      });
    });
  }

  test('an identifier that the broker has assigned is reached', async () => {
    const device = await Device.connect(broker, { clientId: '' });
    assert.equal(device.connack.properties.assignedClientIdentifier, device.clientId);
    await sendConfirmed(broker, device.clientId).expect('CONFIRMED');
  });

  test('identifiers that differ in letter case are two', async () => {
    const clientId = unique('Case');
    const [upper, lower] = [clientId.toUpperCase(), clientId.toLowerCase()];
    const one = await Device.connect(broker, { clientId: upper });
    const other = await Device.connect(broker, { clientId: lower });
    await sendConfirmed(broker, upper, { topic: 'upper' }).expect('CONFIRMED');
    await sendConfirmed(broker, lower, { topic: 'lower' }).expect('CONFIRMED');
    assert.equal((await one.message()).topic, 'upper');
    assert.equal((await other.message()).topic, 'lower');
  });

  test('identifiers that look alike are two', async () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    const one = await Device.connect(broker, { clientId: composed });
    await sendConfirmed(broker, decomposed).expect('TARGET_CLIENT_ID_NOT_FOUND');
    await sendConfirmed(broker, composed).expect('CONFIRMED');
    assert.equal((await one.message()).qos, 1);
    assert.notEqual(encode(composed), encode(decomposed));
  });
});
