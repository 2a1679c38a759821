#!/bin/bash
# SPDX-License-Identifier: MIT
#
# MQTT.js and mosquitto, both as they come: of 200 messages of QoS 2 many are refused.
#
# In MQTT 5 a broker says in CONNACK how many messages may be under way at once (Receive
# Maximum; mosquitto: 20). A client is to wait, and the standard says that a broker may end the
# connection of one that does not. MQTT.js reads the number and does not keep to it: a loop of
# publish() sends all at once. mosquitto does not end the connection either: it refuses each
# message above 20 with "Quota exceeded", to its callback, and nobody sends it again. With 20
# messages, and with QoS 1, everything arrives, and so it does in a trial.
#
# So: a program counts callbacks and holds back by itself; a proxy between the two must expect
# more messages than were allowed, and must not take the 151 for an end of the connection.
set -euo pipefail

broker=2.0.11-1.2+deb12u2
dir=$(mktemp -d)
pid=
trap 'kill $pid 2> /dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --save-exact mqtt@5.16.0 mqtt-packet@9.0.2
apt-get -qq -o APT::Sandbox::User=root download "mosquitto=$broker" \
  libcjson1=1.7.15-1+deb12u4 libdlt2=2.18.8-6 libwrap0=7.6.q-32
for package in *.deb; do dpkg -x "$package" root; done

cat > finding.mjs <<'END'
import { createRequire } from 'node:module';
import mqtt from 'mqtt';

const { version } = createRequire(import.meta.url)('mqtt/package.json');
const url = `mqtt://127.0.0.1:${process.argv[2]}`;
const client = mqtt.connect(url, { protocolVersion: 5 });
const allowed = await new Promise((resolve) => {
  client.on('connect', (connack) => resolve(connack.properties.receiveMaximum));
});

/* The reason codes that came back, and how many of each. */
async function publish(count, qos) {
  const codes = {};
  await Promise.all(Array.from({ length: count }, () => new Promise((resolve) => {
    client.publish('measured', 'x', { qos }, (error) => {
      const code = error ? error.code : 0;
      codes[code] = (codes[code] ?? 0) + 1;
      resolve();
    });
  })));
  return codes;
}

const few = await publish(allowed, 2);
const once = await publish(200, 1);
const many = await publish(200, 2);
client.end();

const show = (codes) => JSON.stringify(codes).replace(/"/g, '').replace(/[:,]/g, '$& ');
console.log(`version:   mqtt ${version}, mosquitto ${process.argv[3]} with its defaults
guess:     the client sends no more at once than the broker allows
behaviour: it sends all at once, and the broker refuses messages with 151, Quota exceeded
output:    Receive Maximum: ${allowed}; then {reason code: messages}
           ${String(allowed).padStart(3)} messages of QoS 2: ${show(few)}
           200 messages of QoS 1: ${show(once)}
           200 messages of QoS 2: ${show(many)}`);
const same = few[0] === allowed && once[0] + (once[16] ?? 0) === 200 && many[151] > 0
  && many[0] + many[151] === 200;
if (!same) console.error('the behaviour has changed');
process.exit(same ? 0 : 1);
END

for _ in 1 2 3 4 5; do # a port that is in use ends the broker
  port=$((20000 + RANDOM % 12000))
  LD_LIBRARY_PATH=$(echo root/usr/lib/*-linux-gnu) root/usr/sbin/mosquitto -p "$port" > log 2>&1 &
  pid=$!
  sleep 1
  kill -0 "$pid" 2> /dev/null && break
done
node finding.mjs "$port" "$broker"
