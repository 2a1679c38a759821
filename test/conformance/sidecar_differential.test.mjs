/* Random conversations of devices with mosquitto, recorded on both sides of dm-sidecar: what
 * goes in comes out, byte by byte. Where direct messages are sent meanwhile, these and their
 * PUBACKs are all that is different, and PINGREQs that the sidecar asks for itself.
 *
 * DM_SEED=n has the same conversations again; DM_CONVERSATIONS=n has so many of each kind.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { killAll } from './lib/child.mjs';
import { Device } from './lib/device.mjs';
import { send } from './lib/http.mjs';
import { Mosquitto } from './lib/mosquitto.mjs';
import * as packets from './lib/packets.mjs';
import { LONG } from './lib/program.mjs';
import { Random, SEED, withRandom } from './lib/random.mjs';
import { Sidecar } from './lib/sidecar.mjs';
import { LIMIT, unique } from './lib/suite.mjs';
import { Tap } from './lib/tap.mjs';

const COUNT = Number(process.env.DM_CONVERSATIONS ?? 60);
/* More than a device here leaves unfinished: mosquitto closes where it is too much. */
const LINES = ['allow_anonymous true', 'max_inflight_messages 1000'];
const CONFIG = { limits: { maxTimeoutSeconds: LONG, publishesPerSecond: 1_000_000 } };
const DIRECT = 'direct/';
const PATIENCE = LIMIT + COUNT * 1000;

/* ---- A device ------------------------------------------------------------------------ */

/* Acknowledges now or later, and writes in pieces. */
class Walker extends Device {
  #random;
  #writing = Promise.resolve();
  #due = [];
  patient = true;
  silent = false;

  constructor(broker, { random, ...options }) {
    super(broker, options);
    this.#random = random;
    this.patient = !random.oneIn(3);
  }

  onPacket(packet) {
    this.received.push(packet);
    if (this.silent) return;
    if (packet.type === 'PUBREC') this.receipt('PUBREL', packet);
    else if (packet.type === 'PUBLISH' || packet.type === 'PUBREL') {
      this.#due.push(packet);
      this.acknowledgeSome();
    }
  }

  /* Some of what is due, in its order; all of it where the device is in no mind to wait. */
  acknowledgeSome() {
    while (this.#due.length > 0 && !(this.patient && this.#random.oneIn(3)))
      this.acknowledge(this.#due.shift());
  }

  /* Everything is acknowledged and has been answered. */
  async settle() {
    const patient = this.patient;
    this.patient = false;
    this.acknowledgeSome();
    await this.ping();
    this.patient = patient;
  }

  /* In pieces, one after the other. */
  write(bytes) {
    this.#writing = this.#writing.then(async () => {
      for (const piece of this.#random.oneIn(4) ? this.#random.cut(bytes) : [bytes]) {
        if (this.socket.destroyed) return;
        this.socket.write(piece);
        await turn();
      }
    });
  }

  /* Says goodbye, and waits until the broker has closed: it may still have to say much. */
  async leave() {
    this.silent = true;
    this.write(packets.disconnect({ level: this.level }));
    await this.closed;
  }
}

/* ---- A conversation --------------------------------------------------------------------- */

const options = (random, level) => ({
  level,
  cleanStart: random.oneIn(3),
  keepAlive: random.pick([0, 60]),
  will: random.oneIn(3)
    ? { topic: 'will', payload: random.bytes(random.below(50)), qos: random.below(3) }
    : undefined,
  properties: {
    sessionExpiryInterval: random.pick([0, 100]),
    receiveMaximum: random.pick([1, 2, 10, 65535]),
    topicAliasMaximum: random.pick([0, 10]),
  },
});

const size = (random) => (random.oneIn(15) ? random.below(100_000) : random.below(300));

/* What a device does; `topic` is its own. */
const ACTIONS = {
  subscribe: (device, random, topic) =>
    device.write(device.packet('subscribe', { filters: [[`${topic}/#`, random.below(3)]] })),
  subscribeMore: (device, random, topic) =>
    device.write(
      device.packet('subscribe', {
        filters: [
          [`${topic}/${random.below(3)}`, random.below(3)],
          ['+/nothing', 0],
        ],
      }),
    ),
  unsubscribe: (device, random, topic) =>
    device.write(device.packet('unsubscribe', { filters: [`${topic}/${random.below(3)}`] })),
  publish: (device, random, topic) => {
    for (let i = random.below(4); i >= 0; i--) {
      const to = `${topic}/${random.below(4)}`;
      const more = { qos: random.below(3), retain: random.oneIn(20) };
      device.publish(to, random.bytes(size(random)), more);
    }
  },
  acknowledge: (device) => device.acknowledgeSome(),
  settle: (device) => device.settle(),
  ping: (device) => device.write(packets.pingreq()),
};
const WEIGHTED = [
  ...['subscribe', 'subscribeMore', 'unsubscribe', 'ping', 'settle'],
  ...Array(10).fill('publish'),
  ...Array(3).fill('acknowledge'),
];

