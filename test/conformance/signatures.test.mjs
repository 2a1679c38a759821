/* Who calls: requests whose signatures are right, wrong, late, or of something else.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { REGION, allow, arn, policy, run } from './lib/broker.mjs';
import { Device } from './lib/device.mjs';
import { HttpConnection, request, target } from './lib/http.mjs';
import { BACKEND, KEY, accessKey } from './lib/sdk.mjs';
import { inSeconds, presign, sign, signed, timestamp } from './lib/signer.mjs';
import { suite, unique, withBroker, group } from './lib/suite.mjs';

const TEMPORARY = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'aJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjE+/=',
};
const SENDER = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'je7MtGbClwBF/2Zp9Utk' };

const options = {
  config: { anonymousDevices: true },
  principals: [
    { ...BACKEND, accessKeys: [accessKey(KEY), accessKey(TEMPORARY)] },
    { name: 'sender', accessKeys: [accessKey(SENDER)], senderPolicies: ['sender.json'] },
  ],
  files: { 'sender.json': policy(allow('iot:SendDirectMessage', arn('client/open-*'))) },
};

const MESSAGE =
  'The caller could not be authenticated: its access key, its signature or its certificate is ' +
  'missing, wrong or not valid now.';

/* The answer is always the same, the log says why. */
async function refused(broker, what, details) {
  const answer = await request(broker, what);
  const { message, traceId, reason, delivered } = JSON.parse(answer.body);
  assert.deepEqual(
    [answer.status, answer.headers['x-amzn-errortype'], message, reason, delivered],
    [401, 'UnauthorizedException', MESSAGE, 'AUTHENTICATION_FAILURE', 'no'],
  );
  assert.equal(answer.headers['x-amzn-requestid'], traceId);
  const entry = await broker.log.take((one) => one.traceId === traceId);
  assert.match(entry.details, details);
  assert.equal(entry.principalId, undefined);
  assert.equal(entry.reason, 'AUTHENTICATION_FAILURE');
}

async function accepted(broker, what, principalId = 'backend') {
  const answer = await request(broker, what);
  assert.equal(answer.status, 200, answer.body);
  const entry = await broker.entry(JSON.parse(answer.body).traceId);
  assert.equal(entry.principalId, principalId);
}

