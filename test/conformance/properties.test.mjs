/* What of a message reaches the device: payload, topic and, with MQTT 5, properties.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device } from './lib/device.mjs';
import { send } from './lib/http.mjs';
import { string, two } from './lib/packets.mjs';
import { suite, unique } from './lib/suite.mjs';

const base64 = (value) => Buffer.from(value).toString('base64');

const PROPERTIES = [
  ['source', 'backend'],
  ['trace', 'ä/ö %2B + "quoted" \\ \u00a0'],
  ['source', 'a second value'],
  ['', ''],
];
const AS_JSON = JSON.stringify(PROPERTIES.map(([key, value]) => ({ [key]: value })));
const CORRELATION_DATA = Buffer.from([0, 1, 0xfe, 0xff]);

const PARAMETERS = {
  topic: 'jobs/ä b',
  contentType: 'application/json; charset="utf-8"+ü',
  responseTopic: 'answers/of/device 1',
};
const HEADERS = {
  'x-amz-mqtt5-user-properties': base64(AS_JSON),
  'x-amz-mqtt5-payload-format-indicator': 'UTF8_DATA',
  'x-amz-mqtt5-correlation-data': base64(CORRELATION_DATA),
};

suite('properties', {}, (broker, test) => {
  /* Sends a message and returns the PUBLISH that it becomes. */
  async function delivered(params, more = {}, options = {}) {
    const device = await Device.connect(broker, { clientId: unique('device'), ...options });
    const confirmed = params.confirmation ? 'CONFIRMED' : 'SENT';
    await send(broker, device.clientId, params, more).expect(confirmed);
    return device.message();
  }

  for (const confirmation of [true, false]) {
    test(`a device that speaks MQTT 5 sees all of them, confirmation ${confirmation}`, async () => {
      const message = await delivered(
        { ...PARAMETERS, confirmation },
        { headers: HEADERS, body: '{"on":true}' },
      );
      assert.equal(message.topic, PARAMETERS.topic);
      assert.equal(message.payload.toString(), '{"on":true}');
      assert.deepEqual(message.properties, {
        payloadFormatIndicator: 1,
        contentType: PARAMETERS.contentType,
        responseTopic: PARAMETERS.responseTopic,
        correlationData: CORRELATION_DATA,
        userProperties: PROPERTIES,
      });
    });

    for (const level of [3, 4]) {
      test(`level ${level} sees none, confirmation ${confirmation}`, async () => {
        const message = await delivered(
          { ...PARAMETERS, confirmation },
          { headers: HEADERS, body: 'on' },
          { level },
        );
        const expected = Buffer.concat([
          string(PARAMETERS.topic),
          confirmation ? two(message.packetId) : Buffer.alloc(0),
          Buffer.from('on'),
        ]);
        assert.deepEqual(message.bytes.subarray(2), expected);
      });
    }
  }

  test('a message without any has none', async () => {
    assert.deepEqual((await delivered({})).properties, {});
  });

  test('the Content-Type of the request is not that of the message', async () => {
    const headers = { 'Content-Type': 'application/octet-stream' };
    assert.deepEqual((await delivered({}, { headers })).properties, {});
  });

  test('bytes without a format are not UTF-8', async () => {
    const headers = { 'x-amz-mqtt5-payload-format-indicator': 'UNSPECIFIED_BYTES' };
    const { properties, payload } = await delivered({}, { headers, body: Buffer.from([0xff]) });
    assert.deepEqual(properties, { payloadFormatIndicator: 0 });
    assert.deepEqual(payload, Buffer.from([0xff]));
  });

  test('a plus sign is a plus sign', async () => {
    const message = await delivered({ contentType: 'a+b', topic: 'a b' });
    assert.equal(message.properties.contentType, 'a+b');
    assert.equal(message.topic, 'a b');
  });

  test('an empty value is there, and is empty', async () => {
    const headers = { 'x-amz-mqtt5-correlation-data': '' };
    const { properties } = await delivered({ contentType: '' }, { headers });
    assert.deepEqual(properties, { contentType: '', correlationData: Buffer.alloc(0) });
  });

  test('an empty list of user properties is none', async () => {
    const headers = { 'x-amz-mqtt5-user-properties': base64('[]') };
    assert.deepEqual((await delivered({}, { headers })).properties, {});
  });

  test('user properties that an SDK has encoded twice', async () => {
    const headers = { 'x-amz-mqtt5-user-properties': base64(JSON.stringify(AS_JSON)) };
    const { properties } = await delivered({}, { headers });
    assert.deepEqual(properties, { userProperties: PROPERTIES });
  });

  test('the most that each may have', async () => {
    const value = 'v'.repeat(8189);
    const correlationData = Buffer.alloc(8192, 0xa5);
    const { properties } = await delivered(
      { contentType: 'ü'.repeat(128), responseTopic: 'r'.repeat(256) },
      {
        headers: {
          'x-amz-mqtt5-user-properties': base64(JSON.stringify([{ key: value }])),
          'x-amz-mqtt5-correlation-data': base64(correlationData),
        },
      },
    );
    assert.deepEqual(properties, {
      contentType: 'ü'.repeat(128),
      responseTopic: 'r'.repeat(256),
      correlationData,
      userProperties: [['key', value]],
    });
  });

  test('a payload is bytes, and comes as it was sent', async () => {
    const body = Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 255));
    assert.deepEqual((await delivered({ confirmation: true }, { body })).payload, body);
  });

  test('a payload may be empty', async () => {
    assert.equal((await delivered({ confirmation: true })).payload.length, 0);
  });
});
