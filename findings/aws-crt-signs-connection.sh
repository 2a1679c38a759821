#!/bin/bash
# SPDX-License-Identifier: MIT
#
# MQTT over WebSocket of the AWS device SDK signs the header "Connection", which proxies rewrite.
#
# The address of such a connection is signed (SigV4), and what is written about it says that the
# one signed header is Host. aws-crt, which does the work for the device SDKs, also signs
# "Connection: Upgrade". That header is for one hop only: each proxy writes its own, and the
# usual recipe for WebSockets writes "upgrade" in small letters. The server behind it computes
# another signature and refuses a device whose keys are right. Older SDKs pass the same proxy.
# Two more things to know when computing it: the session token stands in the query and is not
# signed, and Host has no port, although the port is not 443.
#
# So: a server that checks the signature takes "Upgrade" for the value, whatever has arrived.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --save-exact --ignore-scripts aws-crt@1.33.1
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost 2> /dev/null

cat > finding.mjs <<'END'
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { createRequire } from 'node:module';
import { auth, io, iot, mqtt } from 'aws-crt';

const { version } = createRequire(import.meta.url)('aws-crt/package.json');
const server = https.createServer({ key: readFileSync('key.pem'), cert: readFileSync('cert.pem') });
const upgrade = new Promise((resolve) => {
  server.on('upgrade', (request, socket) => {
    socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
    resolve(request);
  });
});
function listen() {
  const port = 20000 + Math.floor(Math.random() * 12000);
  return new Promise((resolve) => {
    server.once('error', () => resolve(listen()));
    server.listen(port, '127.0.0.1', () => resolve(port));
  });
}

const credentials_provider = auth.AwsCredentialsProvider.newStatic('key', 'secret', 'token');
const builder = iot.AwsIotMqttConnectionConfigBuilder
  .new_with_websockets({ region: 'eu-west-1', credentials_provider })
  .with_certificate_authority_from_path(undefined, 'cert.pem')
  .with_endpoint('localhost').with_port(await listen()).with_client_id('device');
const client = new mqtt.MqttClient(new io.ClientBootstrap());
const connection = client.new_connection(builder.build());
connection.on('error', () => {});
connection.connect().catch(() => {});
const { url, headers } = await upgrade;

const query = new URLSearchParams(url.split('?')[1]);
const signedHeaders = query.get('X-Amz-SignedHeaders');
const hmac = (key, text) => createHmac('sha256', key).update(text);
const scope = query.get('X-Amz-Credential').split('/').slice(1);
const key = scope.reduce((secret, part) => hmac(secret, part).digest(), 'AWS4secret');

/* The signature, as a server computes it that has got these headers. */
function signature(received) {
  const left = url.split('?')[1].split('&').filter((item) => !/Signature=|Token=/.test(item)).sort();
  const lines = signedHeaders.split(';').map((name) => `${name}:${received[name]}\n`).join('');
  const request = ['GET', '/mqtt', left.join('&'), lines, signedHeaders,
    createHash('sha256').update('').digest('hex')].join('\n');
  return hmac(key, ['AWS4-HMAC-SHA256', query.get('X-Amz-Date'), scope.join('/'),
    createHash('sha256').update(request).digest('hex')].join('\n')).digest('hex');
}
const check = (received) => signature(received) === query.get('X-Amz-Signature') ? 'right' : 'wrong';

const straight = check(headers);
const proxied = check({ ...headers, connection: 'upgrade' });
console.log(`version:   aws-crt ${version}, node ${process.version}
guess:     the signature depends on Host only, and a proxy that keeps Host does no harm
behaviour: it depends on "Connection", too
output:    X-Amz-SignedHeaders: ${signedHeaders}; Host: ${headers.host}
           "Connection: ${headers.connection}", as sent: the signature is ${straight}
           "Connection: upgrade", from a proxy: the signature is ${proxied}`);
const seen = [signedHeaders, headers.host, straight, proxied].join();
const same = seen === 'connection;host,localhost,right,wrong';
if (!same) console.error('the behaviour has changed');
process.exit(same ? 0 : 1);
END
node finding.mjs
