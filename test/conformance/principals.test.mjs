/* The file of the principals: what of it is refused, and where.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { EVERYTHING, PROGRAM, run, temporaryFolder } from './lib/broker.mjs';
import { stored } from './lib/passwords.mjs';
import { SIDECAR } from './lib/sidecar.mjs';
import { group } from './lib/suite.mjs';

const HASH = stored('x');
const A64 = 'a'.repeat(64);

/* The file, the place and the text of the message. */
const FILES = {
  nothing: ['', '1:1', /^not JSON/],
  'an object': ['{"name": "a"}', '1:1', /must be a list of principals/],
  'a string in the list': ['[\n "a"]', '2:2', /must be an object/],
  'no name': ['[\n {"userName": "a"}]', '2:2', /name is missing/],
  'an empty name': ['[{"name": ""}]', '1:3', /name must be a string of 1 to 128 bytes/],
  'a long name': [`[{"name": "${'x'.repeat(129)}"}]`, '1:3', /name must be/],
  'the name of nobody': ['[{"name": "anonymous"}]', '1:3', /has no name/],
  'an unknown key': ['[{"name": "a",\n "nmae": "b"}]', '2:2', /unknown key "nmae"/],
  'a key twice': ['[{"name": "a",\n "name": "b"}]', /2:\d+/, /duplicate/],
  'a name twice': ['[{"name": "a"},\n {"name": "b"},\n {"name": "a"}]', '3:3', /this name/],
  'a user name twice': [
    '[{"name": "a", "userName": "u"},\n {"name": "b", "userName": "u"}]',
    '2:16',
    /this user name/,
  ],
  'a password in clear': ['[{"name": "a", "userName": "u", "password": "x"}]', '1:33', /--hash/],
  'a password of few iterations': [
    `[{"name": "a", "userName": "u", "password": "${HASH.replace('i=1000', 'i=999')}"}]`,
    '1:33',
    /--hash-password/,
  ],
  'a password without a user': [`[{"name": "a", "password": "${HASH}"}]`, '1:16', /userName/],
  'an unknown key of an access key': [
    '[{"name": "a", "accessKeys": [{"id": "i", "key": "s"}]}]',
    '1:43',
    /unknown key "key"/,
  ],
  'an access key without a secret': [
    '[{"name": "a", "accessKeys": [{"id": "i"}]}]',
    '1:31',
    /needs an id and a secret/,
  ],
  'an access key without an id': [
    '[{"name": "a", "accessKeys": [{"secret": "i"}]}]',
    '1:31',
    /needs an id and a secret/,
  ],
  'an access key with an empty secret': [
    '[{"name": "a", "accessKeys": [{"id": "i", "secret": ""}]}]',
    '1:43',
    /secret must be a string/,
  ],
  'an access key with a long secret': [
    `[{"name": "a", "accessKeys": [{"id": "i", "secret": "${'x'.repeat(129)}"}]}]`,
    '1:43',
    /secret must be a string of 1 to 128 bytes/,
  ],
  'access keys that are an object': ['[{"name": "a", "accessKeys": {}}]', '1:16', /must be a list/],
  'an access key twice': [
    `[{"name": "a", "accessKeys": [{"id": "i", "secret": "x"}]},
      {"name": "b", "accessKeys": [{"id": "j", "secret": "x"},
                                   {"id": "i", "secret": "y"}]}]`,
    '3:37',
    /access key is there twice/,
  ],
  'an access key twice in one principal': [
    `[{"name": "a", "accessKeys": [{"id": "i", "secret": "x"}, {"id": "i", "secret": "y"}]}]`,
    /1:60/,
    /access key is there twice/,
  ],
  'a certificate of nobody': ['[{"name": "a", "certificates": [{}]}]', '1:33', /must have/],
  'a certificate of everybody': [
    '[{"name": "a", "certificates": [{"subject": {}, "issuer": {}}]}]',
    '1:33',
    /must have/,
  ],
  'a certificate both ways': [
    `[{"name": "a", "certificates": [{"fingerprint": "${A64}", "subject": {"Title": "x"}}]}]`,
    '1:33',
    /must have/,
  ],
  'a short fingerprint': [
    `[{"name": "a", "certificates": [{"fingerprint": "${A64.slice(1)}"}]}]`,
    '1:33',
    /64 hexadecimal digits/,
  ],
  'a long fingerprint': [
    `[{"name": "a", "certificates": [{"fingerprint": "${A64}a"}]}]`,
    '1:33',
    /64 hexadecimal digits/,
  ],
  'a fingerprint of something else': [
    `[{"name": "a", "certificates": [{"fingerprint": "${A64.replace('a', 'g')}"}]}]`,
    '1:33',
    /64 hexadecimal digits/,
  ],
  'a fingerprint twice, in other words': [
    `[{"name": "a", "certificates": [{"fingerprint": "${A64}"}]},
      {"name": "b", "certificates": [{"fingerprint": "${'AA:'.repeat(31)}AA"}]}]`,
    '2:39',
    /certificate is there twice/,
  ],
  'the same attributes twice, in other words': [
    `[{"name": "a", "certificates": [{"subject": {"CommonName": "x", "Title": "y"}}]},
      {"name": "b", "certificates": [{"subject": {"CommonName": "x"}},
      {"issuer": {}, "subject": {"Title": "y", "CommonName": "x"}}]}]`,
    '3:7',
    /these attributes are there twice/,
  ],
  'an unknown attribute': [
    '[{"name": "a", "certificates": [{"issuer": {"commonName": "x"}}]}]',
    '1:33',
    /unknown attribute/,
  ],
  'an empty attribute': [
    '[{"name": "a", "certificates": [{"issuer": {"CommonName": ""}}]}]',
    '1:34',
    /object whose values are strings/,
  ],
  'a thing without a name': ['[{"name": "a", "thing": {"type": "t"}}]', '1:16', /needs a name/],
  'a thing with an unknown key': ['[{"name": "a", "thing": {"nam": "t"}}]', '1:26', /unknown key/],
  'a thing with numbers': [
    '[{"name": "a", "thing": {"name": "t", "attributes": {"x": 1}}}]',
    '1:39',
    /object whose values are strings/,
  ],
  'a thing with too many attributes': [
    JSON.stringify([
      {
        name: 'a',
        thing: {
          name: 't',
          attributes: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])),
        },
      },
    ]),
    /1:\d+/,
    /more than 50/,
  ],
  'a client identifier that is a number': [
    '[{"name": "a", "clientIds": [1]}]',
    '1:16',
    /list of strings/,
  ],
  'an empty client identifier': ['[{"name": "a", "clientIds": [""]}]', '1:16', /list of strings/],
  'a policy that is not there': [
    '[{"name": "a"},\n{"name": "b", "senderPolicies": ["gone.json"]}]',
    '2:34',
    /cannot read \S*gone\.json/,
  ],
};

