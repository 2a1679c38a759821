/* MQTT packets as bytes, 3.1.1 and 5, as far as the tests need them. Written from the
 * standard and not from the library, so that a mistake there cannot hide here.
 *
 * SPDX-License-Identifier: MIT
 */

/* ---- Data types, MQTT 5 section 1.5 ---- */

export const byte = (value) => Buffer.from([value]);
export const two = (value) => Buffer.from([value >> 8, value & 255]);
export const four = (value) => Buffer.from([value >>> 24, value >> 16, value >> 8, value]);
export const binary = (bytes) => Buffer.concat([two(bytes.length), bytes]);
export const string = (text) => binary(Buffer.from(text));
const pair = ([name, value]) => Buffer.concat([string(name), string(value)]);

export function varint(value) {
  const bytes = [];
  do {
    bytes.push(value > 127 ? (value & 127) | 128 : value);
    value >>>= 7;
  } while (value > 0);
  return Buffer.from(bytes);
}

class Reader {
  constructor(bytes) {
    this.left = bytes;
  }

  take(count) {
    if (count > this.left.length) throw new Error('the packet is cut short');
    const bytes = this.left.subarray(0, count);
    this.left = this.left.subarray(count);
    return bytes;
  }

  byte = () => this.take(1)[0];
  two = () => this.take(2).readUInt16BE();
  four = () => this.take(4).readUInt32BE();
  binary = () => this.take(this.two());
  string = () => this.binary().toString();
  pair = () => [this.string(), this.string()];

  varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const next = this.byte();
      value += (next & 127) << shift;
      if (next < 128) return value;
    }
  };
}

/* ---- Properties, section 2.2.2 ---- */

const WRITERS = { byte, two, four, varint, string, binary, pair };

/* Name: identifier, type, and whether it may stand several times. */
const PROPERTIES = {
  payloadFormatIndicator: [0x01, 'byte'],
  messageExpiryInterval: [0x02, 'four'],
  contentType: [0x03, 'string'],
  responseTopic: [0x08, 'string'],
  correlationData: [0x09, 'binary'],
  subscriptionIdentifiers: [0x0b, 'varint', true],
  sessionExpiryInterval: [0x11, 'four'],
  assignedClientIdentifier: [0x12, 'string'],
  serverKeepAlive: [0x13, 'two'],
  authenticationMethod: [0x15, 'string'],
  authenticationData: [0x16, 'binary'],
  requestProblemInformation: [0x17, 'byte'],
  willDelayInterval: [0x18, 'four'],
  requestResponseInformation: [0x19, 'byte'],
  responseInformation: [0x1a, 'string'],
  serverReference: [0x1c, 'string'],
  reasonString: [0x1f, 'string'],
  receiveMaximum: [0x21, 'two'],
  topicAliasMaximum: [0x22, 'two'],
  topicAlias: [0x23, 'two'],
  maximumQoS: [0x24, 'byte'],
  retainAvailable: [0x25, 'byte'],
  userProperties: [0x26, 'pair', true],
  maximumPacketSize: [0x27, 'four'],
  wildcardSubscriptionAvailable: [0x28, 'byte'],
  subscriptionIdentifiersAvailable: [0x29, 'byte'],
  sharedSubscriptionAvailable: [0x2a, 'byte'],
};

export function properties(values = {}) {
  const parts = Object.entries(values).flatMap(([name, value]) => {
    const [identifier, type, several] = PROPERTIES[name];
    return (several ? value : [value]).map((v) =>
      Buffer.concat([byte(identifier), WRITERS[type](v)]),
    );
  });
  const section = Buffer.concat(parts);
  return Buffer.concat([varint(section.length), section]);
}

function readProperties(reader) {
  const section = new Reader(reader.take(reader.varint()));
  const values = {};
  while (section.left.length > 0) {
    const identifier = section.byte();
    const known = Object.entries(PROPERTIES).find(([, [number]]) => number === identifier);
    if (!known) throw new Error(`there is no property ${identifier}`);
    const [name, [, type, several]] = known;
    const value = section[type]();
    if (several) (values[name] ??= []).push(value);
    else if (name in values) throw new Error(`${name} stands twice`);
    else values[name] = value;
  }
  return values;
}

/* ---- Packets, chapter 3: struct to bytes ---- */

export const TYPES = [
  undefined,
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  'AUTH',
];

/* A packet of any kind: its first byte, and the parts of its body. */
export function packet(first, ...parts) {
  const body = Buffer.concat(parts);
  return Buffer.concat([byte(first), varint(body.length), body]);
}

const first = (type, flags = 0) => (TYPES.indexOf(type) << 4) | flags;
const nothing = Buffer.alloc(0);
const propertiesOf = (level, values) => (level === 5 ? properties(values) : nothing);

export function connect({ clientId = '', level = 5, cleanStart = true, keepAlive = 0, ...more }) {
  const { properties: own, will, userName, password } = more;
  const flags =
    (cleanStart ? 2 : 0) |
    (will ? 4 | ((will.qos ?? 0) << 3) | (will.retain ? 32 : 0) : 0) |
    (password === undefined ? 0 : 64) |
    (userName === undefined ? 0 : 128);
  return packet(
    first('CONNECT'),
    string(level === 3 ? 'MQIsdp' : 'MQTT'),
    Buffer.from([level, flags]),
    two(keepAlive),
    propertiesOf(level, own),
    binary(Buffer.from(clientId)),
    will ? propertiesOf(level, will.properties) : nothing,
    will ? string(will.topic) : nothing,
    will ? string(will.payload ?? '') : nothing,
    userName === undefined ? nothing : string(userName),
    password === undefined ? nothing : string(password),
  );
}

