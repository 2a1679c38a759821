/* What the README and the demo show is what happens.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Child, PROGRAM, freePorts, run, temporaryFolder } from './lib/broker.mjs';
import { group } from './lib/suite.mjs';

const top = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(top, 'README.md'), 'utf8');

/* The blocks of one language, in their order. */
const blocks = (language) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text);

/* A command as it stands, but with ports that are free here, and the program under test. */
function command(text, { mqtt, http }) {
  return text
    .replace('build/dm-broker', PROGRAM)
    .replaceAll('127.0.0.1:1883', `127.0.0.1:${mqtt}`)
    .replaceAll('-p 1883', `-p ${mqtt}`)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${http}`);
}

const shell = (text, options) => new Child('sh', ['-c', `exec ${text}`], options);

async function ended(child, signal) {
  child.kill(signal);
  return child.exited;
}

group('the README', (test) => {
  const [make, startBroker, startDevice, callIt] = blocks('sh');

  test('its two commands are targets that make help lists', async () => {
    const { output } = await run('make', ['help'], { cwd: top });
    for (const [, target] of make.matchAll(/^make (\w+)$/gm))
      assert.match(output, new RegExp(`^${target} `, 'm'));
  });

  test('a broker, a device and a call with curl', async () => {
    const ports = await freePorts();
    const broker = shell(command(startBroker, ports));
    await broker.says(/everybody|everything/i);
    await broker.says(/mqtt .*, http /);
    const device = shell(`stdbuf -oL ${command(startDevice, ports)}`);
    for (;;) {
      const { output } = await run('sh', ['-c', command(callIt, ports)]);
      const answer = JSON.parse(output);
      if (answer.reason === 'TARGET_CLIENT_ID_NOT_FOUND') continue; /* it is still connecting */
      assert.equal(answer.message, 'OK');
      break;
    }
    await device.output.take((line) => line === 'commands/reboot now, please');

    await ended(device, 'SIGTERM');
    for (;;) {
      const { output } = await run('sh', ['-c', command(callIt, ports)]);
      const { reason, delivered } = JSON.parse(output);
      if (reason === 'RECEIVER_DISCONNECTED') continue; /* it is still leaving */
      assert.deepEqual({ reason, delivered }, { reason: 'TARGET_CLIENT_ID_NOT_FOUND', delivered: 'no' });
      break;
    }
    assert.deepEqual(await ended(broker, 'SIGTERM'), { code: 0, signal: null });
  });

  test('the configuration starts a broker', async () => {
    const ports = await freePorts();
    const folder = temporaryFolder();
    const [config] = blocks('json');
    writeFileSync(join(folder, 'broker.json'), command(config, ports));
    for (const name of config.match(/[a-z-]+\.json/g))
      writeFileSync(join(folder, name), readFileSync(join(top, 'examples/policies', name)));
    const broker = shell(`${PROGRAM} --config ${join(folder, 'broker.json')}`);
    await broker.says(/mqtt .*, http /);
    assert.deepEqual(await ended(broker, 'SIGTERM'), { code: 0, signal: null });
  });
});

group('the demo', (test) => {
  test('shows delivery, offline, both denials and the timeout', async () => {
    const { code, output, errorText } = await run(join(top, 'examples/broker/demo.sh'), [PROGRAM]);
    assert.equal(code, 0, errorText);
    const statuses = [...output.matchAll(/^ +(\d{3}) after/gm)].map(([, status]) => status);
    assert.deepEqual(statuses, ['200', '404', '403', '403', '504']);
    assert.match(output, /boiler-7 received on commands\/reboot: now, please/);
    assert.match(output, /"eventType":"DirectMessageLatePuback"/);
  });
});
