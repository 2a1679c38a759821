/* What is no MQTT: byte strings, and the reason code that each is answered with.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Device } from './lib/device.mjs';
import { sendConfirmed } from './lib/http.mjs';
import * as packets from './lib/packets.mjs';
import { byte, four, packet, properties, string, two, varint } from './lib/packets.mjs';
import { suite, unique } from './lib/suite.mjs';

const MALFORMED = 0x81;
const PROTOCOL_ERROR = 0x82;
const BAD_AUTHENTICATION_METHOD = 0x8c;
const TOPIC_ALIAS_INVALID = 0x94;
const TOO_LARGE = 0x95;
const RETAIN_NOT_SUPPORTED = 0x9a;
const QOS_NOT_SUPPORTED = 0x9b;

const hex = (text) => Buffer.from(text.replace(/ /g, ''), 'hex');

/* Properties as they stand in the packet, their length in front. */
const section = (...parts) => {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([varint(bytes.length), bytes]);
};
const none = section();

/* ---- After CONNECT, in both versions ---- */

const level = (version, values) => ({ level: version, ...values });

/* For each version the bytes; where only some versions can say it, the others are left
 * out. A number as the last entry of a row is the reason code of MQTT 5; 3.1.1 has none,
 * and the connection is closed. */
const BOTH = {
  'packet type 0': [() => hex('00 00'), MALFORMED],
  'CONNACK from a client': [
    (v) => packet(0x20, hex('00 00'), v === 5 ? none : hex('')),
    PROTOCOL_ERROR,
  ],
  'SUBACK from a client': [
    (v) => packet(0x90, two(1), v === 5 ? none : hex(''), byte(0)),
    PROTOCOL_ERROR,
  ],
  'UNSUBACK from a client': [
    (v) => packet(0xb0, two(1), v === 5 ? Buffer.concat([none, byte(0)]) : hex('')),
    PROTOCOL_ERROR,
  ],
  'PINGRESP from a client': [() => hex('d0 00'), PROTOCOL_ERROR],
  'PUBREC for nothing': [() => packets.receipt('PUBREC', 1), PROTOCOL_ERROR],
  'PUBCOMP for nothing': [() => packets.receipt('PUBCOMP', 1), PROTOCOL_ERROR],
  'a second CONNECT': [(v) => packets.connect({ level: v, clientId: 'again' }), PROTOCOL_ERROR],
  'PINGREQ with flags': [() => hex('c1 00'), MALFORMED],
  'PINGREQ with a body': [() => hex('c0 01 00'), MALFORMED],
  'PUBACK with flags': [() => hex('42 02 00 01'), MALFORMED],
  'PUBACK without its identifier': [() => hex('40 01 00'), MALFORMED],
  'PUBACK with identifier 0': [() => hex('40 02 00 00'), PROTOCOL_ERROR],
  'PUBREL without its flags': [() => hex('60 02 00 01'), MALFORMED],
  'SUBSCRIBE without its flags': [
    (v) => packet(0x80, packets.subscribe(level(v, { filters: [['a', 0]] })).subarray(2)),
    MALFORMED,
  ],
  'SUBSCRIBE without a filter': [
    (v) => packets.subscribe(level(v, { filters: [] })),
    PROTOCOL_ERROR,
  ],
  'SUBSCRIBE with identifier 0': [
    (v) => packets.subscribe(level(v, { packetId: 0, filters: [['a', 0]] })),
    PROTOCOL_ERROR,
  ],
  'SUBSCRIBE for QoS 3': [
    (v) => packets.subscribe(level(v, { filters: [['a', 3]] })),
    PROTOCOL_ERROR,
  ],
  'SUBSCRIBE with reserved options': [
    (v) => packets.subscribe(level(v, { filters: [['a', 0xc0]] })),
    MALFORMED,
  ],
  'SUBSCRIBE with an empty filter': [
    (v) => packets.subscribe(level(v, { filters: [['', 0]] })),
    PROTOCOL_ERROR,
  ],
  'SUBSCRIBE that is cut in a filter': [
    (v) => packet(0x82, two(1), v === 5 ? none : hex(''), two(5), Buffer.from('abc')),
    MALFORMED,
  ],
  'SUBSCRIBE without options': [
    (v) => packet(0x82, two(1), v === 5 ? none : hex(''), string('a')),
    MALFORMED,
  ],
  'UNSUBSCRIBE without a filter': [
    (v) => packets.unsubscribe(level(v, { filters: [] })),
    PROTOCOL_ERROR,
  ],
  'UNSUBSCRIBE without its flags': [
    (v) => packet(0xa0, packets.unsubscribe(level(v, { filters: ['a'] })).subarray(2)),
    MALFORMED,
  ],
  'PUBLISH at QoS 3': [(v) => packets.publish(level(v, { topic: 'a', qos: 3 })), MALFORMED],
  'PUBLISH at QoS 2': [(v) => packets.publish(level(v, { topic: 'a', qos: 2 })), QOS_NOT_SUPPORTED],
  'PUBLISH again at QoS 0': [
    (v) => packets.publish(level(v, { topic: 'a', dup: true })),
    MALFORMED,
  ],
  'PUBLISH with identifier 0': [
    (v) => packets.publish(level(v, { topic: 'a', qos: 1, packetId: 0 })),
    PROTOCOL_ERROR,
  ],
  'PUBLISH without a topic': [(v) => packets.publish(level(v, { topic: '' })), PROTOCOL_ERROR],
  'PUBLISH to a plus sign': [(v) => packets.publish(level(v, { topic: 'a/+' })), PROTOCOL_ERROR],
  'PUBLISH to a number sign': [(v) => packets.publish(level(v, { topic: '#' })), PROTOCOL_ERROR],
  'PUBLISH to a topic with NUL': [(v) => packets.publish(level(v, { topic: 'a\0' })), MALFORMED],
  'PUBLISH to a topic that is not UTF-8': [
    (v) => packet(0x30, two(2), hex('c3 28'), v === 5 ? none : hex('')),
    MALFORMED,
  ],
  'PUBLISH to half of a surrogate pair': [
    (v) => packet(0x30, two(3), hex('ed a0 80'), v === 5 ? none : hex('')),
    MALFORMED,
  ],
  'PUBLISH that is cut in its topic': [() => packet(0x30, two(5), Buffer.from('abc')), MALFORMED],
  'PUBLISH that is cut in its identifier': [() => packet(0x32, string('a'), byte(0)), MALFORMED],
  'PUBLISH that is empty': [() => hex('30 00'), MALFORMED],
  'a length of five bytes': [() => hex('c0 ff ff ff ff 01'), MALFORMED],
  'a packet larger than was announced': [() => hex('30 ff ff ff 7f'), TOO_LARGE],
  'AUTH without a method': [() => hex('f0 00'), PROTOCOL_ERROR],
  'AUTH with flags': [() => hex('f1 00'), MALFORMED],
  'DISCONNECT with flags': [() => hex('e1 00'), MALFORMED],
};

