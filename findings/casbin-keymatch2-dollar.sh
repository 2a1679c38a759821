#!/bin/bash
# SPDX-License-Identifier: MIT
#
# casbin: a policy for "$aws/*" or "room/+/lamp" allows nothing once keyMatch is keyMatch2.
#
# keyMatch and keyMatch2 look like two steps of one thing: the second adds ":name" for one level,
# and both know "*". But keyMatch compares text, while keyMatch2 makes a regular expression of
# the policy and escapes nothing in it. In HTTP paths one does not notice. In MQTT "$" begins the
# topics of the broker and "+" stands in each second filter: "$" is then the end of the text and
# "+" a repetition, so such a policy does not even match itself. Whoever changes the matcher to
# get ":name" for the devices loses all "$" topics, with no error when the policy is read.
#
# So: use keyMatch for topics and filters, or write "[$]" and "[+]" in policies for keyMatch2.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --save-exact casbin@5.51.1

cat > finding.mjs <<'END'
import { createRequire } from 'node:module';
import { newEnforcer, newModel, StringAdapter } from 'casbin';

const { version } = createRequire(import.meta.url)('casbin/package.json');

function model(matcher) {
  return newModel(`
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.act == p.act && ${matcher}(r.obj, p.obj)
`);
}

/* The topic or filter in the policy, and one that the device asks for. */
const CASES = [
  ['room/*', 'room/lamp'],
  ['$aws/*', '$aws/things/lamp/shadow/get'],
  ['room/+/lamp', 'room/+/lamp'],
  ['[$]aws/*', '$aws/things/lamp/shadow/get'],
];

async function allowed(matcher, [policy, asked]) {
  const policies = new StringAdapter(`p, device, ${policy}, subscribe`);
  const enforcer = await newEnforcer(model(matcher), policies);
  return (await enforcer.enforce('device', asked, 'subscribe')) ? 'yes' : 'no';
}

const rows = [];
for (const pair of CASES) {
  rows.push([...pair, await allowed('keyMatch', pair), await allowed('keyMatch2', pair)]);
}
const lines = rows.map(([policy, asked, first, second]) => (
  `${policy.padEnd(12)} ${asked.padEnd(28)} keyMatch: ${first.padEnd(4)} keyMatch2: ${second}`));
console.log(`version:   casbin ${version}, node ${process.version}
guess:     what keyMatch allows with a "*" at the end, keyMatch2 allows
behaviour: not where the policy has a "$" or a "+"
output:    policy, asked for, allowed?
           ${lines.join('\n           ')}`);
const seen = rows.map(([, , first, second]) => `${first} ${second}`).join(', ');
const same = seen === 'yes yes, yes no, yes no, no yes';
if (!same) console.error('the behaviour has changed');
process.exit(same ? 0 : 1);
END
node finding.mjs
