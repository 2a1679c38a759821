#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The AWS SDK for JavaScript: one absent device uses up the retries of all the others.
#
# A client of the SDK has a quota of retries for all its calls together. Each retry takes
# something from it, and only a call that succeeds gives something back. After some twenty
# messages to a device that never answers (504), the client sends every message once, to every
# device: a single 503 on the way to a healthy device is an error for the program, where it
# would have been sent again a minute before. Nothing in the error says so.
#
# So: a gateway answers "this device does not answer" with a status that is not sent again
# (404, 409, 422), or the backend has a client of its own for devices that are in doubt.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --save-exact @aws-sdk/client-iot-data-plane@3.1138.0 \
  @smithy/core@3.41.1

cat > finding.mjs <<'END'
import { createRequire } from 'node:module';
import http from 'node:http';
import { IoTDataPlaneClient, SendDirectMessageCommand } from '@aws-sdk/client-iot-data-plane';

const { version } = createRequire(import.meta.url)('@aws-sdk/client-iot-data-plane/package.json');
let requests = 0;
let failures = 0; /* of the next requests to the healthy device */
const server = http.createServer((request, response) => {
  requests++;
  const absent = request.url.startsWith('/connections/absent/');
  response.statusCode = absent ? 504 : failures-- > 0 ? 503 : 200;
  response.setHeader('content-type', 'application/json');
  request.resume().on('end', () => response.end('{"message":"from the server"}'));
});

function listen() {
  const port = 20000 + Math.floor(Math.random() * 12000);
  return new Promise((resolve) => {
    server.once('error', () => resolve(listen()));
    server.listen(port, '127.0.0.1', () => resolve(port));
  });
}

const client = new IoTDataPlaneClient({
  endpoint: `http://127.0.0.1:${await listen()}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
});

/* How often one message was sent, and what the program got. */
async function send(clientId) {
  const before = requests;
  const command = new SendDirectMessageCommand({ clientId, topic: 'do', payload: Buffer.from('x') });
  const failed = (error) => `error ${error.$metadata.httpStatusCode}`;
  const result = await client.send(command).then(() => 'OK', failed);
  return `${result}, requests: ${requests - before}`;
}

failures = 1;
const first = await send('healthy');
const toAbsent = [];
while (toAbsent.length < 20) toAbsent.push(await send('absent'));
failures = 1;
const second = await send('healthy');

console.log(`version:   @aws-sdk/client-iot-data-plane ${version}, node ${process.version}
guess:     a failing device costs retries of its own messages only
behaviour: 20 messages to it end the retries for every device of this client
output:    healthy device, one 503 before it:   ${first}
           absent device, first message:        ${toAbsent[0]}
           absent device, 20th message:         ${toAbsent[19]}
           healthy device, one 503 afterwards:  ${second}`);
const seen = [first, toAbsent[0], toAbsent[19], second].join('; ');
const same = seen === 'OK, requests: 2; error 504, requests: 3; '
  + 'error 504, requests: 1; error 503, requests: 1';
if (!same) console.error('the behaviour has changed');
process.exit(same ? 0 : 1);
END
node --no-warnings finding.mjs
