/* What the program is told when it starts: configuration, policies, command line.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  Child,
  EVERYTHING,
  PROGRAM,
  allow,
  deny,
  policy,
  run,
  temporaryFolder,
} from './lib/broker.mjs';
import { suite, group } from './lib/suite.mjs';

/* The place and the text of the message: what is wrong, and with it the file. */
const CONFIGURATIONS = {
  'no JSON': ['{\n  "account": }', '2:14', /^not JSON/],
  nothing: ['', '1:1', /^not JSON/],
  'cut off': ['{"account": "1"', /1:\d+/, /^not JSON/],
  'more behind it': ['{} {}', '1:4', /^not JSON/],
  'not UTF-8': [Buffer.from('{"account": "\xff"}', 'latin1'), /1:\d+/, /^not JSON/],
  'an array': ['[]', '1:1', /must be an object/],
  'a string': ['"x"', '1:1', /must be an object/],
  'a key twice': ['{"account": "1",\n "account": "1"}', /2:\d+/, /duplicate/],
  'an unknown key': ['{\n  "acount": "1"\n}', '2:3', /^unknown key "acount"$/],
  'an unknown key in an object': ['{"limits": {"maxPayloads": 1}}', '1:13', /^unknown key/],
  'an unknown key that breaks lines': ['{"a\\nb": 1}', '1:2', /^unknown key "a\?b"$/],
  'an unknown limit of HTTP': ['{"httpLimits":\n{"x": 1}}', '2:2', /^unknown key "x"$/],
  'an unknown key of the broker': ['{"broker":\n\n {"y": 1}}', '3:3', /^unknown key "y"$/],
  'an account that is a number': ['{"account": 1}', '1:2', /account must be a string/],
  'an empty region': ['{"region": ""}', '1:2', /region must be a string of 1 to 64 bytes/],
  'a long partition': [`{"partition": "${'x'.repeat(65)}"}`, '1:2', /partition must be/],
  'an address without a port': ['{"mqtt": "localhost"}', '1:2', /mqtt must be HOST:PORT/],
  'an address with too large a port': ['{"http": "localhost:65536"}', '1:2', /http must be/],
  'a busy poll that is too long': ['{"busyPollMicroseconds": 10001}', '1:2', /from 0 to 10000/],
  'a port that is a path': ['{"mqtt": "unix:/run/dm.sock"}', '1:2', /mqtt must be HOST:PORT/],
  'a limit that is null': ['{"limits": {"maxPayload": null}}', '1:13', /must be a whole number/],
  'a limit that is a string': ['{"limits": {"maxPayload": "1"}}', '1:13', /must be a whole number/],
  'a limit that is a fraction': ['{"limits": {"maxPayload": 1.0}}', '1:13', /whole number/],
  'a limit of 0': ['{"limits": {"sendsPerSecond": 0}}', '1:13', /from 1 to 4294967295/],
  'a limit below 0': ['{"limits": {"sendsPerSecond": -1}}', '1:13', /from 1 to/],
  'a limit that is too large': ['{"limits": {"sendsPerSecond": 4294967296}}', '1:13', /from 1/],
  'a limit that no number holds': [
    '{"limits": {"maxPayload": 99999999999999999999}}',
    /1:\d+/,
    /./,
  ],
  'limits that are a list': ['{"limits": []}', '1:2', /must be an object/],
  'a switch that is a string': ['{"broker": {"logClients": "true"}}', '1:13', /true or false/],
  'timeouts that contradict each other': [
    '{"senderPolicies": [], "receiverPolicies": [],\n "limits": {"defaultTimeoutSeconds": 20}}',
    '2:2',
    /defaultTimeoutSeconds is above maxTimeoutSeconds/,
  ],
  'no policies for senders': ['{"receiverPolicies": []}', '1:1', /^senderPolicies is missing/],
  'no policies for receivers': ['{"senderPolicies": []}', '1:1', /^receiverPolicies is missing/],
  'signatures that nobody looks at': [
    '{"senderPolicies": [], "receiverPolicies": [],\n "sigv4": {"region": "r"}}',
    '2:2',
    /^sigv4 needs principals: without them everybody is anonymous$/,
  ],
  'no anonymous callers where everybody is anonymous': [
    '{"senderPolicies": [], "receiverPolicies": [],\n "anonymousCallers": false}',
    '2:2',
    /^anonymousCallers false needs principals/,
  ],
  'no anonymous devices where everybody is anonymous': [
    '{"anonymousDevices": false,\n"senderPolicies": [], "receiverPolicies": []}',
    '1:2',
    /^anonymousDevices false needs principals/,
  ],
  'policies that are a string': ['{"senderPolicies": "x.json"}', '1:2', /list of file names/],
  'a policy without a name': ['{"senderPolicies": [""]}', '1:2', /list of file names/],
  'a policy that is not there': [
    '{"senderPolicies": ["good.json",\n    "gone.json"], "receiverPolicies": []}',
    '2:5',
    /^cannot read \S*gone\.json: No such file/i,
  ],
  'a policy that is a folder': [
    '{"senderPolicies": [], "receiverPolicies": [ "folder" ]}',
    '1:46',
    /^cannot read \S*folder: /,
  ],
};

