#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Cedar and a node server: with the address that node reports, Cedar decides nothing.
#
# A server of node that listens on all addresses gets IPv4 clients on its IPv6 socket and names
# them "::ffff:127.0.0.1". Cedar's type for addresses refuses IPv4 inside IPv6. The refusal is no
# "deny" but the failure of the whole request, whichever policies there are: here one that allows
# everybody and looks at no address. The answer has no "response", so a program that reads
# response.decision throws. In a test that listens on 127.0.0.1 the address is a plain one.
#
# So: cut "::ffff:" off before an address goes to Cedar, and look at "type" before "response".
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --save-exact @cedar-policy/cedar-wasm@4.13.0

cat > finding.mjs <<'END'
import { createRequire } from 'node:module';
import net from 'node:net';

const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs');

/* The address of a client on 127.0.0.1, as a server sees it that listens on this address. */
function seenBy(address) {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => {
      resolve(socket.remoteAddress);
      socket.destroy();
      server.close();
    });
    const port = 20000 + Math.floor(Math.random() * 12000);
    server.once('error', () => resolve(seenBy(address)));
    server.listen({ port, host: address }, () => {
      net.connect(port, '127.0.0.1').on('error', () => {});
    });
  });
}

function decide(address) {
  const answer = cedar.isAuthorized({
    principal: { type: 'Device', id: 'lamp' },
    action: { type: 'Action', id: 'connect' },
    resource: { type: 'Broker', id: 'main' },
    context: { address: { __extn: { fn: 'ip', arg: address } } },
    policies: { staticPolicies: 'permit(principal, action, resource);' },
    entities: [],
  });
  if (answer.type === 'success') return answer.response.decision;
  return `${answer.type}, response: ${answer.response}`;
}

const ipv4 = await seenBy('127.0.0.1');
const all = await seenBy('::ffff:127.0.0.1'); /* as when it listens on all, but not reachable */
console.log(`version:   Cedar ${cedar.getCedarVersion()} (wasm), node ${process.version}
guess:     both addresses are understood, and this policy allows everybody anyway
behaviour: with an IPv4 address inside IPv6 there is no decision at all
output:    listening on 127.0.0.1:      ${ipv4}: ${decide(ipv4)}
           listening on an IPv6 socket: ${all}: ${decide(all)}`);
const same = decide(ipv4) === 'allow' && decide(all) === 'failure, response: undefined';
if (!same) console.error('the behaviour has changed');
process.exit(same ? 0 : 1);
END
node finding.mjs
