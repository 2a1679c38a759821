/* dm-sidecar and bytes: what is not MQTT, what comes in pieces, what comes first.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device } from './lib/device.mjs';
import { send, sendConfirmed } from './lib/http.mjs';
import { MANY_QUERIES, getConnection, gone } from './lib/queries.mjs';
import * as packets from './lib/packets.mjs';
import { LONG } from './lib/program.mjs';
import { FAST, pair, range, roundTrips, scripted, waiting } from './lib/scenario.mjs';
import { group, sidecarSuite, withSidecar } from './lib/suite.mjs';

/* ---- On the wire ------------------------------------------------------------------ */

const NOT_MQTT = {
  'a remaining length without an end': [0x30, 0xff, 0xff, 0xff, 0xff, 0x01],
  'a packet type that there is not': [0x00, 0x00],
};

const UNFOLLOWED = 'CLIENT_ENDPOINT_NOT_WRITABLE';

/* What a broker may refuse or not, and the relay follows. */
const FOLLOWED = {
  device: {
    'SUBSCRIBE once more': '8a 06 00 01 00 01 61 01',
    'UNSUBSCRIBE once more': 'aa 05 00 01 00 01 61',
    'PUBREL once more': '6a 02 00 01',
    'PUBACK with a flag': '41 02 00 01',
    'PUBLISH with QoS 0 and DUP': '38 04 00 01 61 78',
    'PUBLISH with QoS 3': '36 05 00 01 61 00 01',
    'PINGREQ with a long length': 'c0 80 00',
  },
  broker: {
    'SUBACK with a flag': '92 03 00 01 01',
    'PUBACK with a flag': '42 02 00 01',
    'PUBLISH with QoS 0 and DUP': '38 04 00 01 61 78',
    'SUBACK with a long length': '90 83 80 00 00 01 01',
  },
};

const hex = (text) => Buffer.from(text.replaceAll(' ', ''), 'hex');

const config = { limits: { ...FAST.limits, ...MANY_QUERIES } };

sidecarSuite('sidecar: what is not MQTT', scripted({ config }), (sidecar, test) => {
  for (const [what, wrong] of Object.entries(NOT_MQTT)) {
    for (const side of ['device', 'broker']) {
      test(`${what}, from the ${side}: is for the other side to judge`, async () => {
        const { link, device } = await pair(sidecar, { acknowledges: false });
        const { call } = await waiting(sidecar, device);
        const [from, to] = side === 'device' ? [device, link] : [link, device];
        to.readRaw();
        const bytes = Buffer.concat([Buffer.from(wrong), Buffer.alloc(100_000, 0xff)]);
        from.write(bytes);
        assert.ok((await to.bytes(bytes.length)).equals(bytes));
        const { message } = await send(sidecar, device.clientId).expect(UNFOLLOWED);
        assert.match(message, /connected.*cannot be followed/);
        assert.equal((await getConnection(sidecar, device.clientId)).connected, true);
        await to.vanish();
        await from.closed;
        await call.expect('RECEIVER_DISCONNECTED');
        await gone(sidecar, device.clientId);
        await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
      });
    }
  }

  for (const [side, rows] of Object.entries(FOLLOWED)) {
    for (const [what, text] of Object.entries(rows)) {
      test(`${what}, from the ${side}: passes, and the device can be sent messages`, async () => {
        const { link, device } = await pair(sidecar, { level: 3 });
        const [from, to] = side === 'device' ? [device, link] : [link, device];
        to.readRaw();
        from.write(hex(text));
        assert.deepEqual(await to.bytes(hex(text).length), hex(text));
        if (side === 'device') await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
        else await send(sidecar, device.clientId).expect('SENT');
      });
    }
  }

  test('a PUBLISH whose topic is longer than the packet', async () => {
    const { link, device } = await pair(sidecar);
    device.readRaw();
    const bytes = Buffer.from([0x32, 0x04, 0x00, 0x09, 0x61, 0x62]);
    link.write(bytes);
    assert.deepEqual(await device.bytes(bytes.length), bytes);
    await device.vanish();
    await link.closed;
  });

  test('acknowledgements without an identifier are for the broker to judge', async () => {
    const { link, device } = await pair(sidecar);
    link.readRaw();
    const bytes = Buffer.from([0x40, 0x00, 0x50, 0x01, 0x00, 0x70, 0x00]);
    device.write(bytes);
    assert.deepEqual(await link.bytes(bytes.length), bytes);
    await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
  });

  test('a CONNECT of a version that there is not is for the broker to judge', async () => {
    const connect = packets.connect({ clientId: 'future', level: 9 });
    const device = await Device.open(sidecar, { level: 4 });
    device.write(connect);
    const link = await sidecar.upstream.client('future');
    assert.deepEqual(link.connect.bytes, connect);
    link.write(packets.connack({ level: 4, reasonCode: 1 }));
    link.socket.end();
    assert.equal((await device.take('CONNACK')).reasonCode, 1);
    await device.closed;
  });
});