for (const filter of ['a/#/b', 'a#', '#a', 'a+', '+a/b', 'a/b+']) {
  BOTH[`SUBSCRIBE to ${filter}`] = [
    (v) => packets.subscribe(level(v, { filters: [[filter, 0]] })),
    PROTOCOL_ERROR,
  ];
  BOTH[`UNSUBSCRIBE from ${filter}`] = [
    (v) => packets.unsubscribe(level(v, { filters: [filter] })),
    PROTOCOL_ERROR,
  ];
}

/* ---- After CONNECT, MQTT 5 alone ---- */

const publishWith = (...parts) => packet(0x30, string('a'), section(...parts));
const subscribeWith = (options, ...parts) =>
  packet(0x82, two(1), section(...parts), string('a'), byte(options));
const publish = (values) => packets.publish({ topic: 'a', properties: values });

const ONLY_5 = {
  Retain: [packets.publish({ topic: 'a', retain: true }), RETAIN_NOT_SUPPORTED],
  'Topic Alias 0': [publish({ topicAlias: 0 }), TOPIC_ALIAS_INVALID],
  'Topic Alias 11, one above the maximum': [publish({ topicAlias: 11 }), TOPIC_ALIAS_INVALID],
  'a Topic Alias that was never set': [
    packets.publish({ topic: '', properties: { topicAlias: 1 } }),
    PROTOCOL_ERROR,
  ],
  'a length of more bytes than it needs': [hex('c0 80 00'), MALFORMED],
  'an unknown property': [publishWith(hex('7f 00')), MALFORMED],
  'a property of another packet': [publishWith(hex('11 00 00 00 00')), MALFORMED],
  'a property twice': [publishWith(hex('01 00 01 00')), PROTOCOL_ERROR],
  'Content Type twice': [publishWith(hex('03 0000 03 0000')), PROTOCOL_ERROR],
  'Payload Format Indicator 2': [publish({ payloadFormatIndicator: 2 }), PROTOCOL_ERROR],
  'a Response Topic with a wildcard': [publish({ responseTopic: 'a/#' }), PROTOCOL_ERROR],
  'a Content Type that is not UTF-8': [publishWith(hex('03 0001 ff')), MALFORMED],
  'a User Property with NUL': [publish({ userProperties: [['a', '\0']] }), MALFORMED],
  'a User Property that is cut': [publishWith(hex('26 0001 61 0002 62')), MALFORMED],
  'a number that is cut': [publishWith(hex('02 00 00')), MALFORMED],
  'more properties than packet': [packet(0x30, string('a'), byte(100)), MALFORMED],
  'a length of properties of five bytes': [
    packet(0x30, string('a'), hex('ff ff ff ff 01')),
    MALFORMED,
  ],
  'no length of properties': [packet(0x30, string('a')), MALFORMED],
  'Subscription Identifier from a client': [
    publish({ subscriptionIdentifiers: [1] }),
    PROTOCOL_ERROR,
  ],
  'Subscription Identifier 0': [subscribeWith(0, hex('0b 00')), PROTOCOL_ERROR],
  'Subscription Identifier twice': [subscribeWith(0, hex('0b 01 0b 02')), PROTOCOL_ERROR],
  'Retain Handling 3': [subscribeWith(0x30), PROTOCOL_ERROR],
  'No Local for a shared subscription': [
    packets.subscribe({ filters: [['$share/group/a', 4]] }),
    PROTOCOL_ERROR,
  ],
  'a shared subscription without a filter': [
    packets.subscribe({ filters: [['$share/group', 0]] }),
    PROTOCOL_ERROR,
  ],
  'a shared subscription without a name': [
    packets.subscribe({ filters: [['$share//a', 0]] }),
    PROTOCOL_ERROR,
  ],
  'PUBACK with an unknown reason code': [packets.receipt('PUBACK', 1, 0x7f), PROTOCOL_ERROR],
  "PUBACK with another packet's reason code": [packets.receipt('PUBACK', 1, 0x8e), PROTOCOL_ERROR],
  'DISCONNECT with an unknown reason code': [
    packets.disconnect({ reasonCode: 0x7f }),
    PROTOCOL_ERROR,
  ],
  "DISCONNECT with another packet's reason code": [
    packets.disconnect({ reasonCode: 0x01 }),
    PROTOCOL_ERROR,
  ],
  'DISCONNECT that makes a session of none': [
    packets.disconnect({ properties: { sessionExpiryInterval: 1 } }),
    PROTOCOL_ERROR,
  ],
  'AUTH to authenticate again': [
    packet(0xf0, byte(0x19), properties({ authenticationMethod: 'x' })),
    PROTOCOL_ERROR,
  ],
};

