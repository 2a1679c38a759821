/* dm-sidecar in front of mosquitto: direct messages beside ordinary traffic, which is as it
 * is without it.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';

import { run, temporaryFolder } from './lib/child.mjs';
import { at, mosquittoSub, mqttJs, printed } from './lib/clients.mjs';
import { Device } from './lib/device.mjs';
import { HttpConnection, send, sendConfirmed } from './lib/http.mjs';
import { Mosquitto } from './lib/mosquitto.mjs';
import * as packets from './lib/packets.mjs';
import { LONG, allow, arn, policy } from './lib/program.mjs';
import { pair, roundTrips } from './lib/scenario.mjs';
import { ScriptedBroker } from './lib/scripted_broker.mjs';
import { sidecarSuite, unique } from './lib/suite.mjs';

const base64 = (text) => Buffer.from(text).toString('base64');

const PARAMETERS = { topic: 'jobs/ä b', contentType: 'text/plain', responseTopic: 'answers/1' };
const HEADERS = {
  'x-amz-mqtt5-user-properties': base64('[{"k":"v"},{"k":"w"}]'),
  'x-amz-mqtt5-payload-format-indicator': 'UTF8_DATA',
  'x-amz-mqtt5-correlation-data': base64('c-17'),
};
const PROPERTIES = {
  payloadFormatIndicator: 1,
  contentType: 'text/plain',
  responseTopic: 'answers/1',
  correlationData: Buffer.from('c-17'),
  userProperties: [
    ['k', 'v'],
    ['k', 'w'],
  ],
};

/* What a persistent session is on either level. */
const SESSIONS = [
  { level: 4, cleanStart: false },
  { level: 5, cleanStart: false, properties: { sessionExpiryInterval: 600 } },
];