group('principals', (test) => {
  let count = 0;

  /* Runs a program that cannot start with this file. */
  async function refused(text, { mode = 0o600, program = PROGRAM, more = {} } = {}) {
    const folder = temporaryFolder();
    const file = join(folder, `principals-${++count}.json`);
    const config = join(folder, 'config.json');
    if (text !== null) writeFileSync(file, text);
    if (text !== null) chmodSync(file, mode);
    writeFileSync(join(folder, 'good.json'), JSON.stringify(EVERYTHING));
    writeFileSync(
      config,
      JSON.stringify({ senderPolicies: [], receiverPolicies: [], principals: file, ...more }),
    );
    const { code, output, errorText } = await run(program, ['--config', config]);
    assert.deepEqual([code, output], [2, ''], errorText);
    assert.match(errorText, /^[^\n]*\n$/);
    return { errorText, file, folder };
  }

  for (const [name, [text, place, pattern]] of Object.entries(FILES)) {
    test(name, async () => {
      const { errorText, file } = await refused(text);
      assert.ok(errorText.startsWith(`${file}:`), errorText);
      const [, line, what] = /^(\d+:\d+): (.*)\n$/.exec(errorText.slice(file.length + 1));
      if (place instanceof RegExp) assert.match(line, place, errorText);
      else assert.equal(line, place, errorText);
      assert.match(what, pattern);
    });
  }

  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o644, 0o666]) {
    for (const program of [PROGRAM, SIDECAR]) {
      test(`${program.split('/').pop()}: a file that others may read or write, ${mode.toString(8)}`, async () => {
        const { errorText, file } = await refused('[]', { mode, program });
        assert.equal(
          errorText,
          `${file}:1:1: holds secrets, but others may read or write it: chmod 600\n`,
        );
      });
    }
  }

  test('a file that is not there', async () => {
    const { errorText, file } = await refused(null);
    assert.ok(errorText.startsWith(`${file}:1:1: cannot be read: `), errorText);
  });

  test('a policy that is wrong', async () => {
    const folder = temporaryFolder();
    const policy = join(folder, 'bad.json');
    writeFileSync(policy, '{\n"Statements": 1}');
    const { errorText } = await refused(
      JSON.stringify([{ name: 'a', receiverPolicies: [policy] }]),
    );
    assert.ok(errorText.startsWith(`${policy}:2:1: `), errorText);
  });

  test('settings that go with it', async () => {
    for (const more of [
      { anonymousCallers: 'true' },
      { anonymousDevices: 1 },
      { sigv4: { regions: 'x' } },
      { sigv4: { region: 1 } },
      { sigv4: { allowUnsignedPayload: 'no' } },
      { principals: '' },
      { principals: [] },
    ]) {
      const { errorText } = await refused('[]', { more });
      assert.match(errorText, /config\.json:1:\d+: \S.*\n$/);
    }
  });

  test('a folder', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'p'), { mode: 0o700 });
    const { errorText } = await refused(null, { more: { principals: join(folder, 'p') } });
    assert.match(errorText, /\/p:1:1: cannot be read: /);
  });
});
