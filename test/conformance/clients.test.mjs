/* Clients that other people have written: mosquitto_sub and mosquitto_pub, MQTT.js, curl.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import mqtt from 'mqtt';

import { run } from './lib/broker.mjs';
import { checkAnswer } from './lib/call.mjs';
import { at, mosquittoSub, mqttJs, printed } from './lib/clients.mjs';
import { send, sendConfirmed, target } from './lib/http.mjs';
import { suite, unique } from './lib/suite.mjs';

suite('clients', {}, (broker, test) => {
  /* ---- mosquitto ---- */

  for (const version of ['mqttv31', 'mqttv311', 'mqttv5']) {
    test(`mosquitto_sub -V ${version} receives direct messages`, async () => {
      const clientId = unique('mosquitto');
      const child = await mosquittoSub(broker, {
        version,
        clientId,
        topic: 'not/this',
        options: ['-q', '0'],
      });
      const body = 'from the backend';
      await sendConfirmed(broker, clientId, { topic: 'jobs/1' }, { body }).expect('CONFIRMED');
      assert.equal(await printed(child), '1 jobs/1 from the backend');
      await send(broker, clientId, { topic: 'jobs/2' }, { body }).expect('SENT');
      assert.equal(await printed(child), '0 jobs/2 from the backend');
      await child.output.take((line) => /sending PUBACK/.test(line));
      child.kill('SIGTERM');
      await child.exited;
      await send(broker, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
    });

    test(`mosquitto_pub and mosquitto_sub -V ${version}`, async () => {
      const topic = unique('topic');
      const sub = { version, clientId: unique('mosquitto'), topic: `${topic}/+` };
      const child = await mosquittoSub(broker, { ...sub, options: ['-q', '1'] });
      for (const qos of ['0', '1']) {
        const message = ['-t', `${topic}/${qos}`, '-m', 'hello', '-q', qos];
        const { code, errorText } = await run('mosquitto_pub', [
          ...at(broker),
          '-V',
          version,
          ...message,
        ]);
        assert.equal(code, 0, errorText);
        assert.equal(await printed(child), `${qos} ${topic}/${qos} hello`);
      }
    });
  }

  test('mosquitto_sub shows the MQTT 5 properties of a direct message', async () => {
    const clientId = unique('mosquitto');
    const format = '%F|%C|%R|%D|%P|%p';
    const child = await mosquittoSub(broker, { version: 'mqttv5', clientId, topic: 'x', format });
    const userProperties = Buffer.from(JSON.stringify([{ k1: 'v1' }, { k2: 'v2' }]));
    const headers = {
      'x-amz-mqtt5-user-properties': userProperties.toString('base64'),
      'x-amz-mqtt5-payload-format-indicator': 'UTF8_DATA',
      'x-amz-mqtt5-correlation-data': Buffer.from('c-17').toString('base64'),
    };
    const params = { contentType: 'text/plain', responseTopic: 'answers' };
    await sendConfirmed(broker, clientId, params, { headers, body: 'on' }).expect('CONFIRMED');
    assert.equal(await printed(child), '1|text/plain|answers|c-17|k1:v1 k2:v2|on');
  });

  test('the will of mosquitto_sub', async () => {
    const topic = unique('will');
    const watcher = await mosquittoSub(broker, {
      version: 'mqttv5',
      clientId: unique('mosquitto'),
      topic,
    });
    const child = await mosquittoSub(broker, {
      version: 'mqttv311',
      clientId: unique('mosquitto'),
      topic: 'x',
      options: ['--will-topic', topic, '--will-payload', 'gone'],
    });
    child.kill('SIGKILL');
    assert.equal(await printed(watcher), `0 ${topic} gone`);
  });

  test('mosquitto_pub is told what there is not', async () => {
    const topic = unique('topic');
    const publish = (...options) =>
      run('mosquitto_pub', [...at(broker), '-V', 'mqttv5', '-t', topic, ...options]);
    assert.match((await publish('-m', 'x', '-q', '2')).errorText, /QoS not supported/);
    assert.equal((await publish('-m', 'x', '-r', '-q', '1')).code, 0);
    const later = await mosquittoSub(broker, {
      version: 'mqttv5',
      clientId: unique('mosquitto'),
      topic,
    });
    await publish('-m', 'marker');
    assert.equal(await printed(later), `0 ${topic} marker`);
  });

  /* ---- MQTT.js ---- */

  for (const protocolVersion of [4, 5]) {
    test(`MQTT.js, version ${protocolVersion}, receives direct messages`, async () => {
      const { clientId, messages } = await mqttJs(broker, { protocolVersion });
      const headers = {
        'x-amz-mqtt5-user-properties': Buffer.from('[{"k":"v"},{"k":"w"}]').toString('base64'),
        'x-amz-mqtt5-payload-format-indicator': 'UTF8_DATA',
        'x-amz-mqtt5-correlation-data': Buffer.from([0, 255]).toString('base64'),
      };
      const params = { topic: 'jobs/1', contentType: 'text/plain', responseTopic: 'answers' };
      const more = { headers, body: 'on' };
      for (const confirmation of [true, false]) {
        const expected = confirmation ? 'CONFIRMED' : 'SENT';
        await send(broker, clientId, { ...params, confirmation }, more).expect(expected);
        const { topic, payload, packet } = await messages.take();
        assert.equal(topic, 'jobs/1');
        assert.equal(payload.toString(), 'on');
        assert.equal(packet.qos, confirmation ? 1 : 0);
        assert.equal(packet.retain, false);
        assert.equal(packet.dup, false);
        if (protocolVersion === 4) assert.equal(packet.properties, undefined);
        else {
          const { userProperties, ...properties } = packet.properties;
          assert.deepEqual({ ...userProperties }, { k: ['v', 'w'] });
          assert.deepEqual(properties, {
            payloadFormatIndicator: true,
            contentType: 'text/plain',
            responseTopic: 'answers',
            correlationData: Buffer.from([0, 255]),
          });
        }
      }
    });

    test(`MQTT.js, version ${protocolVersion}, publishes and subscribes`, async () => {
      const topic = unique('topic');
      const { client, messages } = await mqttJs(broker, { protocolVersion });
      const [granted] = await client.subscribeAsync(`${topic}/#`, { qos: 1 });
      assert.equal(granted.qos, 1);
      for (const qos of [0, 1]) {
        await client.publishAsync(`${topic}/${qos}`, 'hello', { qos });
        const message = await messages.take();
        assert.equal(message.topic, `${topic}/${qos}`);
        assert.equal(message.packet.qos, qos);
      }
      await client.unsubscribeAsync(`${topic}/#`);
      await client.endAsync();
    });
  }

  test('MQTT.js refuses a message: 409', async () => {
    const { clientId } = await mqttJs(broker, {
      protocolVersion: 5,
      customHandleAcks: (topic, message, packet, done) => done(null, topic === 'no' ? 0x83 : 0),
    });
    await sendConfirmed(broker, clientId, { topic: 'yes' }).expect('CONFIRMED');
    const refused = sendConfirmed(broker, clientId, { topic: 'no' });
    await refused.expect('RECEIVER_REJECTED', { mqttReasonCode: 0x83 });
  });

  test('MQTT.js answers to the response topic', async () => {
    const answers = unique('answers');
    const backend = await mqttJs(broker, { protocolVersion: 5 });
    const device = await mqttJs(broker, { protocolVersion: 5 });
    await backend.client.subscribeAsync(answers, { qos: 1 });
    device.client.on('message', (topic, payload, { properties }) => {
      const { correlationData } = properties;
      device.client.publish(properties.responseTopic, 'done', {
        qos: 1,
        properties: { correlationData },
      });
    });
    const headers = { 'x-amz-mqtt5-correlation-data': Buffer.from('17').toString('base64') };
    const params = { responseTopic: answers };
    await sendConfirmed(broker, device.clientId, params, { headers }).expect('CONFIRMED');
    const { payload, packet } = await backend.messages.take();
    assert.equal(payload.toString(), 'done');
    assert.equal(packet.properties.correlationData.toString(), '17');
  });

  test('MQTT.js knows why it is sent away', async () => {
    const clientId = unique('mqttjs');
    const { client } = await mqttJs(broker, { clientId, protocolVersion: 5 });
    const disconnected = new Promise((resolve) => client.once('disconnect', resolve));
    await mqttJs(broker, { clientId, protocolVersion: 5 });
    assert.equal((await disconnected).reasonCode, 0x8e);
  });

  test('MQTT.js with a session that lasts', async () => {
    const topic = unique('topic');
    const options = {
      clientId: unique('mqttjs'),
      protocolVersion: 5,
      clean: false,
      properties: { sessionExpiryInterval: 600 },
    };
    const first = await mqttJs(broker, options);
    await first.client.subscribeAsync(topic, { qos: 1 });
    await first.client.endAsync();
    await sendConfirmed(broker, options.clientId).expect('TARGET_CLIENT_NOT_CONNECTED');
    const publisher = await mqttJs(broker);
    await publisher.client.publishAsync(topic, 'kept', { qos: 1 });

    const client = mqtt.connect({ host: '127.0.0.1', port: broker.mqttPort, ...options });
    broker.owns(() => client.end(true));
    const connack = new Promise((resolve) => client.once('connect', resolve));
    const message = new Promise((resolve) => client.once('message', (t, p) => resolve(String(p))));
    assert.equal((await connack).sessionPresent, true);
    assert.equal(await message, 'kept');
  });

  /* ---- curl ---- */

  async function curl(args) {
    const { code, output, errorText } = await run('curl', ['-sSi', '--max-time', '60', ...args]);
    assert.equal(code, 0, errorText);
    const [, head, body] = /^(.*?)\n\n(.*)$/s.exec(output.replace(/\r/g, ''));
    const [status, ...fields] = head.split('\n');
    const headers = fields.map((field) => /^([^:]+): (.*)$/.exec(field).slice(1));
    return {
      status: Number(status.split(' ')[1]),
      headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
      body,
    };
  }

  const url = (path) => `http://127.0.0.1:${broker.httpPort}${path}`;

  test('curl sends a confirmed message', async () => {
    const { clientId, messages } = await mqttJs(broker);
    const path = target(clientId, { topic: 'jobs/new', confirmation: true });
    const answer = await curl(['-d', '{"on":true}', url(path)]);
    const { traceId } = checkAnswer(answer, 'CONFIRMED');
    assert.equal((await messages.take()).payload.toString(), '{"on":true}');
    assert.equal((await broker.entry(traceId)).clientId, clientId);
  });

  test('curl sends to nobody', async () => {
    const answer = await curl(['-X', 'POST', url(target('nobody'))]);
    checkAnswer(answer, 'TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('curl sends a file in chunks', async () => {
    const { clientId, messages } = await mqttJs(broker);
    const chunked = ['-H', 'Transfer-Encoding: chunked', '--data-binary', '@-'];
    const { code } = await run('curl', ['-sSf', ...chunked, url(target(clientId))], {
      input: 'piped',
    });
    assert.equal(code, 0);
    assert.equal((await messages.take()).payload.toString(), 'piped');
  });

  test('curl offers HTTP/2, and is content without', async () => {
    checkAnswer(
      await curl(['--http2', '-d', 'x', url(target('nobody'))]),
      'TARGET_CLIENT_ID_NOT_FOUND',
    );
  });

  test('curl speaks HTTP/1.0', async () => {
    checkAnswer(await curl(['-0', '-d', 'x', url(target('nobody'))]), 'TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('curl asks two things over one connection', async () => {
    const where = url(target('nobody'));
    const wanted = ['-w', '%{http_code} %{num_connects}\\n', '-o', '/dev/null', '-o', '/dev/null'];
    const { output } = await run('curl', ['-sS', '-d', 'x', ...wanted, where, where]);
    assert.equal(output, '404 1\n404 0');
  });
});