const ENDINGS = {
  leave: async (device, random) => {
    if (random.oneIn(2)) await device.settle();
    await device.leave();
  },
  vanish: (device) => device.vanish(),
  reset: (device) => device.reset(),
};

/* One device's connections, one after the other. inject(clientId) is called now and then.
 * Returns how each has ended, by the mark that its CONNECT bears. */
async function converse(host, random, level, inject) {
  const clientId = unique('walker');
  const endings = [];
  for (let i = 1 + random.below(4); i > 0; i--) {
    const userName = `${clientId}#${i}`;
    const device = new Walker(host, { random, clientId, userName, ...options(random, level) });
    device.write(packets.connect(device.options));
    assert.equal((await device.take('CONNACK')).reasonCode, 0);
    for (let steps = 5 + random.below(25); steps > 0; steps--) {
      if (random.oneIn(3)) inject(clientId);
      await ACTIONS[random.pick(WEIGHTED)](device, random, clientId);
    }
    const ending = random.pick(['leave', 'leave', 'vanish', 'reset']);
    await ENDINGS[ending](device, random);
    endings.push({ userName, orderly: ending === 'leave' });
  }
  return { clientId, endings };
}

/* ---- What was recorded -------------------------------------------------------------------- */

/* The packets of a record, in the order in which they were complete; of the last one in each
 * direction perhaps only a part. */
function packetsOf({ pieces }) {
  const list = [];
  const unread = { true: Buffer.alloc(0), false: Buffer.alloc(0) };
  let level;
  for (const { fromDevice, bytes } of pieces) {
    let left = Buffer.concat([unread[fromDevice], bytes]);
    for (let packet; (packet = packets.read(level, left));) {
      if (packet.type === 'CONNECT') level = packet.level;
      list.push({ ...packet, fromDevice });
      left = left.subarray(packet.bytes.length);
    }
    unread[fromDevice] = left;
  }
  for (const fromDevice of [true, false])
    if (unread[fromDevice].length > 0)
      list.push({ type: 'PART', fromDevice, bytes: unread[fromDevice] });
  return list;
}

/* Takes out direct messages and the PUBACKs that answer them; returns them and the rest. */
function separate(list) {
  const waiting = new Set();
  const direct = [];
  const rest = list.filter(({ fromDevice, type, topic, packetId, qos }) => {
    if (!fromDevice && type === 'PUBLISH' && topic.startsWith(DIRECT)) {
      if (qos === 1) {
        assert.ok(!waiting.has(packetId), `${packetId} is taken`);
        waiting.add(packetId);
      }
      direct.push(topic);
      return false;
    }
    return !(fromDevice && type === 'PUBACK' && waiting.delete(packetId));
  });
  return { direct, rest };
}

/* `from` and `to` are what went in on one side and came out on the other: all of it where
 * the ending was orderly, else it may be cut short. On the broker's side there may be more
 * of one type: `extra`. Returns how many of these. */
function compare({ from, to, orderly, extra = { of: null, in: null } }) {
  let [i, j, count] = [0, 0, 0];
  const both = { from, to };
  const other = extra.in === 'from' ? 'to' : 'from';
  const at = () => (extra.in === 'from' ? { more: i, less: j } : { more: j, less: i });
  while (i < from.length || j < to.length) {
    if (j === to.length && !orderly) break;
    const { more, less } = at();
    const added = extra.in && both[extra.in][more];
    if (added?.type === extra.of && ![extra.of, 'PART'].includes(both[other][less]?.type)) {
      count++;
      if (extra.in === 'from') i++;
      else j++;
      continue;
    }
    const [one, two] = [from[i++], to[j++]];
    const whole = one && two && one.bytes.equals(two.bytes);
    /* The last one may have been cut short, a direct message too. */
    if (whole || (!orderly && j === to.length && two.type === 'PART')) continue;
    assert.fail(`${one?.type} ${one?.packetId} became ${two?.type} ${two?.packetId}`);
  }
  return count;
}

