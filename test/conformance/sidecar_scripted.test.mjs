/* dm-sidecar in front of a broker that does what it is told.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device, SESSIONS } from './lib/device.mjs';
import { send, sendConfirmed } from './lib/http.mjs';
import * as packets from './lib/packets.mjs';
import { LONG } from './lib/program.mjs';
import { pair } from './lib/scenario.mjs';
import { ScriptedBroker } from './lib/scripted_broker.mjs';
import { sidecarSuite, unique } from './lib/suite.mjs';

sidecarSuite('sidecar: scripted broker', { upstream: new ScriptedBroker() }, (sidecar, test) => {
  test('CONNECT and CONNACK are passed on as they are', async () => {
    const options = {
      keepAlive: 77,
      userName: 'user',
      password: 'secret',
      properties: { userProperties: [['k', 'v']], receiveMaximum: 7, sessionExpiryInterval: 9 },
      will: { topic: 'will', payload: 'gone', qos: 2, properties: { willDelayInterval: 5 } },
    };
    const connack = { reasonString: 'welcome', topicAliasMaximum: 3, userProperties: [['a', 'b']] };
    const { link, device } = await pair(sidecar, { ...options, connack: { properties: connack } });
    assert.deepEqual(link.connect.bytes, packets.connect(device.options));
    assert.deepEqual(device.connack.properties, connack);
  });

  test('the extended authentication of MQTT 5', async () => {
    const exchange = (data) => ({
      authenticationMethod: 'test',
      authenticationData: Buffer.from(data),
    });
    const clientId = unique('device');
    const device = new Device(sidecar, { clientId });
    device.write(packets.connect({ clientId, properties: exchange('1') }));
    const link = await sidecar.upstream.client(clientId);
    for (const round of ['2', '3']) {
      link.write(packets.auth(0x18, exchange(`ask ${round}`)));
      const { properties } = await device.take('AUTH');
      assert.equal(properties.authenticationData.toString(), `ask ${round}`);
      await send(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
      device.write(packets.auth(0x18, exchange(`answer ${round}`)));
      const answer = await link.take('AUTH');
      assert.equal(answer.properties.authenticationData.toString(), `answer ${round}`);
    }
    link.write(packets.connack({ properties: exchange('done') }));
    await device.take('CONNACK');
    await sendConfirmed(sidecar, clientId, { topic: 'a' }).expect('CONFIRMED');

    /* Once more while it is connected; direct messages do not mind. */
    device.acknowledges = false;
    const call = sendConfirmed(sidecar, clientId, { topic: 'b', timeout: LONG });
    await device.received.take(({ topic }) => topic === 'a');
    const message = await device.received.take(({ topic }) => topic === 'b');
    device.write(packets.auth(0x19, exchange('again')));
    assert.equal((await link.take('AUTH')).reasonCode, 0x19);
    link.write(packets.auth(0, exchange('again')));
    assert.equal((await device.take('AUTH')).reasonCode, 0);
    device.puback(message);
    await call.expect('CONFIRMED');
  });

  test('a refusal with reason and properties reaches the device, and then the end', async () => {
    const refusal = { reasonCode: 0x97, properties: { reasonString: 'no more' } };
    const clientId = unique('device');
    const [link, device] = await Promise.all([
      sidecar.upstream.welcome(clientId, refusal),
      Device.attempt(sidecar, { clientId }),
    ]);
    link.socket.end();
    await device.closed;
    const { reasonCode, properties } = device.connack;
    assert.deepEqual({ reasonCode, properties }, refusal);
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('a DISCONNECT with reason and properties reaches the device', async () => {
    const { link, device } = await pair(sidecar, { acknowledges: false });
    const call = sendConfirmed(sidecar, device.clientId, { timeout: LONG });
    await device.message();
    const properties = { reasonString: 'go away', serverReference: 'elsewhere' };
    link.write(packets.disconnect({ reasonCode: 0x9d, properties }));
    link.socket.end();
    const { reasonCode, properties: received } = await device.take('DISCONNECT');
    assert.deepEqual([reasonCode, received], [0x9d, properties]);
    await device.closed;
    await call.expect('RECEIVER_DISCONNECTED');
  });

  test('after a DISCONNECT nothing is sent, but a PUBACK still counts', async () => {
    const { link, device } = await pair(sidecar, { acknowledges: false });
    const call = sendConfirmed(sidecar, device.clientId, { timeout: LONG });
    const message = await device.message();
    link.write(packets.disconnect({ reasonCode: 0x98 }));
    await device.take('DISCONNECT');
    for (const confirmation of [true, false]) {
      const late = send(sidecar, device.clientId, { confirmation });
      await late.expect('RECEIVER_DISCONNECTED', { delivered: 'no' });
    }
    device.puback(message);
    await call.expect('CONFIRMED');
    link.socket.end();
    await device.closed;
    assert.deepEqual(device.received.items, []);
  });

  test('a connection that was taken over leaves no session behind when it ends at last', async () => {
    const clientId = unique('device');
    const old = await pair(sidecar, { ...SESSIONS[0], clientId });
    const next = await pair(sidecar, { level: 4, clientId });
    await old.link.vanish();
    await old.device.closed;
    await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
    assert.equal((await next.device.message()).topic, 'jobs/new');
    await next.device.disconnect();
    await send(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('a device that vanishes: the broker sees the end and no DISCONNECT', async () => {
    const { link, device } = await pair(sidecar);
    await device.vanish();
    await link.closed;
    assert.deepEqual(link.received.items, []);
  });

  test('no PUBACK of a direct message reaches the broker, all others do', async () => {
    const { link, device } = await pair(sidecar);
    await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
    const { packetId } = await device.message();
    /* A second one for the same message is the broker's to judge. */
    device.puback({ packetId });
    device.receipt('PUBREC', { packetId: 5 });
    device.receipt('PUBCOMP', { packetId: 6 });
    device.puback({ packetId: 7 }, 0x83);
    await link.received.take(({ packetId: id }) => id === 7);
    assert.deepEqual(
      link.received.items.map(({ type, packetId: id }) => [type, id]),
      [
        ['PUBACK', packetId],
        ['PUBREC', 5],
        ['PUBCOMP', 6],
      ],
    );
  });
});
