/* What can become of a message that waits for its PUBACK.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { LONG } from './lib/broker.mjs';
import { checkEntry } from './lib/call.mjs';
import { Device } from './lib/device.mjs';
import { HttpConnection, logged, send, sendConfirmed, target } from './lib/http.mjs';
import { disconnect } from './lib/packets.mjs';
import { suite, unique } from './lib/suite.mjs';

suite('waiting', {}, (broker, test) => {
  const LATE = 'DirectMessageLatePuback';

  /* A device that acknowledges nothing by itself. */
  const silent = (options = {}) =>
    Device.connect(broker, { clientId: unique('silent'), acknowledges: false, ...options });

  /* A message that was handed over and waits. */
  async function waiting(device, params = { timeout: LONG }) {
    const call = sendConfirmed(broker, device.clientId, params);
    const message = await device.message();
    return { call, message };
  }

  /* What was answered before is here by now: another call has come and gone. */
  const roundTrip = () => send(broker, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');

  /* ---- Timeout and late PUBACK ---- */

  for (const level of [4, 5]) {
    test(`level ${level}: no PUBACK in time, and then a late one`, async () => {
      const device = await silent({ level });
      const { call, message } = await waiting(device, { timeout: 1 });
      const { traceId } = await call.expect('DELIVERY_CONFIRMATION_TIMEOUT');
      device.puback(message);

      const entry = await broker.entry(traceId, LATE);
      assert.equal(entry.clientId, device.clientId);
      assert.equal(entry.status, 'Success');
      assert.equal(entry.reason, 'DELIVERY_CONFIRMATION_TIMEOUT');
      assert.equal(entry.delivered, 'yes');
      assert.ok(entry.ackLatencyMs >= 1000);
    });
  }

  test('a late PUBACK that refuses is logged as such', async () => {
    const device = await silent();
    const { call, message } = await waiting(device, { timeout: 1 });
    const { traceId } = await call.expect('DELIVERY_CONFIRMATION_TIMEOUT');
    device.puback(message, 0x97);
    const entry = await broker.entry(traceId, LATE);
    assert.equal(entry.status, 'Failure');
    assert.equal(entry.mqttReasonCode, 0x97);
  });

  test('a message that timed out keeps its place in the window until its PUBACK', async () => {
    const device = await silent({ properties: { receiveMaximum: 1 } });
    const { call, message } = await waiting(device, { timeout: 1 });
    const { traceId } = await call.expect('DELIVERY_CONFIRMATION_TIMEOUT');

    await sendConfirmed(broker, device.clientId).expect('RECEIVER_MAX_UNACKED_QOS1_EXCEEDED');
    device.puback(message);
    await broker.entry(traceId, LATE);
    device.acknowledges = true;
    await sendConfirmed(broker, device.clientId).expect('CONFIRMED');
  });

  test('a late PUBACK does not confirm a later message', async () => {
    const device = await silent();
    const first = await waiting(device, { timeout: 1 });
    const { traceId } = await first.call.expect('DELIVERY_CONFIRMATION_TIMEOUT');
    const second = await waiting(device);
    assert.notEqual(second.message.packetId, first.message.packetId);

    device.puback(first.message);
    await broker.entry(traceId, LATE);
    await roundTrip();
    assert.equal(second.call.answered, false);
    device.puback(second.message);
    await second.call.expect('CONFIRMED');
  });

  test('a second PUBACK for the same message is harmless', async () => {
    const device = await silent();
    const first = await waiting(device);
    device.puback(first.message);
    device.puback(first.message);
    await first.call.expect('CONFIRMED');
    const second = await waiting(device);
    device.puback(first.message);
    await device.ping();
    await roundTrip();
    assert.equal(second.call.answered, false);
    device.puback(second.message);
    await second.call.expect('CONFIRMED');
  });

  test('the PUBACK of one device does not confirm a message to another', async () => {
    const [one, other] = [await silent(), await silent()];
    const first = await waiting(one);
    const second = await waiting(other);
    assert.equal(first.message.packetId, second.message.packetId);
    other.puback(second.message);
    await second.call.expect('CONFIRMED');
    await roundTrip();
    assert.equal(first.call.answered, false);
    one.puback(first.message);
    await first.call.expect('CONFIRMED');
  });

  /* ---- PUBACK with a reason code ---- */

  for (const mqttReasonCode of [0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]) {
    test(`PUBACK with reason code 0x${mqttReasonCode.toString(16)} is a refusal`, async () => {
      const device = await silent();
      const { call, message } = await waiting(device);
      device.puback(message, mqttReasonCode);
      await call.expect('RECEIVER_REJECTED', { mqttReasonCode });
      device.acknowledges = true;
      await sendConfirmed(broker, device.clientId).expect('CONFIRMED');
    });
  }

  test('PUBACK with reason code 0x10, no matching subscribers, is a success', async () => {
    const device = await silent();
    const { call, message } = await waiting(device);
    device.puback(message, 0x10);
    await call.expect('CONFIRMED', { mqttReasonCode: undefined, known: { mqttReasonCode: 0x10 } });
  });

  /* ---- The connection ends ---- */

  const endings = {
    'the device vanishes': (device) => device.socket.destroy(),
    'its connection is reset': (device) => device.socket.resetAndDestroy(),
    'it closes its side': (device) => device.socket.end(),
    'it sends DISCONNECT': (device) => device.write(disconnect()),
    'it breaks the protocol': (device) => device.write(Buffer.from([0xf0, 0x00])),
    'another one takes over its client identifier': (device) =>
      Device.connect(broker, { clientId: device.clientId }),
    'the same client connects again with its session': (device) =>
      Device.connect(broker, {
        clientId: device.clientId,
        cleanStart: false,
        properties: { sessionExpiryInterval: 60 },
      }),
  };
  for (const [what, end] of Object.entries(endings)) {
    test(`${what}: answered at once`, async () => {
      /* Somebody else waits whose time is up earlier: he is not answered first. */
      const bystander = await silent();
      const other = await waiting(bystander, { timeout: LONG - 10 });
      const device = await silent({ properties: { sessionExpiryInterval: 60 } });
      const calls = [await waiting(device), await waiting(device)];
      await end(device);
      for (const { call } of calls) await call.expect('RECEIVER_DISCONNECTED');
      assert.equal(other.call.answered, false);
      bystander.puback(other.message);
      await other.call.expect('CONFIRMED');
    });
  }

  test('the keep-alive time passes: answered then', async () => {
    const device = await silent({ keepAlive: 1 });
    const call = sendConfirmed(broker, device.clientId, { timeout: LONG });
    /* It is heard until the message has come, and then no more. */
    let message = null;
    device.message().then((m) => (message = m));
    while (message === null) await device.ping();
    await call.expect('RECEIVER_DISCONNECTED');
    assert.equal((await device.take('DISCONNECT')).reasonCode, 0x8d);
  });

  test('a PUBACK counts for the connection that the message went to only', async () => {
    const options = { cleanStart: false, properties: { sessionExpiryInterval: 60 } };
    const clientId = unique('device');
    const old = await silent({ ...options, clientId });
    const first = await waiting(old);
    const device = await silent({ ...options, clientId });
    await first.call.expect('RECEIVER_DISCONNECTED');

    const second = await waiting(device);
    if (second.message.packetId !== first.message.packetId) {
      device.puback(first.message);
      await device.ping();
    }
    await roundTrip();
    assert.equal(second.call.answered, false);
    device.puback(second.message);
    await second.call.expect('CONFIRMED');
    device.acknowledges = true;
    await sendConfirmed(broker, clientId).expect('CONFIRMED');
  });

  test('the place of a message that timed out is free when its connection has ended', async () => {
    const clientId = unique('device');
    const properties = { receiveMaximum: 1, sessionExpiryInterval: 60 };
    const options = { clientId, cleanStart: false, properties };
    const old = await silent(options);
    const { call } = await waiting(old, { timeout: 1 });
    await call.expect('DELIVERY_CONFIRMATION_TIMEOUT');
    await old.vanish();
    await Device.connect(broker, options);
    await sendConfirmed(broker, clientId).expect('CONFIRMED');
  });

  /* ---- The caller goes away ---- */

  test('the caller goes away: logged, and the device is not bothered', async () => {
    const device = await silent();
    const connection = await HttpConnection.open(broker);
    connection.request({ path: target(device.clientId, { confirmation: true, timeout: LONG }) });
    const message = await device.message();
    connection.vanish();

    const mine = ({ sourcePort }) => sourcePort === connection.port;
    const entry = await broker.log.take(mine);
    checkEntry(entry, 'DELIVERY_CONFIRMATION_SENDER_DISCONNECT', {
      port: connection.port,
      known: logged(device.clientId, { confirmation: true, timeout: LONG }),
    });
    device.puback(message);
    const late = await broker.entry(entry.traceId, LATE);
    assert.equal(late.reason, 'DELIVERY_CONFIRMATION_SENDER_DISCONNECT');
    device.acknowledges = true;
    await sendConfirmed(broker, device.clientId).expect('CONFIRMED');
  });

  test('a caller who has said everything gets his answers', async () => {
    const device = await silent();
    const connection = await HttpConnection.open(broker);
    const params = { confirmation: true, timeout: LONG };
    const calls = [{}, params, params].map((how) => connection.send(device.clientId, how));
    connection.socket.end();
    await calls[0].expect('SENT');
    await device.message();
    const messages = [await device.message(), await device.message()];
    await send(broker, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
    assert.equal(calls[1].answered, false);
    for (const message of messages) device.puback(message);
    await calls[1].expect('CONFIRMED');
    await calls[2].expect('CONFIRMED');
    await connection.finished;
  });

  test('a caller who goes away takes all his pipelined calls along', async () => {
    const device = await silent();
    const connection = await HttpConnection.open(broker);
    const path = target(device.clientId, { confirmation: true, timeout: LONG });
    for (let i = 0; i < 3; i++) connection.request({ path });
    for (let i = 0; i < 3; i++) await device.message();
    connection.vanish();
    for (let i = 0; i < 3; i++) {
      const entry = await broker.log.take(({ sourcePort }) => sourcePort === connection.port);
      assert.equal(entry.reason, 'DELIVERY_CONFIRMATION_SENDER_DISCONNECT');
    }
  });
});