const STATEMENT = '{"Effect": "Allow", "Action": "*", "Resource": "*"}';
const POLICIES = {
  'no JSON': ['{"Statement": [', /1:\d+/],
  nothing: ['', '1:1'],
  'no object': ['[]', '1:1'],
  'no statement': ['{"Version": "2012-10-17"}', '1:1'],
  'no statement in the list': ['{"Statement": []}', '1:2'],
  'another version': [`{"Version": "2012-10-18", "Statement": ${STATEMENT}}`, '1:2'],
  'an unknown element': [`{"Statement": ${STATEMENT},\n "Statements": []}`, '2:2'],
  'an element twice': [`{"Statement": ${STATEMENT},\n "Statement": ${STATEMENT}}`, /2:\d+/],
  'an unknown element of a statement': [
    '{"Statement": {"Effect": "Allow", "Action": "*",\n "Resource": "*", "Principal": "*"}}',
    '2:19',
  ],
  'another effect': [
    '{"Statement": {"Effect":\n "allow", "Action": "*", "Resource": "*"}}',
    '1:16',
  ],
  'no effect': ['{"Statement": [\n {"Action": "*", "Resource": "*"}]}', '2:2'],
  'no action': ['{"Statement": [\n {"Effect": "Allow", "Resource": "*"}]}', '2:2'],
  'no resource': ['{"Statement": [\n {"Effect": "Allow", "Action": "*"}]}', '2:2'],
  'a resource that is a number': [
    '{"Statement": {"Effect": "Allow", "Action": "*",\n"Resource": 1}}',
    '2:1',
  ],
  'a second resource that is none': [
    '{"Statement": {"Effect": "Allow", "Action": "*",\n"Resource": ["*",\n 1]}}',
    '3:2',
  ],
  'an unknown operator': [
    `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
  "Condition": {"StringLikeIfNot": {"iot:Topic": "a"}}}}`,
    '2:17',
  ],
  'an unknown condition key': [
    `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
  "Condition": {"StringLike": {"iot:Topics": "a"}}}}`,
    '2:32',
  ],
  'a variable that is not known': [
    '{"Version": "2012-10-17",\n"Statement": {"Effect": "Allow", "Action": "*",\n"Resource": "${x}"}}',
    '3:1',
  ],
  'a condition key that AWS knows and the program does not': [
    `{"Statement": [${STATEMENT},\n {"Effect": "Deny", "Action": "*", "Resource": "*",
  "Condition": {"Null": {"aws:PrincipalArn": true}}}]}`,
    '2:2',
    /^names aws:PrincipalArn, of which nothing is ever known here$/,
  ],
  'a variable that AWS knows and the program does not': [
    '{"Version": "2012-10-17",\n"Statement": {"Effect": "Deny", "Action": "*",\n"NotResource": "arn:aws:iot:*:*:client/${aws:userid}"}}',
    '2:1',
    /^names aws:userid, of which nothing is ever known here$/,
  ],
  'more than 2048 characters': [
    `{"Id": "${'x'.repeat(2048)}",\n"Statement": ${STATEMENT}}`,
    /1:\d+/,
  ],
};