sidecarSuite('sidecar: direct messages', {}, (sidecar, test) => {
  const connect = (options = {}) =>
    Device.connect(sidecar, { clientId: unique('device'), ...options });

  /* ---- Bare devices ---- */

  for (const level of [3, 4, 5]) {
    test(`level ${level}: a confirmed message is answered by the PUBACK`, async () => {
      const device = await connect({ level, acknowledges: false });
      const call = sendConfirmed(sidecar, device.clientId, PARAMETERS, {
        headers: HEADERS,
        body: 'open',
      });
      const { topic, qos, dup, retain, packetId, payload, properties } = await device.message();
      assert.deepEqual({ qos, dup, retain }, { qos: 1, dup: 0, retain: 0 });
      assert.equal(topic, PARAMETERS.topic);
      assert.equal(payload.toString(), 'open');
      assert.deepEqual(properties, level === 5 ? PROPERTIES : undefined);
      await roundTrips(sidecar, 1);
      assert.equal(call.answered, false);
      device.puback({ packetId });
      await call.expect('CONFIRMED');
    });

    test(`level ${level}: an unconfirmed message is QoS 0`, async () => {
      const device = await connect({ level });
      const call = send(sidecar, device.clientId, PARAMETERS, { headers: HEADERS, body: 'open' });
      await call.expect('SENT');
      const { topic, qos, dup, retain, payload, properties } = await device.message();
      assert.deepEqual({ qos, dup, retain }, { qos: 0, dup: 0, retain: 0 });
      assert.equal(topic, PARAMETERS.topic);
      assert.equal(payload.toString(), 'open');
      assert.deepEqual(properties, level === 5 ? PROPERTIES : undefined);
    });
  }

  test('a payload of 128 KB, and an empty one', async () => {
    const device = await connect();
    for (const body of [Buffer.alloc(131072, 'x'), Buffer.alloc(0)]) {
      for (const confirmation of [true, false]) {
        const call = send(sidecar, device.clientId, { confirmation }, { body });
        await call.expect(confirmation ? 'CONFIRMED' : 'SENT');
        assert.ok((await device.message()).payload.equals(body));
      }
    }
  });

  for (const mqttReasonCode of [0x80, 0x83, 0x99]) {
    test(`PUBACK with reason code 0x${mqttReasonCode.toString(16)} is a refusal`, async () => {
      const device = await connect({ acknowledges: false });
      const call = sendConfirmed(sidecar, device.clientId);
      device.puback(await device.message(), mqttReasonCode);
      await call.expect('RECEIVER_REJECTED', { mqttReasonCode });
    });
  }

  test('PUBACK with reason code 0x10, no matching subscribers, is a success', async () => {
    const device = await connect({ acknowledges: false });
    const call = sendConfirmed(sidecar, device.clientId);
    device.puback(await device.message(), 0x10);
    await call.expect('CONFIRMED', { known: { mqttReasonCode: 0x10 } });
  });

  test('messages of one caller arrive in their order', async () => {
    const device = await connect();
    const connection = await HttpConnection.open(sidecar);
    const topics = Array.from({ length: 40 }, (_, i) => `in/order/${i}`);
    const calls = topics.map((topic, i) =>
      connection.send(device.clientId, { topic, confirmation: i % 2 === 0 }),
    );
    for (const [i, call] of calls.entries()) await call.expect(i % 2 === 0 ? 'CONFIRMED' : 'SENT');
    for (const topic of topics) assert.equal((await device.message()).topic, topic);
  });

  test('no subscriber sees a direct message, and nothing is retained', async () => {
    const topic = unique('for-one');
    const device = await connect();
    const others = await Promise.all([connect({ level: 4 }), Device.connect(sidecar.upstream, {})]);
    for (const other of others) await other.subscribe(topic);
    await sendConfirmed(sidecar, device.clientId, { topic }).expect('CONFIRMED');
    await send(sidecar, device.clientId, { topic }).expect('SENT');
    const late = await connect();
    await late.subscribe(topic);
    await others[0].publishConfirmed(topic, 'for all');
    for (const other of [...others, late])
      assert.equal((await other.message()).payload.toString(), 'for all');
    assert.deepEqual(
      [await device.message(), await device.message()].map(({ payload }) => payload.length),
      [0, 0],
    );
    await device.ping();
    assert.deepEqual(device.received.items, []);
  });

  test('Maximum Packet Size to the byte', async () => {
    const device = await connect({ properties: { maximumPacketSize: 100 } });
    /* 1 + 1 bytes of fixed header, 2 + 5 of topic, 2 of packet identifier, 1 of properties. */
    const sizes = { true: 88, false: 90 };
    for (const [confirmation, size] of Object.entries(sizes)) {
      const params = { topic: 'topic', confirmation };
      const fits = send(sidecar, device.clientId, params, { body: 'x'.repeat(size) });
      await fits.expect(confirmation === 'true' ? 'CONFIRMED' : 'SENT');
      assert.equal((await device.message()).bytes.length, 100);
      const body = 'x'.repeat(size + 1);
      await send(sidecar, device.clientId, params, { body }).expect('RECEIVER_PACKET_TOO_LARGE');
    }
  });

  /* ---- Clients of other people ---- */

  for (const protocolVersion of [3, 4, 5]) {
    test(`MQTT.js, version ${protocolVersion}`, async () => {
      const protocolId = protocolVersion === 3 ? 'MQIsdp' : 'MQTT';
      const options = { protocolVersion, protocolId };
      const { client, messages, clientId } = await mqttJs(sidecar, options);
      const own = unique('topic');
      await client.subscribeAsync(own, { qos: 2 });
      for (const confirmation of [true, false]) {
        const call = send(sidecar, clientId, { ...PARAMETERS, confirmation }, { headers: HEADERS });
        await call.expect(confirmation ? 'CONFIRMED' : 'SENT');
        const { topic, packet } = await messages.take();
        assert.equal(topic, PARAMETERS.topic);
        assert.equal(packet.qos, confirmation ? 1 : 0);
        if (protocolVersion === 5) {
          const { userProperties, ...properties } = packet.properties;
          assert.deepEqual({ ...userProperties }, { k: ['v', 'w'] });
          assert.equal(properties.contentType, 'text/plain');
          assert.equal(properties.correlationData.toString(), 'c-17');
        }
      }
      for (const qos of [0, 1, 2]) {
        await client.publishAsync(own, `qos ${qos}`, { qos });
        const { payload, packet } = await messages.take();
        assert.deepEqual([payload.toString(), packet.qos], [`qos ${qos}`, qos]);
      }
      await client.endAsync();
    });
  }

  for (const version of ['mqttv31', 'mqttv311', 'mqttv5']) {
    test(`mosquitto_sub and mosquitto_pub -V ${version}`, async () => {
      const clientId = unique('mosquitto');
      const topic = unique('topic');
      const options = ['-q', '2'];
      const child = await mosquittoSub(sidecar, { version, clientId, topic, options });
      const body = 'from the backend';
      await sendConfirmed(sidecar, clientId, { topic: 'jobs/1' }, { body }).expect('CONFIRMED');
      assert.equal(await printed(child), '1 jobs/1 from the backend');
      await send(sidecar, clientId, { topic: 'jobs/2' }, { body }).expect('SENT');
      assert.equal(await printed(child), '0 jobs/2 from the backend');
      for (const qos of ['0', '1', '2']) {
        const message = ['-V', version, '-t', topic, '-m', 'hello', '-q', qos];
        const { code, errorText } = await run('mosquitto_pub', [...at(sidecar), ...message]);
        assert.equal(code, 0, errorText);
        assert.equal(await printed(child), `${qos} ${topic} hello`);
      }
      child.kill('SIGTERM');
      await child.exited;
      await send(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    });
  }

  /* ---- Beside ordinary traffic ---- */

  for (const level of [3, 4, 5]) {
    test(`level ${level}: QoS 0, 1 and 2 both ways, with direct messages in between`, async () => {
      const device = await connect({ level, acknowledges: false });
      const other = await Device.connect(sidecar.upstream, { clientId: unique('other') });
      const [up, down] = [unique('up'), unique('down')];
      await other.subscribe([up, 2]);
      await device.subscribe([down, 2]);
      const direct = [];
      const inject = async () => {
        const call = sendConfirmed(sidecar, device.clientId, { topic: 'direct', timeout: LONG });
        direct.push({ call, message: await messageOn('direct') });
      };
      const messageOn = (topic) => device.received.take((packet) => packet.topic === topic);

      for (const qos of [0, 1, 2]) {
        await inject();
        if (qos === 0) device.publish(up, 'qos 0');
        if (qos === 1) await device.publishConfirmed(up, 'qos 1');
        if (qos === 2) await device.publishOnce(up, 'qos 2');
        const message = await other.message();
        assert.deepEqual([message.payload.toString(), message.qos], [`qos ${qos}`, qos]);
      }
      other.publish(down, 'qos 0');
      await other.publishConfirmed(down, 'qos 1');
      await other.publishOnce(down, 'qos 2');
      for (const qos of [0, 1, 2]) {
        const message = await messageOn(down);
        assert.deepEqual([message.payload.toString(), message.qos], [`qos ${qos}`, qos]);
        assert.ok(direct.every((one) => one.message.packetId !== message.packetId));
        await inject();
        device.acknowledge(message);
        if (qos === 2) device.acknowledge(await device.take('PUBREL'));
      }
      for (const { call, message } of direct.reverse()) {
        device.puback(message);
        await call.expect('CONFIRMED');
      }
      await device.unsubscribe(down);
      await device.ping();
      assert.deepEqual(device.received.items, []);
    });
  }

  test('retained messages', async () => {
    const topic = unique('kept');
    const publisher = await connect();
    await publisher.publishConfirmed(topic, 'kept', { retain: true });
    const device = await connect();
    await device.subscribe([topic, 1]);
    const { payload, retain } = await device.message();
    assert.deepEqual([payload.toString(), retain], ['kept', 1]);
    await publisher.publishConfirmed(topic, '', { retain: true });
    await sendConfirmed(sidecar, device.clientId, { topic }).expect('CONFIRMED');
  });

  test('a shared subscription, a subscription identifier and a topic alias', async () => {
    const topic = unique('topic');
    const device = await connect({ properties: { topicAliasMaximum: 5 } });
    device.write(
      device.packet('subscribe', {
        filters: [[`$share/group/${topic}`, 1]],
        properties: { subscriptionIdentifiers: [300] },
      }),
    );
    await device.take('SUBACK');
    await device.publishConfirmed(topic, 'first', { properties: { topicAlias: 3 } });
    assert.deepEqual((await device.message()).properties.subscriptionIdentifiers, [300]);
    await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
    await device.message();
    await device.publishConfirmed('', 'second', { properties: { topicAlias: 3 } });
    assert.equal((await device.message()).payload.toString(), 'second');
  });

  /* ---- Who is there ---- */

  test('nobody: 404, and the log names the client', async () => {
    await send(sidecar, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
    await sendConfirmed(sidecar, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('who connects beside the sidecar cannot be reached', async () => {
    const device = await Device.connect(sidecar.upstream, { clientId: unique('beside') });
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('a client without a session is forgotten when it goes', async () => {
    const device = await connect();
    await device.disconnect();
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  for (const session of SESSIONS) {
    test(`level ${session.level}: nothing is queued for an offline session`, async () => {
      const options = { ...session, clientId: unique('device') };
      const device = await Device.connect(sidecar, options);
      await device.subscribe('jobs/#');
      await device.disconnect();
      for (const confirmation of [true, false]) {
        const call = send(sidecar, device.clientId, { topic: 'jobs/one', confirmation });
        const { message } = await call.expect('TARGET_CLIENT_NOT_CONNECTED');
        assert.match(message, /offline.*session/);
      }
      const back = await Device.connect(sidecar, options);
      assert.equal(back.connack.sessionPresent, 1);
      await sendConfirmed(sidecar, back.clientId, { topic: 'marker' }).expect('CONFIRMED');
      assert.equal((await back.message()).topic, 'marker');
    });
  }

  test('a session that the device ends is as if it had never been', async () => {
    const device = await connect(SESSIONS[1]);
    await device.disconnect({ properties: { sessionExpiryInterval: 0 } });
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('a session that the device takes up and ends at once is gone', async () => {
    const device = await connect(SESSIONS[0]);
    await device.disconnect();
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_NOT_CONNECTED');
    const clean = await connect({ clientId: device.clientId, level: 4 });
    await clean.disconnect();
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('a session that has expired is as if it had never been', async () => {
    const device = await connect({
      cleanStart: false,
      properties: { sessionExpiryInterval: 1 },
    });
    await device.disconnect();
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_NOT_CONNECTED');
    for (;;) {
      const call = send(sidecar, device.clientId);
      const { body } = await call.answer;
      const { reason } = JSON.parse(body);
      await call.expect(reason);
      if (reason === 'TARGET_CLIENT_ID_NOT_FOUND') return;
      assert.equal(reason, 'TARGET_CLIENT_NOT_CONNECTED');
    }
  });

  test('a message is addressed to a connection, not to its session', async () => {
    const first = await connect({ ...SESSIONS[1], acknowledges: false });
    const call = sendConfirmed(sidecar, first.clientId, { topic: 'first', timeout: LONG });
    await first.message();
    await first.vanish();
    await call.expect('RECEIVER_DISCONNECTED');
    const second = await connect({ ...SESSIONS[1], clientId: first.clientId });
    assert.equal(second.connack.sessionPresent, 1);
    await sendConfirmed(sidecar, first.clientId, { topic: 'second' }).expect('CONFIRMED');
    assert.equal((await second.message()).topic, 'second');
  });

  /* ---- Takeover ---- */

  for (const level of [4, 5]) {
    test(`level ${level}: a takeover through the sidecar`, async () => {
      const old = await connect({ level, acknowledges: false });
      const waiting = sendConfirmed(sidecar, old.clientId, { timeout: LONG });
      await old.message();
      const device = await connect({ level, clientId: old.clientId });
      await waiting.expect('RECEIVER_DISCONNECTED');
      await old.closed;
      await sendConfirmed(sidecar, old.clientId, { topic: 'new' }).expect('CONFIRMED');
      assert.equal((await device.message()).topic, 'new');
    });

    test(`level ${level}: a takeover beside the sidecar`, async () => {
      const old = await connect({ level, acknowledges: false });
      const waiting = sendConfirmed(sidecar, old.clientId, { timeout: LONG });
      await old.message();
      await Device.connect(sidecar.upstream, { level, clientId: old.clientId });
      await waiting.expect('RECEIVER_DISCONNECTED');
      await old.closed;
      await send(sidecar, old.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    });
  }

  test('twenty takeovers in a row: the last one has it', async () => {
    const clientId = unique('device');
    const devices = [];
    for (let i = 0; i < 20; i++) {
      devices.push(await Device.connect(sidecar, { clientId, level: 4 + (i % 2) }));
      await sendConfirmed(sidecar, clientId, { topic: `to/${i}` }).expect('CONFIRMED');
    }
    for (const [i, device] of devices.entries())
      assert.equal((await device.message()).topic, `to/${i}`);
    for (const device of devices.slice(0, -1)) await device.closed;
    await sendConfirmed(sidecar, clientId, { topic: 'last' }).expect('CONFIRMED');
    assert.equal((await devices.at(-1).message()).topic, 'last');
  });

  test('takeovers all at once: exactly one is left, and can be reached', async () => {
    const clientId = unique('device');
    const devices = Array.from({ length: 20 }, () => new Device(sidecar, { clientId }));
    for (const device of devices) device.write(packets.connect(device.options));
    const gone = devices.map((device) => device.closed.then(() => device));
    const left = new Set(devices);
    while (left.size > 1)
      left.delete(await Promise.race([...left].map((d) => gone[devices.indexOf(d)])));
    const [last] = left;
    await last.take('CONNACK');
    await sendConfirmed(sidecar, clientId, { topic: 'last' }).expect('CONFIRMED');
    assert.equal((await last.message()).topic, 'last');
  });

  /* ---- Identifiers ---- */

  test('an identifier that the broker assigned is an address', async () => {
    const device = await connect({ clientId: '' });
    assert.match(device.clientId, /./);
    await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
    await device.disconnect();
    await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('3.1.1 without an identifier: nobody knows its address, all else works', async () => {
    const device = new Device(sidecar, { level: 4 });
    device.write(packets.connect({ level: 4, keepAlive: 12345 }));
    assert.equal((await device.take('CONNACK')).reasonCode, 0);
    const line = await sidecar.upstream.says(/New client connected .*k12345/);
    const [, clientId] = / as (\S+) /.exec(line);
    await send(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    const topic = unique('topic');
    await device.subscribe([topic, 2]);
    await device.publishOnce(topic, 'hello');
    assert.equal((await device.message()).payload.toString(), 'hello');
    await device.disconnect();
  });

  for (const clientId of ['a/b c', 'ä+#ö', 'x'.repeat(128)]) {
    test(`identifier ${clientId.slice(0, 20)}`, async () => {
      await connect({ clientId });
      await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
    });
  }

  /* ---- How it ends ---- */

  test('a DISCONNECT of the broker reaches the device as without the sidecar', async () => {
    const seen = [];
    for (const host of [sidecar, sidecar.upstream]) {
      const device = await Device.connect(host, { clientId: unique('device') });
      /* A name with a wildcard is a protocol error [MQTT-3.3.2-2]. */
      device.publish('wild/#');
      await device.closed;
      seen.push(device.received.items.map(({ bytes }) => bytes));
      await send(sidecar, device.clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    }
    assert.equal(packets.read(5, seen[1][0]).type, 'DISCONNECT');
    assert.deepEqual(seen[0], seen[1]);
  });

  const endings = {
    vanishes: { end: (device) => device.vanish(), will: true },
    'is reset': { end: (device) => device.reset(), will: true },
    'sends DISCONNECT': { end: (device) => device.disconnect(), will: false },
    'sends DISCONNECT and vanishes': {
      end: (device) => {
        device.write(packets.disconnect({ level: 4 }));
        return device.vanish();
      },
      will: false,
    },
  };
  for (const [what, { end, will }] of Object.entries(endings)) {
    for (const level of [4, 5]) {
      test(`level ${level}: the device ${what}: its will is ${will ? '' : 'not '}published`, async () => {
        const topic = unique('will');
        const watcher = await Device.connect(sidecar.upstream, {});
        await watcher.subscribe([topic, 1]);
        const device = await connect({ level, will: { topic, payload: 'gone', qos: 1 } });
        await sendConfirmed(sidecar, device.clientId).expect('CONFIRMED');
        await end(device);
        if (will) assert.equal((await watcher.message()).payload.toString(), 'gone');
        else {
          await sidecar.upstream.says(new RegExp(`Client ${device.clientId} disconnected`));
          await watcher.publishConfirmed(topic, 'marker');
          assert.equal((await watcher.message()).payload.toString(), 'marker');
        }
      });
    }
  }

  test('DISCONNECT with reason code 0x04: the will is published', async () => {
    const topic = unique('will');
    const watcher = await Device.connect(sidecar.upstream, {});
    await watcher.subscribe([topic, 1]);
    const device = await connect({ will: { topic, payload: 'gone', qos: 1 } });
    await device.disconnect({ reasonCode: 4 });
    assert.equal((await watcher.message()).payload.toString(), 'gone');
  });

  test('what the device sent before its DISCONNECT reaches the broker', async () => {
    const topic = unique('topic');
    const watcher = await Device.connect(sidecar.upstream, {});
    await watcher.subscribe([topic, 0]);
    const device = await connect();
    for (let i = 0; i < 50; i++) device.publish(topic, Buffer.alloc(10000, i));
    device.write(packets.disconnect());
    device.socket.end();
    for (let i = 0; i < 50; i++) assert.equal((await watcher.message()).payload[0], i);
  });
});

sidecarSuite(
  'sidecar: policies',
  {
    senders: [policy(allow('iot:SendDirectMessage', arn('client/let-*')))],
    receivers: [policy(allow('iot:Receive', arn('topic/for/*')))],
  },
  (sidecar, test) => {
    test('the sender may not', async () => {
      await send(sidecar, 'other').expect('SEND_AUTHORIZATION_FAILURE');
    });

    test('the receiver may not receive everything', async () => {
      const clientId = unique('let');
      await Device.connect(sidecar, { clientId });
      await send(sidecar, clientId).expect('RECEIVE_AUTHORIZATION_FAILURE');
      await sendConfirmed(sidecar, clientId, { topic: `for/${clientId}` }).expect('CONFIRMED');
    });
  },
);

/* ---- Passwords ---------------------------------------------------------------- */

/* mosquitto that knows one user. */
async function withPassword() {
  const file = join(temporaryFolder(), 'passwords');
  const { code, errorText } = await run('mosquitto_passwd', ['-c', '-b', file, 'user', 'secret']);
  assert.equal(code, 0, errorText);
  return new Mosquitto({ lines: ['allow_anonymous false', `password_file ${file}`] });
}

sidecarSuite('sidecar: passwords', { upstream: await withPassword() }, (sidecar, test) => {
  const right = { userName: 'user', password: 'secret' };
  const wrong = { userName: 'user', password: 'wrong' };

  for (const level of [3, 4, 5]) {
    test(`level ${level}: the wrong one is refused as without the sidecar`, async () => {
      const clientId = unique('device');
      const answers = [];
      for (const broker of [sidecar, sidecar.upstream]) {
        const device = await Device.attempt(broker, { level, clientId, ...wrong });
        await device.closed;
        answers.push(device.connack.bytes);
      }
      assert.notEqual(answers[0][3], 0);
      assert.deepEqual(answers[0], answers[1]);
      await send(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    });

    test(`level ${level}: whoever is refused takes nothing over`, async () => {
      const clientId = unique('device');
      await Device.connect(sidecar, { level, clientId, ...right });
      const impostor = await Device.attempt(sidecar, { level, clientId, ...wrong });
      await impostor.closed;
      await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
    });
  }
});

/* ---- A broker that does what it is told --------------------------------------- */

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
