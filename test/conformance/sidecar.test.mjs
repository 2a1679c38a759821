/* dm-sidecar in front of mosquitto: direct messages beside ordinary traffic, which is as it
 * is without it.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { run } from './lib/child.mjs';
import { at, mosquittoSub, mqttJs, printed } from './lib/clients.mjs';
import { Device } from './lib/device.mjs';
import { HttpConnection, send, sendConfirmed } from './lib/http.mjs';
import { LONG, allow, arn, policy } from './lib/program.mjs';
import { roundTrips } from './lib/scenario.mjs';
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