/* The same of one side: a policy that would deny nothing there, and one that is for the other. */
const on = (Action, key) =>
  policy(allow('*', '*'), deny(Action, '*', { Condition: { StringLike: { [key]: 'x*' } } }));
const SIDES = {
  senderPolicies: [
    on('iot:SendDirectMessage', 'iot:ClientId'),
    'denies by iot:ClientId, of which nothing is ever known of callers',
    on('iot:Receive', 'iot:ClientId'),
  ],
  receiverPolicies: [
    on(['iot:Publish', 'iot:Receive'], 'iot:Topic'),
    'denies by iot:Topic, of which nothing is ever known of devices',
    on('iot:SendDirectMessage', 'iot:Topic'),
  ],
};

group('configuration', (test) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'good.json'), JSON.stringify(EVERYTHING));
  let count = 0;

  /* Runs the program, which has to end with status 2 and this one line. */
  async function refused(file, place, text) {
    const { code, output, errorText } = await run(PROGRAM, ['--config', file.config]);
    assert.equal(output, '');
    assert.match(errorText, /^[^\n]*\n$/);
    const [name, line, column, ...rest] = errorText.trimEnd().split(':');
    assert.equal(name, file.named);
    if (place instanceof RegExp) assert.match(`${line}:${column}`, place);
    else assert.equal(`${line}:${column}`, place, errorText);
    assert.match(rest.join(':').slice(1), text ?? /^\S.{5,}/);
    assert.equal(code, 2);
  }

  for (const [what, [content, place, text]] of Object.entries(CONFIGURATIONS)) {
    test(`a configuration with ${what} is refused`, async () => {
      const config = join(folder, `configuration-${++count}.json`);
      writeFileSync(config, content);
      await refused({ config, named: config }, place, text);
    });
  }

  for (const [side, [wrong, text, right]] of Object.entries(SIDES)) {
    test(`one of the ${side} that would deny nothing is refused`, async () => {
      const config = join(folder, `configuration-${++count}.json`);
      const names = [`right-${count}.json`, `wrong-${count}.json`];
      writeFileSync(join(folder, names[0]), JSON.stringify(right));
      writeFileSync(join(folder, names[1]), JSON.stringify(wrong));
      const other = side === 'senderPolicies' ? 'receiverPolicies' : 'senderPolicies';
      writeFileSync(config, JSON.stringify({ [other]: names, [side]: names }));
      await refused({ config, named: join(folder, names[1]) }, /^1:\d+$/, new RegExp(`^${text}$`));
    });
  }

  for (const [what, [content, place, text]] of Object.entries(POLICIES)) {
    test(`a policy with ${what} is refused`, async () => {
      const config = join(folder, `configuration-${++count}.json`);
      const name = `policy-${count}.json`;
      writeFileSync(join(folder, name), content);
      writeFileSync(
        config,
        JSON.stringify({ senderPolicies: ['good.json', name], receiverPolicies: [] }),
      );
      await refused({ config, named: join(folder, name) }, place, text);
    });
  }

  test('a configuration that is not there', async () => {
    const config = join(folder, 'nowhere.json');
    await refused({ config, named: config }, '1:1', /^cannot be read: No such file/i);
  });

  const COMMAND_LINES = {
    'an unknown option': [['--moqtt', 'x'], /unknown option --moqtt/],
    'no option at all': [['x'], /unknown option x/],
    'an option without its value': [['--mqtt'], /--mqtt needs a value/],
    'an address without a port': [['--mqtt', 'localhost'], /--mqtt must be HOST:PORT/],
    'an address without a host': [['--http=:1'], /--http must be HOST:PORT/],
    'a switch that is none': [['--log-clients', 'yes'], /--log-clients must be true or false/],
  };
  for (const [what, [args, text]] of Object.entries(COMMAND_LINES)) {
    test(`${what} on the command line`, async () => {
      const { code, output, errorText } = await run(PROGRAM, args);
      assert.match(errorText, /^dm-broker: [^\n]*\n$/);
      assert.match(errorText, text);
      assert.equal(output, '');
      assert.equal(code, 2);
    });
  }

  test('--help', async () => {
    const { code, output, errorText } = await run(PROGRAM, ['--help']);
    for (const option of ['--mqtt', '--http', '--config', '--log-clients', '--version'])
      assert.ok(output.includes(option));
    for (const more of ['--tls-certificate', 'maxQueuedBytes', 'SIGHUP'])
      assert.ok(output.includes(more));
    assert.equal(errorText, '');
    assert.equal(code, 0);
  });

  test('--version', async () => {
    const { code, output } = await run(PROGRAM, ['--version']);
    assert.match(output, /^dm-broker \d+\.\d+\.\d+$/);
    assert.equal(code, 0);
  });

  test('an address that does not exist here', async () => {
    const args = ['--mqtt', '192.0.2.1:20000', '--http', '127.0.0.1:0'];
    const { code, errorText } = await run(PROGRAM, args);
    assert.match(errorText, /cannot listen on 192\.0\.2\.1:20000: /);
    assert.equal(code, 1);
  });

  test('port 0 takes any free port, and says which; without a file that is said too', async () => {
    const child = new Child(PROGRAM, ['--mqtt', '127.0.0.1:0', '--http=[::1]:0']);
    await child.says(/EVERYBODY/);
    const line = await child.says(/mqtt/);
    assert.match(line, /^dm-broker: mqtt 127\.0\.0\.1:[1-9]\d*, http \[::1\]:[1-9]\d*$/);
    child.kill('SIGHUP');
    await child.says(/no configuration file/);
    child.kill('SIGTERM');
    assert.deepEqual(await child.exited, { code: 0, signal: null });
  });
});