suite('signatures', options, (broker, test) => {
  const connect = () => Device.connect(broker, { clientId: unique('device') });
  const to = (device, params) => ({ path: target(device.clientId, params), body: 'open' });

  /* ---- What is right ---- */

  const FORMS = { header: sign, presigned: presign };
  for (const [name, form] of Object.entries(FORMS)) {
    test(`${name}: right`, async () => {
      const device = await connect();
      await accepted(broker, form(to(device)));
      assert.equal((await device.message()).payload.toString(), 'open');
      await accepted(broker, form(to(device), { service: 'iotdevicegateway' }));
      await accepted(broker, form(to(device), { region: 'us-east-1' }));
      await accepted(broker, form(to(device), { key: TEMPORARY }));
      await accepted(broker, form(to(device), { date: inSeconds(-240) , expires: 300 }));
      await accepted(broker, form(to(device), { date: inSeconds(240) }));
      await accepted(broker, form({ ...to(device), body: '' }));
    });

    test(`${name}: of what stands percent-encoded`, async () => {
      const device = await Device.connect(broker, { clientId: `ä/ %2F+${unique('')}` });
      await accepted(broker, form(to(device, { topic: "jobs/ö%2B !'()*", contentType: 'a+b/c' })));
      assert.equal((await device.message()).topic, "jobs/ö%2B !'()*");
    });

    test(`${name}: in absolute form, as a proxy is asked`, async () => {
      const device = await connect();
      for (const authority of ['http://127.0.0.1', 'HTTPS://broker.example:8443']) {
        const what = form(to(device));
        await accepted(broker, { ...what, path: `${authority}${what.path}` });
        assert.equal((await device.message()).payload.toString(), 'open');
      }
    });

    test(`${name}: wrong`, async () => {
      const device = await connect();
      const { accessKeyId, secretAccessKey } = KEY;
      const wrong = [
        [{ key: { accessKeyId, secretAccessKey: 'x' } }, /signature/i],
        [{ key: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey } }, /access key is not known/],
        [{ key: { accessKeyId: accessKeyId.toLowerCase(), secretAccessKey } }, /not known/],
        [{ key: { ...TEMPORARY, sessionToken: undefined } }, /security token/],
        [{ key: { ...TEMPORARY, sessionToken: 'x' } }, /security token/],
        [{ key: { ...KEY, sessionToken: 'x' } }, /security token/],
        [{ date: inSeconds(-310), expires: 1 }, /too old|past|expire/i],
        [{ date: inSeconds(310) }, /future/],
        [{ service: 's3' }, /service/],
      ];
      for (const [how, details] of wrong) await refused(broker, form(to(device), how), details);
      assert.deepEqual(device.received.items, []);
    });

    test(`${name}: of another request`, async () => {
      const [device, other] = [await connect(), await connect()];
      const good = () => form(to(device));
      const moved = good();
      moved.path = moved.path.replace(device.clientId, other.clientId);
      await refused(broker, moved, /signature/i);
      const topic = good();
      topic.path = topic.path.replace('jobs%2Fnew', 'jobs%2Fold');
      await refused(broker, topic, /signature/i);
      const more = good();
      more.path += '&confirmation=true';
      await refused(broker, more, /signature/i);
      await refused(broker, { ...good(), method: 'PUT' }, /signature/i);
      await refused(broker, { ...good(), body: 'shut' }, /body|signature/i);
      const host = good();
      host.headers.host = 'elsewhere';
      await refused(broker, host, /signature/i);
      const added = good();
      added.headers['x-amz-mqtt5-correlation-data'] = 'YQ==';
      await refused(broker, added, /signed/i);
      const token = good();
      token.headers['x-amz-security-token'] = 'x';
      await refused(broker, token, /signed|two places/i);
      assert.deepEqual([...device.received.items, ...other.received.items], []);
    });
  }

  test('nothing at all', async () => {
    await refused(broker, to({ clientId: 'x' }), /neither a signature nor a client certificate/);
    const headers = { authorization: 'Basic YTpi' };
    await refused(broker, { ...to({ clientId: 'x' }), headers }, /neither a signature/);
  });

  test('both forms at once', async () => {
    const device = await connect();
    const { path } = presign(to(device));
    await refused(broker, sign({ path, body: 'open' }), /two places|both|once/i);
  });

  test('headers: changed, taken away, repeated', async () => {
    const device = await connect();
    const properties = Buffer.from('[{"k":"v"}]').toString('base64');
    const good = () =>
      sign({ ...to(device), headers: { 'x-amz-mqtt5-user-properties': properties } });
    await accepted(broker, good());
    const changed = good();
    changed.headers['x-amz-mqtt5-user-properties'] = Buffer.from('[{"k":"w"}]').toString('base64');
    await refused(broker, changed, /signature/i);
    const gone = good();
    delete gone.headers['x-amz-mqtt5-user-properties'];
    await refused(broker, gone, /header/i);
    const unsigned = sign(
      { ...to(device), headers: { 'x-amz-mqtt5-user-properties': properties } },
      { unsigned: ['x-amz-mqtt5-user-properties'] },
    );
    await refused(broker, unsigned, /signed/i);
    const hostless = sign(to(device), { unsigned: ['host'] });
    await refused(broker, hostless, /signed/i);
    const date = good();
    date.headers['x-amz-date'] = timestamp(inSeconds(1));
    await refused(broker, date, /signature/i);
    const twice = good();
    const connection = await HttpConnection.open(broker);
    const lines = Object.entries(twice.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    connection.write(
      `POST ${twice.path} HTTP/1.1\r\n${lines.join('')}` +
        `x-amz-mqtt5-user-properties: ${properties}\r\nContent-Length: 4\r\n\r\nopen`,
    );
    assert.equal((await connection.answers.take()).status, 401);
  });

  test('the body: its hash, which is stated or not', async () => {
    const device = await connect();
    await accepted(broker, sign(to(device), { stateHash: false }));
    const exchanged = { ...sign(to(device), { stateHash: false }), body: 'shut' };
    await refused(broker, exchanged, /signature/i);
    const stated = { ...sign(to(device)), body: 'shut' };
    await refused(broker, stated, /body/i);
    await refused(broker, sign(to(device), { payloadHash: 'UNSIGNED-PAYLOAD' }), /body|payload/i);
  });

  test('a large body', async () => {
    const device = await connect();
    await accepted(broker, sign({ ...to(device), body: 'x'.repeat(131072) }));
  });

  test('a presigned URL is good for as long as it says', async () => {
    const device = await connect();
    await accepted(broker, presign(to(device), { date: inSeconds(-3000), expires: 3600 }));
    await refused(broker, presign(to(device), { date: inSeconds(-3000), expires: 2000 }), /expire/i);
    await refused(broker, presign(to(device), { expires: 604801 }), /X-Amz-Expires/);
  });

  test('curl signs', async () => {
    const device = await connect();
    const curl = (secret) =>
      run('curl', [
        ...['--silent', '--aws-sigv4', `aws:amz:${REGION}:iotdata`],
        ...['--user', `${KEY.accessKeyId}:${secret}`],
        `http://127.0.0.1:${broker.httpPort}/connections/${device.clientId}`,
      ]);
    assert.equal(JSON.parse((await curl(KEY.secretAccessKey)).output).connected, true);
    assert.equal(JSON.parse((await curl('x')).output).reason, 'AUTHENTICATION_FAILURE');
  });

  /* ---- The order of checks ---- */

  test('who it is comes before whether the request is well formed', async () => {
    for (const path of [
      '/connections/x/messages',
      '/connections/x/messages?topic=%zz',
      '/connections/$x/messages?topic=a',
      '/nowhere',
      '/',
    ]) {
      await refused(broker, { path, body: '' }, /neither/);
    }
    await refused(broker, { method: 'PUT', path: '/connections/x/messages?topic=a' }, /neither/);
    const answer = await signed(broker, { path: '/connections/x/messages' });
    assert.equal(answer.status, 400);
    assert.equal((await signed(broker, { path: '/nowhere' })).status, 404);
  });

  test('a body over the limit is refused before anybody is asked', async () => {
    const answer = await request(broker, { path: target('x'), body: 'x'.repeat(131073) });
    assert.equal(answer.status, 413);
  });

  test('a stranger learns nothing about who is connected', async () => {
    const device = await connect();
    const bodies = new Set();
    for (const clientId of [device.clientId, 'nobody']) {
      for (const { method, path } of [
        { method: 'POST', path: target(clientId) },
        { method: 'GET', path: `/connections/${clientId}` },
        { method: 'GET', path: `/connections/${clientId}/subscriptions` },
        { method: 'DELETE', path: `/connections/${clientId}` },
      ]) {
        const { status, body, headers } = await request(broker, { method, path });
        const { traceId, ...rest } = JSON.parse(body);
        bodies.add(JSON.stringify([status, rest, Object.keys(headers).sort()]));
        assert.match(traceId, /^[0-9a-f-]{36}$/);
      }
    }
    assert.equal(bodies.size, 1, [...bodies].join('\n'));
    assert.deepEqual(device.received.items, []);
  });

  test('principals have policies of their own', async () => {
    const device = await Device.connect(broker, { clientId: unique('open') });
    const shut = await Device.connect(broker, { clientId: unique('shut') });
    await accepted(broker, sign(to(device), { key: SENDER }), 'sender');
    assert.equal((await signed(broker, to(shut), { key: SENDER })).status, 403);
    await accepted(broker, sign(to(shut)));
  });

  test('each request of a connection tells for itself', async () => {
    const device = await connect();
    const connection = await HttpConnection.open(broker);
    const send = (what) =>
      connection.request({ ...what, headers: { ...what.headers, Host: undefined } });
    send(sign(to(device)));
    connection.request(to(device));
    send(sign(to(device)));
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push((await connection.answers.take()).status);
    assert.deepEqual(answers, [200, 401, 200]);
  });
});

