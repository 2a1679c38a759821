/* dm-sidecar and packet identifiers: whose they are, how many at once, and PUBACKs that come
 * late or never.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { HttpConnection, send, sendConfirmed } from './lib/http.mjs';
import * as packets from './lib/packets.mjs';
import { LONG } from './lib/program.mjs';
import { gone } from './lib/queries.mjs';
import { pair, range, roundTrips, scripted, waiting } from './lib/scenario.mjs';
import { sidecarSuite } from './lib/suite.mjs';

const LATE = 'DirectMessageLatePuback';

sidecarSuite('sidecar: windows', scripted(), (sidecar, test) => {
  const silent = (options = {}) => pair(sidecar, { acknowledges: false, ...options });

  for (const level of [4, 5]) {
    test(`level ${level}: the broker takes the identifier of a direct message: it waits`, async () => {
      const { link, device } = await silent({ level });
      const { call, message } = await waiting(sidecar, device);
      const { packetId } = message;
      link.publish('broker', 'same', { qos: 1, packetId });
      link.publish('after');
      await roundTrips(sidecar);
      assert.deepEqual(device.received.items, []);
      await sendConfirmed(sidecar, device.clientId).expect('RECEIVER_MAX_UNACKED_QOS1_EXCEEDED');

      device.puback(message);
      await call.expect('CONFIRMED');
      const second = await device.message();
      assert.deepEqual([second.topic, second.packetId], ['broker', packetId]);
      assert.equal((await device.message()).topic, 'after');
      device.puback(second);
      assert.equal((await link.take('PUBACK')).packetId, packetId);
      assert.deepEqual(link.received.items, []);
    });

    test(`level ${level}: the broker releases an identifier that a direct message holds`, async () => {
      const { link, device } = await silent({ level });
      const { call, message } = await waiting(sidecar, device);
      link.write(packets.receipt('PUBREL', message.packetId));
      await roundTrips(sidecar);
      assert.deepEqual(device.received.items, []);
      device.puback(message);
      await call.expect('CONFIRMED');
      assert.equal((await device.take('PUBREL')).packetId, message.packetId);
      device.receipt('PUBCOMP', message);
      assert.equal((await link.take('PUBCOMP')).packetId, message.packetId);
    });
  }

  test('the identifier of a message that timed out is not free before its PUBACK', async () => {
    const { link, device } = await silent();
    const { call, message } = await waiting(sidecar, device, { timeout: 1 });
    const { traceId } = await call.expect('DELIVERY_CONFIRMATION_TIMEOUT');
    link.publish('broker', '', { qos: 1, packetId: message.packetId });
    await roundTrips(sidecar);
    assert.deepEqual(device.received.items, []);
    device.puback(message);
    const late = await sidecar.entry(traceId, LATE);
    assert.equal(late.delivered, 'yes');
    assert.equal((await device.message()).topic, 'broker');
    assert.deepEqual(link.received.items, []);
  });

  test('what was held back is gone with the device', async () => {
    const { link, device } = await silent();
    const { call, message } = await waiting(sidecar, device);
    link.publish('broker', '', { qos: 1, packetId: message.packetId });
    await roundTrips(sidecar);
    await device.vanish();
    await call.expect('RECEIVER_DISCONNECTED');
    await link.closed;
  });

  test('what was held back comes when the broker has said its last word', async () => {
    const { link, device } = await silent();
    const { call, message } = await waiting(sidecar, device);
    link.publish('broker', '', { qos: 1, packetId: message.packetId });
    link.write(packets.disconnect({ reasonCode: 0x8b }));
    await roundTrips(sidecar);
    assert.deepEqual(device.received.items, []);
    link.socket.end();
    await call.expect('RECEIVER_DISCONNECTED');
    assert.equal((await device.message()).topic, 'broker');
    assert.equal((await device.take('DISCONNECT')).reasonCode, 0x8b);
    await device.closed;
  });

  test('Receive Maximum 1: a direct message, then one of the broker, and back', async () => {
    const { link, device } = await silent({ properties: { receiveMaximum: 1 } });
    const direct = await waiting(sidecar, device);
    await sendConfirmed(sidecar, device.clientId).expect('RECEIVER_MAX_UNACKED_QOS1_EXCEEDED');
    await send(sidecar, device.clientId, { topic: 'qos/0' }).expect('SENT');
    assert.equal((await device.message()).topic, 'qos/0');
    link.publish('broker/1', '', { qos: 1, packetId: 5 });
    link.publish('broker/0');
    await roundTrips(sidecar);
    assert.deepEqual(device.received.items, []);

    device.puback(direct.message);
    await direct.call.expect('CONFIRMED');
    const own = await device.message();
    assert.equal(own.topic, 'broker/1');
    assert.equal((await device.message()).topic, 'broker/0');
    await sendConfirmed(sidecar, device.clientId).expect('RECEIVER_MAX_UNACKED_QOS1_EXCEEDED');
    device.puback(own);
    await link.take('PUBACK');
    const next = await waiting(sidecar, device);
    device.puback(next.message);
    await next.call.expect('CONFIRMED');
  });

  test('Receive Maximum 1: QoS 2 holds its place until PUBCOMP', async () => {
    const { link, device } = await silent({ properties: { receiveMaximum: 1 } });
    link.publish('broker/2', '', { qos: 2, packetId: 5 });
    const own = await device.message();
    const refused = () =>
      sendConfirmed(sidecar, device.clientId).expect('RECEIVER_MAX_UNACKED_QOS1_EXCEEDED');
    await refused();
    device.receipt('PUBREC', own);
    await link.take('PUBREC');
    await refused();
    link.write(packets.receipt('PUBREL', 5));
    await device.take('PUBREL');
    await refused();
    device.receipt('PUBCOMP', own);
    await link.take('PUBCOMP');
    const next = await waiting(sidecar, device);
    device.puback(next.message);
    await next.call.expect('CONFIRMED');
  });

  test('Receive Maximum 1: a PUBREC that refuses ends it, too', async () => {
    const { link, device } = await silent({ properties: { receiveMaximum: 1 } });
    link.publish('broker/2', '', { qos: 2, packetId: 5 });
    device.receipt('PUBREC', await device.message(), 0x83);
    assert.equal((await link.take('PUBREC')).reasonCode, 0x83);
    const next = await waiting(sidecar, device);
    device.puback(next.message);
    await next.call.expect('CONFIRMED');
  });

  for (const level of [4, 5]) {
    test(`level ${level}: a PUBREC for a direct message is refused, and not passed on`, async () => {
      const { link, device } = await silent({ level });
      const direct = await waiting(sidecar, device);
      device.write(packets.pingreq());
      device.receipt('PUBREC', direct.message);
      await direct.call.expect('RECEIVER_REJECTED', { mqttReasonCode: 0x82 });
      if (level === 5) assert.equal((await device.take('DISCONNECT')).reasonCode, 0x82);
      await device.closed;
      await link.closed;
      const { disconnectReason } = await gone(sidecar, device.clientId);
      assert.equal(disconnectReason, 'CLIENT_ERROR');
      assert.deepEqual(
        link.received.items.map(({ type }) => type),
        ['PINGREQ'],
      );
    });
  }

  test('a device that acknowledges nothing: timeouts, then its window is full', async () => {
    const { link, device } = await silent({ level: 4 });
    const calls = range(50).map(() => sendConfirmed(sidecar, device.clientId, { timeout: 1 }));
    const traceIds = [];
    for (const call of calls)
      traceIds.push((await call.expect('DELIVERY_CONFIRMATION_TIMEOUT')).traceId);
    const messages = await Promise.all(range(50).map(() => device.message()));
    assert.equal(new Set(messages.map(({ packetId }) => packetId)).size, 50);
    await sendConfirmed(sidecar, device.clientId).expect('RECEIVER_MAX_UNACKED_QOS1_EXCEEDED');
    await send(sidecar, device.clientId).expect('SENT');
    await device.message();

    /* The broker is not disturbed. */
    link.publish('broker', '', { qos: 1, packetId: 1 });
    const own = await device.message();
    device.puback(own);
    await link.take('PUBACK');

    for (const message of messages) device.puback(message);
    for (const traceId of traceIds)
      assert.equal((await sidecar.entry(traceId, LATE)).delivered, 'yes');
    device.acknowledges = true;
    await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
    assert.deepEqual(link.received.items, []);
  });

  test('a late PUBACK confirms nothing that is newer', async () => {
    const { device } = await silent();
    const first = await waiting(sidecar, device, { timeout: 1 });
    const { traceId } = await first.call.expect('DELIVERY_CONFIRMATION_TIMEOUT');
    const second = await waiting(sidecar, device);
    assert.notEqual(second.message.packetId, first.message.packetId);
    device.puback(first.message);
    await sidecar.entry(traceId, LATE);
    await roundTrips(sidecar);
    assert.equal(second.call.answered, false);
    device.puback(second.message);
    await second.call.expect('CONFIRMED');
  });

  test('the caller goes away: the PUBACK still does not reach the broker', async () => {
    const { link, device } = await silent();
    const connection = await HttpConnection.open(sidecar);
    connection.send(device.clientId, { confirmation: true, timeout: LONG });
    const message = await device.message();
    connection.vanish();
    const entry = await sidecar.log.take(({ sourcePort }) => sourcePort === connection.port);
    assert.equal(entry.reason, 'DELIVERY_CONFIRMATION_SENDER_DISCONNECT');
    device.puback(message);
    await sidecar.entry(entry.traceId, LATE);
    device.write(packets.pingreq());
    await link.take('PINGREQ');
    assert.deepEqual(link.received.items, []);
  });
});
