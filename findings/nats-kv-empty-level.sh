#!/bin/bash
# SPDX-License-Identifier: MIT
#
# NATS key-value: a key with an empty part is reported as "jetstream is not enabled".
#
# The slashes of an MQTT topic become dots, so that a key-value store can be asked for a part of
# the tree. MQTT allows empty levels ("room//lamp"), NATS does not. The JavaScript client checks
# keys before it sends them and refuses a colon or a space with "invalid key", but put(), create()
# and get() let two dots in a row through. The server then finds nobody who listens on such a
# subject, and the client makes an outage of it: "jetstream is not enabled" for put, "no
# responders" for get. A program that tries again after an outage does so for ever, for one
# topic. watch() of the same client does know that the key is wrong.
#
# So: encode the levels, the empty one too, and never take these errors alone for an outage.
set -euo pipefail

server=2.9.10-1+b3
dir=$(mktemp -d)
pid=
trap 'kill $pid 2> /dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --save-exact @nats-io/kv@3.4.0 \
  @nats-io/jetstream@3.4.0 @nats-io/nats-core@3.4.0 @nats-io/transport-node@3.4.0
apt-get -qq -o APT::Sandbox::User=root download "nats-server=$server"
dpkg -x nats-server_*.deb root

cat > finding.mjs <<'END'
import { connect } from '@nats-io/transport-node';
import { Kvm } from '@nats-io/kv';

const nc = await connect({ servers: `127.0.0.1:${process.argv[2]}` });
const kv = await new Kvm(nc).create('topics');
const attempts = {
  'put room:lamp': () => kv.put('room:lamp', 'on'),
  'put room..lamp': () => kv.put('room..lamp', 'on'),
  'get room..lamp': () => kv.get('room..lamp'),
  'watch room..lamp': () => kv.watch({ key: 'room..lamp' }),
  'put room.lamp': () => kv.put('room.lamp', 'on'),
};
const seen = {};
for (const [name, attempt] of Object.entries(attempts)) {
  seen[name] = await attempt().then(() => 'OK', (error) => `${error.name}: ${error.message}`);
}
await nc.close();

const lines = Object.entries(seen).map(([name, result]) => `${name.padEnd(17)} ${result}`);
console.log(`version:   @nats-io/kv 3.4.0, nats-server ${process.argv[3]} with JetStream
guess:     each key that is not allowed ends with "invalid key"
behaviour: one with an empty part ends with the errors of a server that is not there
output:    ${lines.join('\n           ')}`);
const same = seen['put room:lamp'] === 'Error: invalid key: room:lamp'
  && seen['put room..lamp'] === 'JetStreamNotEnabled: jetstream is not enabled'
  && seen['get room..lamp'].includes('no responders')
  && seen['watch room..lamp'] === 'Error: invalid key: room..lamp'
  && seen['put room.lamp'] === 'OK';
if (!same) console.error('the behaviour has changed');
process.exit(same ? 0 : 1);
END

for _ in 1 2 3 4 5; do # a port that is in use ends the server
  port=$((20000 + RANDOM % 12000))
  root/usr/sbin/nats-server -a 127.0.0.1 -p "$port" -js -sd "$dir/js" > server.log 2>&1 &
  pid=$!
  sleep 1
  kill -0 "$pid" 2> /dev/null && break
done
node finding.mjs "$port" "$server"
