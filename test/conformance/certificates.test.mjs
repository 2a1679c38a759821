/* Who calls and who connects, by the certificates that TLS has verified.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import https from 'node:https';

import { Authority } from './lib/authority.mjs';
import { allow, arn, deny, policy } from './lib/broker.mjs';
import { Device } from './lib/device.mjs';
import { request, target } from './lib/http.mjs';
import { stored } from './lib/passwords.mjs';
import { BACKEND, KEY } from './lib/sdk.mjs';
import { sign } from './lib/signer.mjs';
import { group, sidecarSuite, suite, unique, withBroker } from './lib/suite.mjs';

const RECEIVE = 'iot:Receive';
const SEND = 'iot:SendDirectMessage';
const REFUSED = 'RECEIVE_AUTHORIZATION_FAILURE';

const authority = new Authority('boiler');
authority.issue('other boiler', { subject: '/CN=boiler' });
authority.issue('pump', { subject: '/O=Plant/OU=Pumps/CN=pump-1' });
authority.issue('valve', { subject: '/O=Plant/OU=Valves/CN=valve-1' });
authority.issue('both', { subject: '/O=Plant/OU=Valves/OU=Pumps/CN=both' });
/* Two bytes for a character (BMPString): nothing that policies could compare. */
authority.issue('unusable', { subject: '/O=Plant/CN=Łódź', strings: 'MASK:0x800' });
authority.issue('backend', { subject: '/O=Plant/CN=boiler-7' });

const tls = (name) => authority.client(name);

const options = {
  tls: authority.server({
    mqttsClientCertificates: 'optional',
    httpsClientCertificates: 'optional',
  }),
  principals: [
    BACKEND,
    {
      name: 'boiler',
      certificates: [{ fingerprint: authority.fingerprint('boiler') }],
      thing: { name: 'boiler-7' },
    },
    {
      name: 'pumps',
      certificates: [
        {
          subject: { Organization: 'Plant', OrganizationalUnit: 'Pumps' },
          issuer: { CommonName: 'libdm test authority' },
        },
        { subject: { OrganizationalUnit: 'Valves' }, issuer: { CommonName: 'another' } },
      ],
      userName: 'pumps',
      password: stored('pumps'),
      receiverPolicies: ['pumps.json'],
    },
    {
      name: 'unusable',
      certificates: [{ fingerprint: authority.fingerprint('unusable') }],
    },
    {
      name: 'with-certificate',
      certificates: [
        { fingerprint: authority.fingerprint('backend').replaceAll(':', '').toLowerCase() },
      ],
      senderPolicies: ['with-certificate.json'],
    },
  ],
  receivers: [
    policy(
      allow(RECEIVE, arn('topic/*')),
      deny(RECEIVE, arn('topic/named/*'), {
        Condition: { StringNotEquals: { 'iot:Certificate.Subject.CommonName': 'boiler' } },
      }),
    ),
  ],
  files: {
    'pumps.json': policy(
      allow(RECEIVE, arn('topic/${iot:Certificate.Subject.CommonName}/*')),
      allow(RECEIVE, arn('topic/unit/${iot:Certificate.Subject.OrganizationalUnit.1}')),
    ),
    'with-certificate.json': policy(
      allow(SEND, arn('client/${iot:Certificate.Subject.CommonName}')),
    ),
  },
};

async function reason(program, clientId, topic) {
  const { body } = await request(program, sign({ path: target(clientId, { topic }) }));
  return JSON.parse(body).reason ?? 'OK';
}

for (const [share, name] of [
  [suite, 'dm-broker'],
  [sidecarSuite, 'dm-sidecar'],
]) {
  share(`certificates of devices: ${name}`, options, (program, test) => {
    const connect = (certificate, more) =>
      Device.connect(program, { clientId: unique('device'), tls: tls(certificate), ...more });

    test('this certificate and no other of the same name', async () => {
      const { clientId } = await connect('boiler');
      assert.equal(await reason(program, clientId, 'named/x'), 'OK');
      const path = `/connections/${clientId}`;
      const { body } = await request(program, sign({ method: 'GET', path }));
      assert.equal(JSON.parse(body).thingName, 'boiler-7');
    });

    test('any certificate with these attributes', async () => {
      const { clientId } = await connect('pump');
      assert.equal(await reason(program, clientId, 'pump-1/x'), 'OK');
      assert.equal(await reason(program, clientId, 'pump-2/x'), REFUSED);
      assert.equal(await reason(program, clientId, 'unit/Pumps'), REFUSED);
    });

    test('a user name beside a certificate is not looked at', async () => {
      const { clientId } = await connect('pump', { userName: '?SDK=x', password: 'wrong' });
      assert.equal(await reason(program, clientId, 'pump-1/x'), 'OK');
    });

    test('a user name beside a certificate of nobody’s', async () => {
      const more = { userName: 'pumps', password: 'pumps' };
      const { clientId } = await connect('valve', more);
      assert.equal(await reason(program, clientId, 'valve-1/x'), 'OK');
      assert.equal(await reason(program, clientId, 'pump-1/x'), REFUSED);
    });
  });
}