/* ---- CONNECT ---- */

/* A CONNECT as it should not be. */
const connect = ({ name = 'MQTT', version, flags = 2, own = none, rest = string('x') }) =>
  packet(
    0x10,
    string(name),
    byte(version),
    byte(flags),
    two(0),
    version === 5 ? own : hex(''),
    rest,
  );
const connectWith = (...parts) => connect({ version: 5, own: section(...parts) });
const connect5 = (values) => packets.connect({ clientId: 'x', ...values });

/* The CONNACK as bytes for 3.1.1; null: closed without one. */
const REFUSED = {
  'another protocol': [connect({ name: 'MQTX', version: 4 }), 4, 1],
  'the name of 3.1 with the number of 3.1.1': [connect({ name: 'MQIsdp', version: 4 }), 4, 1],
  'the name of 3.1.1 with the number of 3.1': [connect({ name: 'MQTT', version: 3 }), 4, 1],
  'version 6': [connect({ version: 6 }), 4, 1],
  'version 2': [connect({ version: 2 }), 4, 1],
  '3.1.1: the reserved flag': [connect({ version: 4, flags: 3 }), 4, null],
  '3.1.1: a session without a name': [packets.connect({ level: 4, cleanStart: false }), 4, 2],
  '3.1: no client identifier': [packets.connect({ level: 3 }), 4, 2],
  '3.1.1: a password without a user name': [
    packets.connect({ level: 4, clientId: 'x', password: 'y' }),
    4,
    null,
  ],
  '3.1.1: cut in its client identifier': [connect({ version: 4, rest: hex('0005 61') }), 4, null],
  '3.1.1: bytes behind it': [connect({ version: 4, rest: hex('0001 61 00') }), 4, null],
  'the reserved flag': [connect({ version: 5, flags: 3 }), 5, MALFORMED],
  'Will QoS without a will': [connect({ version: 5, flags: 0x0a }), 5, MALFORMED],
  'Will Retain without a will': [connect({ version: 5, flags: 0x22 }), 5, MALFORMED],
  'a will that is not there': [connect({ version: 5, flags: 0x06 }), 5, MALFORMED],
  'Will QoS 3': [connect5({ will: { topic: 'a', qos: 3 } }), 5, MALFORMED],
  'Will QoS 2': [connect5({ will: { topic: 'a', qos: 2 } }), 5, QOS_NOT_SUPPORTED],
  'Will Retain': [connect5({ will: { topic: 'a', retain: true } }), 5, RETAIN_NOT_SUPPORTED],
  'a will to a wildcard': [connect5({ will: { topic: 'a/#' } }), 5, PROTOCOL_ERROR],
  'a will without a topic': [connect5({ will: { topic: '' } }), 5, PROTOCOL_ERROR],
  'a user name that is not there': [connect({ version: 5, flags: 0x82 }), 5, MALFORMED],
  'a password that is not there': [connect({ version: 5, flags: 0x42 }), 5, MALFORMED],
  'bytes behind it': [connect({ version: 5, rest: hex('0001 61 00') }), 5, MALFORMED],
  'cut in its client identifier': [connect({ version: 5, rest: hex('0005 61') }), 5, MALFORMED],
  'a client identifier with NUL': [connect5({ clientId: 'a\0' }), 5, MALFORMED],
  'a client identifier that is not UTF-8': [
    connect5({ clientId: Buffer.from([0xff]) }),
    5,
    MALFORMED,
  ],
  'Receive Maximum 0': [connect5({ properties: { receiveMaximum: 0 } }), 5, PROTOCOL_ERROR],
  'Maximum Packet Size 0': [connect5({ properties: { maximumPacketSize: 0 } }), 5, PROTOCOL_ERROR],
  'Request Problem Information 2': [connectWith(hex('17 02')), 5, PROTOCOL_ERROR],
  'Session Expiry Interval twice': [
    connectWith(byte(0x11), four(1), byte(0x11), four(1)),
    5,
    PROTOCOL_ERROR,
  ],
  'a property of another packet': [connectWith(hex('23 0001')), 5, MALFORMED],
  'an unknown property': [connectWith(hex('7e 00')), 5, MALFORMED],
  'Authentication Data without a method': [
    connect5({ properties: { authenticationData: Buffer.from('x') } }),
    5,
    PROTOCOL_ERROR,
  ],
  'an Authentication Method': [
    connect5({ properties: { authenticationMethod: 'SCRAM-SHA-256' } }),
    5,
    BAD_AUTHENTICATION_METHOD,
  ],
};