group('sidecar: the first packet', (test) => {
  /* The device is sent away, and the broker was told nothing. */
  async function refused(options, bytes) {
    await withSidecar(scripted(options), async (sidecar) => {
      const device = await Device.open(sidecar);
      device.write(bytes);
      await device.closed;
      assert.deepEqual(device.received.items, []);
      const next = await pair(sidecar);
      await sendConfirmed(sidecar, next.device.clientId).expect('CONFIRMED');
      const [...strangers] = sidecar.upstream.opened.items.filter((link) => link !== next.link);
      for (const link of strangers) {
        await link.closed;
        assert.equal(link.socket.bytesRead, 0);
      }
    });
  }

  const wrong = {
    'is HTTP': 'GET / HTTP/1.1\r\nHost: broker\r\n\r\n',
    'is TLS': Buffer.from('16030100c8010000c40303', 'hex'),
    'is PINGREQ': packets.pingreq(),
    'is PUBLISH': packets.publish({ topic: 'a', payload: 'b' }),
    'is CONNACK': packets.connack({ level: 4 }),
    'has a remaining length without an end': Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]),
  };
  for (const [what, bytes] of Object.entries(wrong))
    test(`${what}: no`, () => refused({}, Buffer.from(bytes)));

  test('is a CONNECT that is too long: no, as soon as that is known', () =>
    refused({}, Buffer.from([0x10, 0xff, 0xff, 0x7f, 0x00, 0x04])));

  test('is a CONNECT of just the size, and of one byte more', async () => {
    const config = { ...FAST, sidecar: { maxConnectSize: 200 } };
    const connect = (size) => {
      const empty = packets.connect({ clientId: 'device', userName: '' }).length + 1;
      return { clientId: 'device', userName: 'x'.repeat(size - empty) };
    };
    assert.equal(packets.connect(connect(200)).length, 200);
    await withSidecar(scripted({ config }), (sidecar) => pair(sidecar, connect(200)));
    await refused({ config }, packets.connect(connect(201)));
  });

  test('comes byte by byte, and so does the answer', () =>
    withSidecar(scripted(), async (sidecar) => {
      const device = await Device.open(sidecar, { clientId: 'slow' });
      for (const byte of packets.connect({ clientId: 'slow' })) {
        device.write(Buffer.from([byte]));
        await roundTrips(sidecar, 1);
      }
      const link = await sidecar.upstream.client('slow');
      for (const byte of packets.connack()) {
        link.write(Buffer.from([byte]));
        await roundTrips(sidecar, 1);
      }
      await device.take('CONNACK');
      await sendConfirmed(sidecar, 'slow').expect('CONFIRMED');
    }));

  for (const [what, bytes] of Object.entries({
    'does not come': '',
    'does not come whole': packets.connect({ clientId: 'device' }).subarray(0, 5),
  })) {
    test(`${what}: the device is sent away after a while`, () =>
      refused({ config: { ...FAST, sidecar: { connectTimeoutSeconds: 1 } } }, bytes));
  }

  test('is not answered: that is between the two', () =>
    withSidecar(scripted(), async (sidecar) => {
      const device = await Device.open(sidecar, { clientId: 'device' });
      device.write(packets.connect({ clientId: 'device' }));
      const link = await sidecar.upstream.client('device');
      await send(sidecar, 'device').expect('TARGET_CLIENT_ID_NOT_FOUND');
      await device.vanish();
      await link.closed;
    }));

  test('is followed by others at once', () =>
    withSidecar(scripted(), async (sidecar) => {
      const device = new Device(sidecar, { clientId: 'eager' });
      const many = range(50).map((i) => packets.publish({ topic: `t/${i}`, payload: 'x' }));
      device.write(Buffer.concat([packets.connect({ clientId: 'eager' }), ...many]));
      const link = await sidecar.upstream.client('eager');
      for (const i of range(50)) assert.equal((await link.message()).topic, `t/${i}`);
      link.write(packets.connack());
      await device.take('CONNACK');
      await sendConfirmed(sidecar, 'eager').expect('CONFIRMED');
    }));
});