group('signatures: settings', (test) => {
  const path = target('nobody');

  test('a region', () =>
    withBroker({ ...options, config: { sigv4: { region: REGION } } }, async (broker) => {
      assert.equal((await signed(broker, { path })).status, 404);
      await refused(broker, sign({ path }, { region: 'us-east-1' }), /region/);
    }));

  test('bodies that are not signed', () =>
    withBroker({ ...options, config: { sigv4: { allowUnsignedPayload: true } } }, async (broker) => {
      const what = { path, body: 'anything' };
      const how = { payloadHash: 'UNSIGNED-PAYLOAD' };
      assert.equal((await signed(broker, what, how)).status, 404);
      assert.equal((await signed(broker, what)).status, 404);
    }));

  test('callers without a name', () =>
    withBroker({ ...options, config: { anonymousCallers: true } }, async (broker) => {
      const answer = await request(broker, { path });
      assert.equal(answer.status, 404);
      const entry = await broker.entry(JSON.parse(answer.body).traceId);
      assert.equal(entry.principalId, 'anonymous');
      assert.equal((await signed(broker, { path })).status, 404);
      const key = { ...KEY, secretAccessKey: 'x' };
      await refused(broker, sign({ path }, { key }), /signature/i);
    }));

  test('no principals: nobody is asked, and signatures are not looked at', () =>
    withBroker({}, async (broker) => {
      const key = { ...KEY, secretAccessKey: 'x' };
      for (const what of [{ path }, sign({ path }), sign({ path }, { key })])
        assert.equal((await request(broker, what)).status, 404);
    }));

  test('SIGHUP takes the principals up again, all or nothing', () =>
    withBroker(options, async (broker) => {
      const status = async (key) => (await signed(broker, { path }, { key })).status;
      const reload = async (principals, pattern) => {
        broker.configure({ principals });
        broker.child.kill('SIGHUP');
        await broker.child.says(pattern);
      };
      assert.deepEqual([await status(KEY), await status(SENDER)], [404, 403]);
      await reload(
        [{ name: 'sender', accessKeys: [accessKey(SENDER)] }],
        /policies and limits read again/,
      );
      assert.deepEqual([await status(KEY), await status(SENDER)], [401, 404]);
      await reload(
        [{ ...BACKEND, senderPolicies: ['gone.json'] }],
        /principals\.json:\d+:\d+: cannot read \S*gone\.json/,
      );
      assert.deepEqual([await status(KEY), await status(SENDER)], [401, 404]);
    }));
});
