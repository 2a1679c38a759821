#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The AWS SDK for JavaScript waits 5 seconds at the most, whatever the server asks for.
#
# A server that is busy answers 503 with "Retry-After: 30". The SDK reads the header and waits as
# it says while that is short, so a trial with 1 or 2 seconds looks right. A longer wait is cut
# to the SDK's own pause and 5 seconds, with no word of it: all attempts are used up within some
# 10 seconds, long before the time the server has named. The same is true for the header of AWS,
# which has no unit in its name and counts in milliseconds: 2 of it are no wait at all.
#
# So: a server that needs more than 5 seconds cannot tell these clients; it has to be ready to
# refuse the same call twice more, and the program has to wait by itself.
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
const HEADERS = {
  short: ['Retry-After', '2'],
  long: ['Retry-After', '30'],
  aws: ['x-amz-retry-after', '30000'],
  unit: ['x-amz-retry-after', '2'],
};
const times = {}; /* of the requests, by the client ID */
const server = http.createServer((request, response) => {
  const name = request.url.split('/')[2];
  (times[name] ??= []).push(performance.now());
  response.writeHead(503, Object.fromEntries([['content-type', 'application/json'], HEADERS[name]]));
  request.resume().on('end', () => response.end('{"message":"busy"}'));
});

function listen() {
  const port = 20000 + Math.floor(Math.random() * 12000);
  return new Promise((resolve) => {
    server.once('error', () => resolve(listen()));
    server.listen(port, '127.0.0.1', () => resolve(port));
  });
}
const endpoint = `http://127.0.0.1:${await listen()}`;

/* The seconds between the first request and the second. */
async function pause(clientId) {
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const client = new IoTDataPlaneClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 2 });
  const command = new SendDirectMessageCommand({ clientId, topic: 'do', payload: Buffer.from('x') });
  await client.send(command).catch(() => {});
  return (times[clientId][1] - times[clientId][0]) / 1000;
}

const names = Object.keys(HEADERS);
const seconds = await Promise.all(names.map(pause));
const line = (name, i) => `${HEADERS[name].join(': ')} is waited for ${seconds[i].toFixed(1)} s`;
console.log(`version:   @aws-sdk/client-iot-data-plane ${version}, node ${process.version}
guess:     the client waits as long as the header says, or does not look at it
behaviour: it waits 2 s where it says 2 s, and some 5 s where it says 30 s
output:    ${names.map(line).join('\n           ')}`);
const [short, long, aws, unit] = seconds;
const near = (value, low) => value > low - 0.1 && value < low + 1.5; /* a busy machine is slow */
const same = near(short, 2) && near(long, 5) && near(aws, 5) && near(unit, 0);
if (!same) console.error('the behaviour has changed');
process.exit(same ? 0 : 1);
END
node --no-warnings finding.mjs