suite('certificates', options, (broker, test) => {
  test('a device whose certificate is nobody’s', async () => {
    for (const name of ['other boiler', 'valve', 'both', undefined]) {
      const device = await Device.attempt(broker, { clientId: 'x', tls: tls(name) });
      assert.equal(device.connack.reasonCode, 0x87, name);
      await device.closed;
    }
  });

  test('one with a value that policies cannot be asked about is nobody’s', async () => {
    const certificate = tls('unusable');
    const device = await Device.attempt(broker, { clientId: 'x', tls: certificate });
    assert.equal(device.connack.reasonCode, 0x87);
    assert.deepEqual(await ask({ path: target('nobody') }, 'unusable'), [
      401,
      'The client certificate holds a value that policies cannot be asked about.',
    ]);
  });

  /* ---- Callers ---- */

  const clientOf = async (clientId) => {
    await Device.connect(broker, { clientId, tls: tls('boiler') });
    return clientId;
  };
  const ask = async (what, certificate) => {
    const { status, body } = await request(broker, { ...what, tls: tls(certificate) });
    const entry = await broker.log.take(({ traceId }) => traceId === JSON.parse(body).traceId);
    return [status, entry.principalId ?? entry.details];
  };

  test('a caller with a certificate, and what its policy asks of it', async () => {
    const what = { path: target(await clientOf('boiler-7')) };
    assert.deepEqual(await ask(what, 'backend'), [200, 'with-certificate']);
    const other = { path: target(await clientOf(unique('device'))) };
    assert.deepEqual(await ask(other, 'backend'), [403, 'with-certificate']);
    assert.deepEqual(await ask(other, 'boiler'), [200, 'boiler']);
  });

  test('a caller whose certificate is nobody’s, or who has none', async () => {
    const what = { path: target('nobody') };
    assert.deepEqual(await ask(what, 'valve'), [
      401,
      "The client certificate is not one of a principal's.",
    ]);
    assert.deepEqual(await ask(what), [
      401,
      'There is neither a signature nor a client certificate.',
    ]);
  });

  test('beside a certificate the signature counts', async () => {
    const path = target(await clientOf(unique('device')));
    assert.deepEqual(await ask(sign({ path }), 'backend'), [200, 'backend']);
    const key = { ...KEY, secretAccessKey: 'x' };
    const [status, details] = await ask(sign({ path }, { key }), 'boiler');
    assert.equal(status, 401);
    assert.match(details, /signature does not match/);
  });

  test('every request of a connection is by its certificate', async () => {
    const agent = new https.Agent({ ...tls('boiler'), keepAlive: true, maxSockets: 1 });
    broker.owns(() => agent.destroy());
    const path = target(await clientOf(unique('device')));
    const send = (headers) =>
      new Promise((resolve, reject) => {
        const where = { host: '127.0.0.1', port: broker.httpsPort, servername: 'localhost' };
        const how = { method: 'POST', path, agent, headers };
        https
          .request({ ...where, ...how }, (answer) => {
            const { localPort } = answer.socket;
            answer.resume().on('end', () => resolve([answer.statusCode, localPort]));
          })
          .on('error', reject)
          .end();
      });
    const answers = [await send({}), await send(sign({ path }).headers), await send({})];
    assert.deepEqual(
      answers.map(([status]) => status),
      [200, 200, 200],
    );
    assert.equal(new Set(answers.map(([, port]) => port)).size, 1);
  });
});

group('certificates: while running', (test) => {
  test('SIGHUP: a certificate that belongs to somebody else now', () =>
    withBroker(options, async (broker) => {
      const clientId = 'device';
      const device = await Device.connect(broker, { clientId, tls: tls('boiler') });
      assert.equal(await reason(broker, clientId, 'a'), 'OK');
      const [backend, boiler] = options.principals;
      broker.configure({ principals: [backend, { ...boiler, name: 'new' }] });
      broker.child.kill('SIGHUP');
      await broker.child.says(/policies and limits read again/);
      assert.equal(await reason(broker, clientId, 'a'), REFUSED);
      await device.ping();
      await Device.connect(broker, { clientId, tls: tls('boiler') });
      assert.equal(await reason(broker, clientId, 'a'), 'OK');
    }));

  test('anonymous devices and callers with a certificate', () =>
    withBroker(
      {
        ...options,
        config: { anonymousDevices: true, anonymousCallers: true },
        principals: [BACKEND],
        senders: [
          policy(
            allow(SEND, '*', {
              Condition: { StringEquals: { 'iot:Certificate.Subject.Organization': 'Plant' } },
            }),
          ),
        ],
        receivers: [policy(allow(RECEIVE, arn('topic/${iot:Certificate.Subject.CommonName}')))],
      },
      async (broker) => {
        await Device.connect(broker, { clientId: 'device', tls: tls('valve') });
        const status = async (topic, certificate) => {
          const path = target('device', { topic });
          return (await request(broker, { path, tls: tls(certificate) })).status;
        };
        assert.equal(await status('valve-1', 'pump'), 200);
        assert.equal(await status('valve-2', 'pump'), 403);
        assert.equal(await status('valve-1', 'boiler'), 403);
        assert.equal(await status('valve-1'), 403);
      },
    ));

  /* Else it would escape what a policy denies by it. */
  test('who shows a certificate that policies cannot be asked about may do nothing', () =>
    withBroker({ tls: options.tls }, async (broker) => {
      const reasonOf = async (clientId, certificate) => {
        const { body } = await request(broker, { path: target(clientId), tls: tls(certificate) });
        return JSON.parse(body).reason ?? 'OK';
      };
      await Device.connect(broker, { clientId: 'usable', tls: tls('valve') });
      await Device.connect(broker, { clientId: 'unusable', tls: tls('unusable') });
      await Device.connect(broker, { clientId: 'none' });
      assert.equal(await reasonOf('usable', 'valve'), 'OK');
      assert.equal(await reasonOf('none'), 'OK');
      assert.equal(await reasonOf('unusable', 'valve'), REFUSED);
      assert.equal(await reasonOf('usable', 'unusable'), 'SEND_AUTHORIZATION_FAILURE');
    }));
});
