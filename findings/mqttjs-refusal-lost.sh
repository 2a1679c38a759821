#!/bin/bash
# SPDX-License-Identifier: MIT
#
# MQTT.js: done(0, 135) accepts the message that it was to refuse.
#
# With MQTT 5 a program may refuse a message of QoS 1: customHandleAcks gets a function
# done(error, reasonCode), and the reason code goes into PUBACK. "No error" is null for most
# callbacks, but 0 and false pass for it nearly everywhere. Here a number in the first place is
# taken for the reason code, and the second argument is dropped: done(0, 135) sends PUBACK with
# 0, success, and hands the message to the handlers of 'message' as well. The sender is told
# that the device did what the device has refused. done(null, 135) refuses; the types that come
# with the package allow an Error or a number there and, read strictly, no null.
#
# So: done(135), which the same rule makes work, and which is right in TypeScript too.
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
const MQTT5 = { protocolVersion: 5 };
const CASES = { 135: [135], 'null, 135': [null, 135], '0, 135': [0, 135] };
const names = Object.keys(CASES);
const result = {}; /* by the case, which is the payload too */

/* A server that sends one message for each case, when the subscription has come. */
let client;
const server = net.createServer((socket) => {
  const parser = packets.parser(MQTT5);
  const write = (packet) => socket.write(packets.generate(packet, MQTT5));
  parser.on('packet', ({ cmd, messageId, reasonCode }) => {
    if (cmd === 'connect') write({ cmd: 'connack', reasonCode: 0, sessionPresent: false });
    if (cmd === 'subscribe') {
      write({ cmd: 'suback', messageId, granted: [1] });
      names.forEach((payload, i) => {
        write({ cmd: 'publish', topic: 'do', qos: 1, messageId: i + 1, payload });
      });
    }
    if (cmd === 'puback') {
      (result[names[messageId - 1]] ??= {}).reasonCode = reasonCode;
      if (messageId === names.length) client.end(true, finish);
    }
  });
  socket.on('data', (bytes) => parser.parse(bytes)).on('error', () => {});
});

function finish() {
  server.close();
  const line = (name) => `done(${name}):`.padEnd(17)
    + `PUBACK ${result[name].reasonCode}, ${result[name].handled ? 'handled as well' : 'not handled'}`;
  console.log(`version:   mqtt ${version}, node ${process.version}
guess:     an error that is 0 or null is no error, and the reason code is sent
behaviour: with 0 the reason code is lost and the message is accepted
output:    ${names.map(line).join('\n           ')}`);
  const seen = names.map((name) => `${result[name].reasonCode} ${Boolean(result[name].handled)}`).join();
  const same = seen === '135 false,135 false,0 true';
  if (!same) console.error('the behaviour has changed');
  process.exit(same ? 0 : 1);
}

function listen() {
  const port = 20000 + Math.floor(Math.random() * 12000);
  server.once('error', listen).listen(port, '127.0.0.1', () => {
    client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
      ...MQTT5,
      customHandleAcks: (topic, message, packet, done) => done(...CASES[message.toString()]),
    });
    client.on('message', (topic, message) => { (result[message.toString()] ??= {}).handled = true; });
    client.subscribe('do', { qos: 1 });
  });
}
listen();
END
timeout 20 node finding.mjs
