#!/bin/bash
# SPDX-License-Identifier: MIT
#
# mqtt-packet (in MQTT.js, aedes and others) changes the order of MQTT 5 user properties.
#
# User properties are a list: a name may come twice, and the standard says that a server keeps
# their order when it forwards a message. mqtt-packet makes an object of them, so names that come
# again move up to the first of their kind, and names that are whole numbers move to the front,
# smallest first, as in every JavaScript object. Parsing a packet and writing it again gives a
# packet of the same length with the properties in another order. Who signs them, takes the last
# one of a name as "what counts", or sends hops of a route in them gets another message.
#
# So: a proxy passes on the bytes of the properties as they are; a program gives its properties
# names that are not numbers and asks for no order.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --save-exact mqtt-packet@9.0.2

cat > finding.mjs <<'END'
import { createRequire } from 'node:module';
import packets from 'mqtt-packet';

const { version } = createRequire(import.meta.url)('mqtt-packet/package.json');
const MQTT5 = { protocolVersion: 5 };
const USER_PROPERTY = 0x26;

function string(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/* A PUBLISH of QoS 0 on the topic "t", with these user properties and no payload. */
function publish(pairs) {
  const properties = Buffer.concat(pairs.flatMap(([name, value]) => (
    [Buffer.from([USER_PROPERTY]), string(name), string(value)])));
  const body = Buffer.concat([string('t'), Buffer.from([properties.length]), properties]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

/* The user properties in the order of the bytes. */
function list(packet) {
  const pairs = [];
  let at = 6;
  const next = () => packet.toString('utf8', at + 2, at += 2 + packet.readUInt16BE(at));
  while (at < packet.length) {
    at += 1;
    pairs.push([next(), next()]);
  }
  return pairs;
}

/* Parsed and written again. */
function again(packet) {
  let written;
  const parser = packets.parser(MQTT5);
  parser.on('packet', (parsed) => { written = packets.generate(parsed, MQTT5); });
  parser.parse(packet);
  return written;
}

const show = (pairs) => pairs.map((pair) => pair.join('=')).join(' ');
const hops = [['hop', 'a'], ['seen', '10:00'], ['hop', 'b'], ['seen', '10:01']];
const numbers = [['first', 'x'], ['20', 'y'], ['3', 'z']];
const results = [hops, numbers].map((pairs) => [show(pairs), show(list(again(publish(pairs))))]);
console.log(`version:   mqtt-packet ${version}, node ${process.version}
guess:     what was parsed is written again as it was
behaviour: the user properties are in another order
output:    ${results.map((result) => result.join('\n  becomes  ')).join('\n           ')}`);
const same = results[0][1] === 'hop=a hop=b seen=10:00 seen=10:01'
  && results[1][1] === '3=z 20=y first=x';
if (!same) console.error('the behaviour has changed');
process.exit(same ? 0 : 1);
END
node finding.mjs
