#!/bin/bash
# SPDX-License-Identifier: MIT
#
# MQTT.js: one message that waits long for its PUBACK, and 65,535 others: its callback is lost.
#
# A packet identifier is in use until its acknowledgement has come, and the standard forbids to
# use it for a second message before that. MQTT.js by default counts through the 16 bits and
# does not look whether the next one is free. Where a single message is slow (a broker that
# confirms when the far end has, say) and others are fast, the identifier comes round again: two
# messages with one identifier are under way, the second takes the place of the first in the
# client, and the callback of the first is never called, with an error or without. A server that
# keeps its identifiers strictly has no good answer. At 1,000 messages a second it takes 66 s.
#
# So: messageIdProvider: new UniqueMessageIdProvider(), which the package has (shown second).
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --save-exact mqtt@5.16.0 mqtt-packet@9.0.2

cat > finding.mjs <<'END'
import { createRequire } from 'node:module';
import net from 'node:net';
import mqtt from 'mqtt';
import packets from 'mqtt-packet';

const { version } = createRequire(import.meta.url)('mqtt/package.json');

/* A server that acknowledges every message, and "slow" last, when the client says so. */
let slow; /* the identifier that is in use for it */
let reused; /* whether another message has come with it meanwhile */
let acknowledgeSlow;
const server = net.createServer((socket) => {
  const parser = packets.parser();
  const write = (packet) => socket.write(packets.generate(packet));
  parser.on('packet', ({ cmd, messageId, payload }) => {
    if (cmd === 'connect') write({ cmd: 'connack', returnCode: 0, sessionPresent: false });
    if (cmd !== 'publish') return;
    if (payload.toString() === 'slow') {
      slow = messageId;
      reused = false;
      acknowledgeSlow = () => write({ cmd: 'puback', messageId });
      return;
    }
    reused ||= messageId === slow;
    write({ cmd: 'puback', messageId });
  });
  socket.on('data', (bytes) => parser.parse(bytes)).on('error', () => {});
});

function listen() {
  const port = 20000 + Math.floor(Math.random() * 12000);
  return new Promise((resolve) => {
    server.once('error', () => resolve(listen()));
    server.listen(port, '127.0.0.1', () => resolve(port));
  });
}
const url = `mqtt://127.0.0.1:${await listen()}`;

async function measure(options) {
  const client = await mqtt.connectAsync(url, options);
  let called = false;
  client.publish('t', 'slow', { qos: 1 }, () => { called = true; });
  for (let i = 0; i < 66; i++) { /* thousand */
    await Promise.all(Array.from({ length: 1000 }, () => client.publishAsync('t', 'm', { qos: 1 })));
  }
  acknowledgeSlow();
  await new Promise((resolve) => setTimeout(resolve, 500));
  client.end(true);
  return `${reused ? 'used' : 'not used'} twice, callback of the slow message `
    + (called ? 'called' : 'never called');
}

const byDefault = await measure({});
const unique = await measure({ messageIdProvider: new mqtt.UniqueMessageIdProvider() });
console.log(`version:   mqtt ${version}, node ${process.version}
guess:     an identifier that is in use is left out, and each callback is called once
behaviour: the identifier is used for a second message, and one callback is lost
output:    by default:              ${byDefault}
           UniqueMessageIdProvider: ${unique}`);
const same = byDefault === 'used twice, callback of the slow message never called'
  && unique === 'not used twice, callback of the slow message called';
if (!same) console.error('the behaviour has changed');
process.exit(same ? 0 : 1);
END
timeout 50 node finding.mjs