export function publish({ level = 5, topic, payload = '', qos = 0, packetId = 1, ...more }) {
  return packet(
    first('PUBLISH', (more.dup ? 8 : 0) | (qos << 1) | (more.retain ? 1 : 0)),
    string(topic),
    qos > 0 ? two(packetId) : nothing,
    propertiesOf(level, more.properties),
    Buffer.from(payload),
  );
}

/* filters: [['a/b', 1]], the second being the subscription options. */
export function subscribe({ level = 5, packetId = 1, filters, properties: own }) {
  return packet(
    first('SUBSCRIBE', 2),
    two(packetId),
    propertiesOf(level, own),
    ...filters.map(([filter, options]) => Buffer.concat([string(filter), byte(options)])),
  );
}

export function unsubscribe({ level = 5, packetId = 1, filters }) {
  const list = filters.map((filter) => string(filter));
  return packet(first('UNSUBSCRIBE', 2), two(packetId), propertiesOf(level), ...list);
}

/* PUBACK, PUBREC, PUBREL and PUBCOMP. */
export function receipt(type, packetId, reasonCode = 0, own = undefined) {
  return packet(
    first(type, type === 'PUBREL' ? 2 : 0),
    two(packetId),
    reasonCode === 0 && !own ? nothing : byte(reasonCode),
    own ? properties(own) : nothing,
  );
}

export function connack({ level = 5, sessionPresent = 0, reasonCode = 0, properties: own } = {}) {
  return packet(first('CONNACK'), byte(sessionPresent), byte(reasonCode), propertiesOf(level, own));
}

export function suback({ level = 5, packetId = 1, reasonCodes = [0] }) {
  return packet(first('SUBACK'), two(packetId), propertiesOf(level), Buffer.from(reasonCodes));
}

export const auth = (reasonCode, own) => packet(first('AUTH'), byte(reasonCode), properties(own));

export const pingreq = () => packet(first('PINGREQ'));
export const pingresp = () => packet(first('PINGRESP'));

export function disconnect({ level = 5, reasonCode = 0, properties: own } = {}) {
  if (level < 5 || (reasonCode === 0 && !own)) return packet(first('DISCONNECT'));
  return packet(first('DISCONNECT'), byte(reasonCode), properties(own));
}

/* ---- Packets: bytes to struct ---- */

const endsWithReason = (r) => ({
  reasonCode: r.left.length > 0 ? r.byte() : 0,
  properties: r.left.length > 0 ? readProperties(r) : {},
});

function readWill(r, level, flags) {
  if ((flags & 4) === 0) return undefined;
  const properties = level === 5 ? readProperties(r) : undefined;
  const [topic, payload] = [r.string(), r.binary()];
  return { topic, payload, qos: (flags >> 3) & 3, retain: (flags >> 5) & 1, properties };
}

function readConnect(r) {
  const protocol = r.string();
  const [level, flags, keepAlive] = [r.byte(), r.byte(), r.two()];
  return {
    protocol,
    level,
    cleanStart: (flags & 2) !== 0,
    keepAlive,
    properties: level === 5 ? readProperties(r) : undefined,
    clientId: r.string(),
    will: readWill(r, level, flags),
    userName: flags & 128 ? r.string() : undefined,
    password: flags & 64 ? r.binary() : undefined,
  };
}

function readList(r, entry) {
  const entries = [];
  while (r.left.length > 0) entries.push(entry(r));
  return entries;
}

const readFilters = (entry) => (r, level) => ({
  packetId: r.two(),
  properties: level === 5 ? readProperties(r) : {},
  filters: readList(r, entry),
});

const READERS = {
  CONNECT: readConnect,
  CONNACK: (r, level) => ({
    sessionPresent: r.byte(),
    reasonCode: r.byte(),
    properties: level === 5 ? readProperties(r) : {},
  }),
  PUBLISH: (r, level, flags) => ({
    dup: flags >> 3,
    qos: (flags >> 1) & 3,
    retain: flags & 1,
    topic: r.string(),
    packetId: flags & 6 ? r.two() : undefined,
    properties: level === 5 ? readProperties(r) : undefined,
    payload: r.take(r.left.length),
  }),
  SUBACK: (r, level) => ({
    packetId: r.two(),
    properties: level === 5 ? readProperties(r) : {},
    reasonCodes: [...r.take(r.left.length)],
  }),
  SUBSCRIBE: readFilters((r) => [r.string(), r.byte()]),
  UNSUBSCRIBE: readFilters((r) => r.string()),
  PINGREQ: () => ({}),
  PINGRESP: () => ({}),
  DISCONNECT: endsWithReason,
  AUTH: endsWithReason,
};
READERS.UNSUBACK = READERS.SUBACK;
for (const type of ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'])
  READERS[type] = (r) => ({ packetId: r.two(), ...endsWithReason(r) });

/* The packet at the start of the bytes, or null when it is not complete. */
export function read(level, bytes) {
  let end = 1;
  while (end < bytes.length && bytes[end] > 127) end++;
  if (end >= bytes.length) return null;
  const length = new Reader(bytes.subarray(1)).varint();
  const size = end + 1 + length;
  if (bytes.length < size) return null;
  const type = TYPES[bytes[0] >> 4];
  const reader = new Reader(bytes.subarray(end + 1, size));
  const packet = READERS[type](reader, level, bytes[0] & 15);
  if (reader.left.length > 0) throw new Error(`${type} is too long`);
  return { type, ...packet, bytes: bytes.subarray(0, size) };
}