/* What is no CONNECT at all is not answered. */
const NOT_CONNECT = {
  PINGREQ: packets.pingreq(),
  PUBLISH: packets.publish({ topic: 'a' }),
  SUBSCRIBE: packets.subscribe({ filters: [['#', 0]] }),
  DISCONNECT: packets.disconnect(),
  CONNACK: hex('20 02 00 00'),
  'packet type 0': hex('00 00'),
  'CONNECT with flags': hex('12 00'),
  'CONNECT with a length of five bytes': hex('10 ff ff ff ff 01'),
  'CONNECT of 256 MB': hex('10 ff ff ff 7f'),
  HTTP: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  TLS: hex('16 03 01 00 a5 01 00 00 a1 03 03'),
};

const config = { limits: { publishesPerSecond: 4294967295 } };

suite('malformed', { config }, (broker, test) => {
  let bystander = null;

  /* Somebody else on the same broker, who does not notice. */
  async function expectUndisturbed() {
    bystander ??= Device.connect(broker, { clientId: 'bystander' });
    const { clientId } = await bystander;
    await sendConfirmed(broker, clientId).expect('CONFIRMED');
  }

  async function expectClosed(device) {
    await device.closed;
    assert.deepEqual(device.received.items, []);
    await expectUndisturbed();
  }

  /* Connected and then the bytes: the reason code of the DISCONNECT. */
  async function expectDisconnect(version, bytes, reasonCode) {
    await expectUndisturbed();
    const device = await Device.connect(broker, { level: version, clientId: unique('bad') });
    device.write(bytes);
    if (version === 5) {
      const { reasonCode: given, properties: own } = await device.take('DISCONNECT');
      assert.equal(given, reasonCode, own.reasonString);
    }
    await expectClosed(device);
  }

  for (const [what, [bytes, reasonCode]] of Object.entries(BOTH)) {
    for (const version of [4, 5]) {
      test(`level ${version}: ${what}`, () =>
        expectDisconnect(version, bytes(version), reasonCode));
    }
  }

  for (const [what, [bytes, reasonCode]] of Object.entries(ONLY_5)) {
    test(`level 5: ${what}`, () => expectDisconnect(5, bytes, reasonCode));
  }

  for (const [what, [bytes, version, reasonCode]] of Object.entries(REFUSED)) {
    test(`CONNECT: ${what}`, async () => {
      const device = await Device.open(broker, { level: version });
      device.write(bytes);
      if (reasonCode !== null) {
        const connack = await device.take('CONNACK');
        assert.equal(connack.reasonCode, reasonCode, connack.properties.reasonString);
        assert.equal(connack.sessionPresent, 0);
      }
      await expectClosed(device);
    });
  }

  for (const [what, bytes] of Object.entries(NOT_CONNECT)) {
    test(`instead of CONNECT: ${what}`, async () => {
      const device = await Device.open(broker);
      device.write(bytes);
      await expectClosed(device);
    });
  }

  test('what comes behind is not looked at', async () => {
    const topic = unique('topic');
    const watcher = await Device.connect(broker, { clientId: unique('watcher') });
    await watcher.subscribe(topic);
    const device = await Device.connect(broker, { clientId: unique('bad') });
    device.write(Buffer.concat([hex('00 00'), packets.publish({ topic, payload: 'behind' })]));
    await device.take('DISCONNECT');
    await expectClosed(device);
    await watcher.publishConfirmed(topic, 'marker');
    assert.equal((await watcher.message()).payload.toString(), 'marker');
  });

  test('what is refused by its header is not waited for', async () => {
    const device = await Device.connect(broker, { clientId: unique('bad') });
    device.write(hex('36 ff ff 7f'));
    assert.equal((await device.take('DISCONNECT')).reasonCode, MALFORMED);
    await expectClosed(device);
  });

  test('a packet may come byte by byte', async () => {
    const topic = unique('topic');
    const device = await Device.connect(broker, { clientId: unique('slow') });
    await device.subscribe(topic);
    for (const value of packets.publish({ topic, payload: 'slowly', qos: 1, packetId: 7 }))
      await new Promise((resolve) => device.socket.write(byte(value), resolve));
    assert.equal((await device.take('PUBACK')).packetId, 7);
    assert.equal((await device.message()).payload.toString(), 'slowly');
  });

  test('level 3: what is asked for once more has DUP', async () => {
    const device = await Device.connect(broker, { level: 3, clientId: unique('device') });
    const ask = async (text, answer) =>
      assert.equal((await device.exchange(hex(text), answer)).packetId, 1);
    await ask('8a 06 0001 0001 61 01', 'SUBACK');
    await ask('aa 05 0001 0001 61', 'UNSUBACK');
    await ask('6a 02 0001', 'PUBCOMP');
  });

  /* [MQTT-1.5.5-1] is a rule of MQTT 5. */
  for (const version of [3, 4]) {
    test(`level ${version}: lengths of more bytes than they need`, async () => {
      const clientId = unique('device');
      const whole = packets.connect({ level: version, clientId });
      const device = await Device.open(broker, { level: version, clientId });
      device.write(Buffer.concat([byte(0x10), byte(whole[1] | 0x80), hex('80 00'), whole.subarray(2)]));
      assert.equal((await device.take('CONNACK')).reasonCode, 0);
      await device.exchange(hex('c0 80 00'), 'PINGRESP');
      await device.exchange(hex('82 86 00 0001 0001 61 01'), 'SUBACK');
      await sendConfirmed(broker, clientId).expect('CONFIRMED');
    });
  }

  test('CONNECT: level 5, with a length of more bytes than it needs', async () => {
    const whole = packets.connect({ clientId: unique('bad') });
    const device = await Device.open(broker, { level: 5 });
    device.write(Buffer.concat([byte(0x10), byte(whole[1] | 0x80), hex('00'), whole.subarray(2)]));
    assert.equal((await device.take('CONNACK')).reasonCode, MALFORMED);
    await expectClosed(device);
  });

  test('a PUBACK that nobody waits for is no error', async () => {
    for (const version of [4, 5]) {
      const device = await Device.connect(broker, { level: version, clientId: unique('device') });
      device.write(packets.receipt('PUBACK', 4711));
      await device.ping();
    }
  });

  test('a PUBREL that nobody waits for is answered so', async () => {
    const device = await Device.connect(broker, { clientId: unique('device') });
    const { packetId, reasonCode } = await device.exchange(packets.receipt('PUBREL', 9), 'PUBCOMP');
    assert.deepEqual({ packetId, reasonCode }, { packetId: 9, reasonCode: 0x92 });
  });
});
