#!/bin/bash
# SPDX-License-Identifier: MIT
#
# NATS key-value: a new client and an older server keep a key for ever that was to live 1 second.
#
# kv.create(key, value, '1s') of the JavaScript client 3.4.0 sends the lifetime as a header. The
# server of Debian 12 knows no such header: it stores the key and says yes. The client knows the
# version of the server, but does not look at it here. So presence, leases and locks that
# are built on this work in each test of "create" and "get", and never end. Asking for the
# feature when the bucket is made (markerTTL) is no error either; only the status of the bucket,
# read back, tells that there is none.
#
# So: a program reads the status of its bucket at the start and ends when markerTTL is 0, or
# gives the whole bucket one lifetime (ttl), which the older server does keep.
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

const nc = await connect({ servers: `127.0.0.1:${process.argv[2]}`, waitOnFirstConnect: true });
const kvm = new Kvm(nc);
const asked = await kvm.create('asked', { markerTTL: 2000 }); /* keys may have a lifetime */
const whole = await kvm.create('whole', { ttl: 1000 }); /* all keys have this one */

async function isThere(kv) {
  return (await kv.get('device')) ? 'there' : 'gone';
}

await asked.create('device', 'online', '1s');
await whole.create('device', 'online');
const first = [await isThere(asked), await isThere(whole)];
await new Promise((resolve) => setTimeout(resolve, 4000));
const later = [await isThere(asked), await isThere(whole)];
const marker = (await asked.status()).markerTTL;
await nc.close();

console.log(`version:   @nats-io/kv 3.4.0, nats-server ${nc.info?.version ?? process.argv[3]}
guess:     the key ends after 1 s, or create() fails because the server is too old
behaviour: create() succeeds and the key stays
output:    lifetime of the key 1 s:    ${first[0]}, after 4 s ${later[0]}
           lifetime of the bucket 1 s: ${first[1]}, after 4 s ${later[1]}
           markerTTL asked for 2000, the status says ${marker}`);
const seen = [...first, ...later, marker].join();
const same = seen === 'there,there,there,gone,0';
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