group('file descriptors', (test) => {
  const start = (soft, hard) =>
    new Child('bash', [
      '-c',
      `ulimit -Sn ${soft} && ulimit -Hn ${hard} && exec "$0" --mqtt 127.0.0.1:0 --http 127.0.0.1:0`,
      PROGRAM,
    ]);

  test('the soft limit is raised to the hard one', async () => {
    const child = start(300, 12000);
    await child.says(/mqtt/);
    const limits = readFileSync(`/proc/${child.process.pid}/limits`, 'latin1');
    assert.match(limits, /^Max open files +12000 +12000 /m);
    assert.doesNotMatch(child.errorText, /file descriptors/);
    await child.terminate({ code: 0, signal: null });
  });

  test('a hard limit too low for maxConnections is told, with both numbers', async () => {
    const child = start(300, 900);
    await child.says(/maxConnections 10000 needs 11024 file descriptors, .* allows 900/);
    await child.terminate({ code: 0, signal: null });
  });
});

suite('a port that is taken', {}, (broker, test) => {
  for (const [what, ports] of [
    ['mqtt', () => ['127.0.0.1:0', `127.0.0.1:${broker.mqttPort}`]],
    ['http', () => [`127.0.0.1:${broker.httpPort}`, '127.0.0.1:0']],
  ]) {
    test(`${what}: exit status 1`, async () => {
      const [http, mqtt] = ports();
      const { code, errorText } = await run(PROGRAM, ['--http', http, '--mqtt', mqtt]);
      assert.match(errorText, /cannot listen on 127\.0\.0\.1:\d+: address already in use/);
      assert.equal(code, 1);
    });
  }
});
