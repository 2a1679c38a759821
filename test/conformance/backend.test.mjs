/* The backend of the examples, as a person would run it.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { copyFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { REGION, run, temporaryFolder } from './lib/broker.mjs';
import { mqttJs } from './lib/clients.mjs';
import { BACKEND, KEY } from './lib/sdk.mjs';
import { suite, unique } from './lib/suite.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const options = { config: { anonymousDevices: true }, principals: [BACKEND] };

suite('examples/backend', options, (broker, test) => {
  /* With the modules that the tests have. */
  const folder = temporaryFolder();
  const script = join(folder, 'send.mjs');
  copyFileSync(here('../../examples/backend/send.mjs'), script);
  symlinkSync(here('node_modules'), join(folder, 'node_modules'));

  const send = (clientId, key = KEY) =>
    run(
      process.execPath,
      [script, `http://127.0.0.1:${broker.httpPort}`, clientId, 'jobs/new', '{"on":true}'],
      {
        env: {
          PATH: process.env.PATH,
          NODE_NO_WARNINGS: '1', /* of the SDK about node's age */
          AWS_ACCESS_KEY_ID: key.accessKeyId,
          AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
          AWS_REGION: REGION,
        },
      },
    );

  test('a message arrives', async () => {
    const { messages, clientId } = await mqttJs(broker, { protocolVersion: 5 });
    const { code, output, errorText } = await send(clientId);
    assert.equal(code, 0, errorText);
    assert.match(output, new RegExp(`^${clientId} has it \\([0-9a-f-]{36}\\)$`));
    assert.equal((await messages.take()).payload.toString(), '{"on":true}');
  });

  test('it says what is wrong', async () => {
    const nobody = await send(unique('nobody'));
    assert.equal(nobody.code, 1);
    assert.match(nobody.errorText, /^ResourceNotFoundException: .* \([0-9a-f-]{36}\)\n$/);
    const stranger = await send('x', { ...KEY, secretAccessKey: 'x' });
    assert.equal(stranger.code, 1);
    assert.match(stranger.errorText, /^UnauthorizedException: .* \([0-9a-f-]{36}\)\n$/);
  });
});
