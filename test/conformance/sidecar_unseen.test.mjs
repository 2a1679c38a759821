/* dm-sidecar and connections that it passes on without seeing into them; and those of bridges, which
 * it does see into.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device } from './lib/device.mjs';
import { send, sendConfirmed } from './lib/http.mjs';
import { Mosquitto } from './lib/mosquitto.mjs';
import * as packets from './lib/packets.mjs';
import { MANY_QUERIES, getConnection, gone } from './lib/queries.mjs';
import { FAST, pair, scripted } from './lib/scenario.mjs';
import { sidecarSuite, suite, unique } from './lib/suite.mjs';

const config = { limits: { ...FAST.limits, ...MANY_QUERIES } };
const UNFOLLOWED = 'CLIENT_ENDPOINT_NOT_WRITABLE';

sidecarSuite('sidecar: passed on unseen', scripted({ config }), (sidecar, test) => {
  /* A CONNECT that a broker may take all the same. */
  const unread = (clientId) => {
    const connect = packets.connect({ level: 4, clientId });
    connect[9] |= 0x08; /* Will QoS without a will */
    return connect;
  };

  async function accepted(clientId, code = 0) {
    const device = await Device.open(sidecar, { level: 4, clientId });
    device.write(unread(clientId));
    const link = await sidecar.upstream.client(clientId);
    link.write(packets.connack({ level: 4, reasonCode: code }));
    assert.equal((await device.take('CONNACK')).reasonCode, code);
    return { device, link };
  }

  test('a CONNECT that the broker alone understands: known to be there, and said', async () => {
    const clientId = unique('unread');
    const said = sidecar.child.says(/passed on unseen.*: CONNECT is not/);
    const { device, link } = await accepted(clientId);
    await said;
    assert.equal((await getConnection(sidecar, clientId)).connected, true);
    for (const confirmation of [true, false]) {
      const { message } = await send(sidecar, clientId, { confirmation }).expect(UNFOLLOWED);
      assert.match(message, /connected.*cannot be followed/);
    }
    device.write(packets.pingreq());
    await link.take('PINGREQ');
    link.socket.end();
    await device.closed;
    assert.equal((await gone(sidecar, clientId)).connected, false);
    await send(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('one that the broker refuses is nobody', async () => {
    const clientId = unique('unread');
    const { link, device } = await accepted(clientId, 2);
    await send(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    link.socket.end();
    await device.closed;
  });

  test('it takes nothing away before the broker has accepted it', async () => {
    const { device } = await pair(sidecar);
    const stranger = await Device.open(sidecar, { level: 4 });
    stranger.write(unread(device.clientId));
    await sidecar.upstream.client(device.clientId);
    await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
    await stranger.vanish();
  });
});

/* mosquitto that connects to the sidecar as a bridge does, by default with bit 7 of the level. */
class Bridge extends Mosquitto {
  constructor(host, clientId, version) {
    super({
      lines: [
        'allow_anonymous true',
        'connection upwards',
        `address 127.0.0.1:${host.mqttPort}`,
        `remote_clientid ${clientId}`,
        `bridge_protocol_version ${version}`,
        'notifications false',
        'restart_timeout 1',
        'topic # both 1',
      ],
    });
  }
}

/* Waits until it can be sent messages. */
async function reached(host, clientId) {
  for (;;) {
    const { status } = await send(host, clientId, { topic: 'hello' }).answer;
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function withBridge(host, version, body) {
  const clientId = unique('bridge');
  const bridge = new Bridge(host, clientId, version);
  try {
    await bridge.start();
    await reached(host, clientId);
    await body(bridge, clientId);
  } finally {
    await bridge.stop();
  }
}

/* What is published on either side is there once on both, and direct messages get through. */
async function check(host, upstream, bridge, clientId) {
  const prefix = unique('topic');
  const inside = await Device.connect(bridge, { clientId: unique('inside') });
  const outside = await Device.connect(upstream, { clientId: unique('outside') });
  for (const device of [inside, outside]) await device.subscribe(`${prefix}/#`);
  for (const from of [inside, outside]) {
    const topic = `${prefix}/${from.clientId}`;
    from.publish(topic);
    for (const to of [inside, outside]) assert.equal((await to.message()).topic, topic);
  }
  await sendConfirmed(host, clientId, { topic: `${prefix}/direct` }).expect('CONFIRMED');
  assert.equal((await inside.message()).topic, `${prefix}/direct`);
}

sidecarSuite('sidecar: a bridge', {}, (sidecar, test) => {
  for (const version of ['mqttv31', 'mqttv311', 'mqttv50'])
    test(version, () =>
      withBridge(sidecar, version, (bridge, clientId) =>
        check(sidecar, sidecar.upstream, bridge, clientId),
      ),
    );
});

suite('broker: a bridge', {}, (broker, test) => {
  for (const version of ['mqttv31', 'mqttv311'])
    test(`${version}: is not sent its own messages`, () =>
      withBridge(broker, version, (bridge, clientId) => check(broker, broker, bridge, clientId)),
    );
});