const side = (list, fromDevice) => list.filter((packet) => packet.fromDevice === fromDevice);

/* Compares both records of a connection; returns the direct messages that were in it. */
function check(outer, inner, orderly) {
  const { direct, rest: a } = separate(packetsOf(outer));
  const b = packetsOf(inner);
  assert.deepEqual(separate(b).direct, []);
  const up = { from: side(a, true), to: side(b, true), orderly };
  const down = { from: side(b, false), to: side(a, false), orderly };
  const asked = compare({ ...up, extra: { of: 'PINGREQ', in: 'to' } });
  const answered = compare({ ...down, extra: { of: 'PINGRESP', in: 'from' } });
  assert.ok(orderly ? asked === answered : asked >= answered, `${asked} PINGREQ, ${answered}`);
  return direct;
}

/* The same where nothing was added: the bytes themselves. */
function checkBytes(outer, inner, orderly) {
  const bytes = ({ pieces }, fromDevice) =>
    Buffer.concat(pieces.filter((p) => p.fromDevice === fromDevice).map((p) => p.bytes));
  for (const fromDevice of [true, false]) {
    const [from, to] = [outer, inner].map((record) => bytes(record, fromDevice));
    const [whole, part] = fromDevice ? [from, to] : [to, from];
    if (orderly) assert.equal(part.length, whole.length);
    assert.ok(whole.subarray(0, part.length).equals(part));
  }
  return [];
}

/* ---- The tests ----------------------------------------------------------------------------- */

describe('sidecar: random conversations', { concurrency: 16, timeout: PATIENCE }, () => {
  const random = new Random(SEED);
  const cut = (bytes) => (random.oneIn(4) ? random.cut(bytes) : [bytes]);
  const upstream = new Mosquitto({ lines: LINES });
  const inner = new Tap(upstream, cut);
  const sidecar = new Sidecar({ config: CONFIG, upstream, to: inner });
  const outer = new Tap(sidecar, cut);

  before(async () => {
    await sidecar.start();
    await outer.start();
  });
  after(async () => {
    try {
      await outer.stop();
      await sidecar.stop();
    } finally {
      killAll();
    }
  });

  const mark = ({ pieces }) => {
    const bytes = Buffer.concat(pieces.filter((p) => p.fromDevice).map((p) => p.bytes));
    return packets.read(undefined, bytes)?.userName;
  };

  /* Compares what was recorded of all connections; returns the direct messages. */
  async function compareAll({ endings }, how) {
    const direct = [];
    for (const { userName, orderly } of endings) {
      const records = [outer, inner].map((tap) => tap.records.find((r) => mark(r) === userName));
      await Promise.all(records.map(({ finished }) => finished));
      direct.push(...how(...records, orderly));
    }
    return direct;
  }

  for (let i = 0; i < COUNT; i++) {
    const level = i % 5 === 0 ? 3 : 4 + (i % 2);

    it(`${i}: nothing is added, nothing is missing`, { timeout: LIMIT }, () =>
      withRandom(2 * i, async (random) => {
        const conversation = await converse(outer, random, level, () => {});
        await compareAll(conversation, checkBytes);
      }),
    );

    it(`${i}: with direct messages`, { timeout: LIMIT }, () =>
      withRandom(2 * i + 1, async (random) => {
        const calls = [];
        const inject = (clientId) => {
          for (let n = random.below(4); n >= 0; n--) {
            const topic = `${DIRECT}${calls.length}`;
            const params = { topic, confirmation: !random.oneIn(3), timeout: LONG };
            const call = send(sidecar, clientId, params, { body: random.bytes(size(random)) });
            calls.push({ topic, call });
          }
        };
        const conversation = await converse(outer, random, level, inject);
        const direct = await compareAll(conversation, check);
        await checkAnswers(calls, direct);
      }),
    );
  }

  /* Whoever was told that his message arrived, or did not: so it is. */
  async function checkAnswers(calls, direct) {
    for (const { topic, call } of calls) {
      const { status, body } = await call.answer;
      const { confirmation } = call.known;
      const { reason, delivered } = JSON.parse(body);
      const outcome = reason ?? (confirmation ? 'CONFIRMED' : 'SENT');
      await call.expect(outcome, { delivered });
      const times = direct.filter((one) => one === topic).length;
      if (outcome === 'CONFIRMED') assert.equal(times, 1, topic);
      else if (status === 200 || delivered === 'maybe') assert.ok(times <= 1, topic);
      else assert.equal(times, 0, topic);
    }
  }
});