/* ---- Packets in pieces --------------------------------------------------------------- */

sidecarSuite('sidecar: packets in pieces', scripted(), (sidecar, test) => {
  /* What looks like packets, were one to look for them in the middle. */
  const payload = Buffer.concat(
    range(8000).map((i) =>
      packets.publish({ topic: 'fake', payload: `${i}`, qos: 1, packetId: 9 }),
    ),
  );

  for (const level of [4, 5]) {
    for (const qos of [0, 1, 2]) {
      test(`level ${level}, QoS ${qos}: direct messages wait for the end of a packet`, async () => {
        const { link, device } = await pair(sidecar, { level });
        const bytes = packets.publish({ level, topic: 'large', payload, qos, packetId: 77 });
        const cuts = [1, 2, 3, 5, 8, 10, 11, 12, 1000, 70_000, bytes.length - 1, bytes.length];
        const calls = [];
        let from = 0;
        for (const [i, to] of cuts.entries()) {
          link.write(bytes.subarray(from, to));
          from = to;
          const params = { topic: `direct/${i}`, confirmation: i % 2 === 0, timeout: LONG };
          calls.push(send(sidecar, device.clientId, params));
          await roundTrips(sidecar, 1);
        }
        for (const [i, call] of calls.entries())
          await call.expect(i % 2 === 0 ? 'CONFIRMED' : 'SENT');
        const topics = [];
        for (let n = 0; n < cuts.length + 1; n++) {
          const { topic, payload: received } = await device.message();
          topics.push(topic);
          if (topic === 'large') assert.ok(received.equals(payload));
        }
        const direct = topics.filter((topic) => topic !== 'large');
        assert.deepEqual(
          direct,
          cuts.map((_, i) => `direct/${i}`),
        );
        /* Its first byte came before all of them but the last one was asked for. */
        assert.ok(topics.indexOf('large') < cuts.length, topics.join());
        if (qos === 1) assert.equal((await link.take('PUBACK')).packetId, 77);
        if (qos === 2) assert.equal((await link.take('PUBREC')).packetId, 77);
        link.write(packets.pingresp());
        await device.take('PINGRESP');
        assert.deepEqual(device.received.items, []);
        assert.deepEqual(link.received.items, []);
      });
    }
  }

  test('the device sends its packets, and PUBACKs, byte by byte', async () => {
    const { link, device } = await pair(sidecar, { acknowledges: false });
    const { call, message } = await waiting(sidecar, device);
    const bytes = Buffer.concat([
      packets.publish({ topic: 'first', payload: 'x'.repeat(20) }),
      packets.receipt('PUBACK', message.packetId, 0x10, { reasonString: 'nobody' }),
      packets.publish({ topic: 'second', qos: 1, packetId: message.packetId }),
      packets.pingreq(),
    ]);
    for (const byte of bytes) {
      device.write(Buffer.from([byte]));
      await roundTrips(sidecar, 1);
    }
    await call.expect('CONFIRMED', { known: { mqttReasonCode: 0x10 } });
    await link.take('PINGREQ');
    assert.deepEqual(
      link.received.items.map(({ type, topic }) => [type, topic]),
      [
        ['PUBLISH', 'first'],
        ['PUBLISH', 'second'],
      ],
    );
  });
});
