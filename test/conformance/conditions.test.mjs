/* Conditions on when, how and by whom: aws:CurrentTime, aws:EpochTime, aws:SecureTransport,
 * iot:DomainName, aws:username and iot:CertificateId, of callers and of devices.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Authority } from './lib/authority.mjs';
import { allow, arn, deny, policy } from './lib/broker.mjs';
import { Device } from './lib/device.mjs';
import { request, target } from './lib/http.mjs';
import { stored } from './lib/passwords.mjs';
import { BACKEND } from './lib/sdk.mjs';
import { sign } from './lib/signer.mjs';
import { sidecarSuite, suite, unique } from './lib/suite.mjs';

const authority = new Authority('device');

/* One is over, one is to come, however long these tests take. */
const HOUR = 3_600_000;
const moment = (hours) => new Date(Date.now() + hours * HOUR).toISOString();
const seconds = (hours) => Math.floor((Date.now() + hours * HOUR) / 1000);

/* By the topic's first level, what denies a message and what lets one pass. */
const TIMES = {
  'before-it': ['DateLessThan', 'aws:CurrentTime', moment(1), moment(-1)],
  'after-it': ['DateGreaterThan', 'aws:CurrentTime', moment(-1), moment(1)],
  'before-number': ['NumericLessThan', 'aws:EpochTime', seconds(1), seconds(-1)],
  'after-date': ['DateGreaterThanEquals', 'aws:EpochTime', moment(-1), moment(1)],
};

/* Denies of one side: a message on topic NAME/deny is denied where the key is known and
 * right, one on NAME/pass is not. */
function denials(action, resource) {
  const on = (topic, Condition) => deny(action, ...resource(topic, Condition));
  const times = Object.entries(TIMES).flatMap(([name, [operator, key, denies, passes]]) => [
    on(`${name}/deny`, { [operator]: { [key]: denies } }),
    on(`${name}/pass`, { [operator]: { [key]: passes } }),
  ]);
  return policy(
    allow('*', '*'),
    ...times,
    on('only-tls', { Bool: { 'aws:SecureTransport': 'false' } }),
    on('only-plain', { Bool: { 'aws:SecureTransport': 'true' } }),
    on('only-here', { StringNotEquals: { 'iot:DomainName': 'here.example' } }),
    on('not-there', { StringLike: { 'iot:DomainName': '*.example' } }),
    on('not-us', { StringLike: { 'aws:username': ['back*', 'boiler'] } }),
    on('only-named', { Null: { 'aws:username': 'true' } }),
  );
}

const bySender = (topic, more) => [
  '*',
  { Condition: { ...more, StringEquals: { 'iot:Topic': `sender/${topic}`, ...more.StringEquals } } },
];
const byReceiver = (topic, Condition) => [arn(`topic/receiver/${topic}`), { Condition }];

/* AWS bounds the size of a document, not how many there are. */
const parts = ({ Statement }) =>
  Statement.map((statement) => policy(statement));

const options = {
  config: { anonymousCallers: true, anonymousDevices: true },
  tls: authority.server({
    mqttsClientCertificates: 'optional',
    httpsClientCertificates: 'optional',
  }),
  principals: [
    BACKEND,
    {
      name: 'boiler',
      userName: 'the boiler',
      password: stored('x'),
    },
    { name: 'certified', certificates: [{ fingerprint: authority.fingerprint('device') }] },
  ],
  senders: parts(denials('iot:SendDirectMessage', bySender)),
  receivers: [
    ...parts(denials('iot:Receive', byReceiver)),
    policy(deny('iot:Receive', arn('topic/${iot:CertificateId}'))),
  ],
};

const ANONYMOUS = 'anonymous';
const NAMED = 'named';

for (const [share, name] of [
  [suite, 'dm-broker'],
  [sidecarSuite, 'dm-sidecar'],
]) {
  share(`conditions: ${name}`, options, (program, test) => {
    const connect = (more) => Device.connect(program, { clientId: unique('device'), ...more });

    /* What becomes of a message: '' or whose policies denied it. */
    async function denied(clientId, topic, { caller = NAMED, tls } = {}) {
      const plain = { path: target(clientId, { topic }), method: 'POST' };
      const what = caller === NAMED ? sign(plain) : plain;
      const { body } = await request(program, { ...what, tls });
      return { SEND: 'sender', RECE: 'receiver' }[JSON.parse(body).reason?.slice(0, 4)] ?? '';
    }

    for (const side of ['sender', 'receiver']) {
      test(`the time, of the ${side}`, async () => {
        const { clientId } = await connect();
        for (const topic of Object.keys(TIMES)) {
          assert.equal(await denied(clientId, `${side}/${topic}/deny`), side, topic);
          assert.equal(await denied(clientId, `${side}/${topic}/pass`), '', topic);
        }
      });
    }

    test('TLS of the caller', async () => {
      const { clientId } = await connect();
      const tls = authority.client();
      assert.equal(await denied(clientId, 'sender/only-tls'), 'sender');
      assert.equal(await denied(clientId, 'sender/only-tls', { tls }), '');
      assert.equal(await denied(clientId, 'sender/only-plain'), '');
      assert.equal(await denied(clientId, 'sender/only-plain', { tls }), 'sender');
    });

    test('TLS of the device', async () => {
      const { clientId: plain } = await connect();
      const { clientId: secure } = await connect({ tls: authority.client() });
      assert.equal(await denied(plain, 'receiver/only-tls'), 'receiver');
      assert.equal(await denied(secure, 'receiver/only-tls'), '');
      assert.equal(await denied(plain, 'receiver/only-plain'), '');
      assert.equal(await denied(secure, 'receiver/only-plain'), 'receiver');
    });

    /* The certificate is for localhost: it is not what is tested. */
    const asking = (servername) => ({
      ...authority.client(),
      servername,
      checkServerIdentity: () => {},
    });

    test('the server name that the caller asks for', async () => {
      const { clientId } = await connect();
      const ask = (topic, name) =>
        denied(clientId, `sender/${topic}`, name === undefined ? {} : { tls: asking(name) });
      assert.equal(await ask('only-here'), 'sender');
      assert.equal(await ask('only-here', ''), 'sender');
      assert.equal(await ask('only-here', 'there.example'), 'sender');
      assert.equal(await ask('only-here', 'Here.Example'), '');
      assert.equal(await ask('not-there'), '');
      assert.equal(await ask('not-there', ''), '');
      assert.equal(await ask('not-there', 'there.example'), 'sender');
      assert.equal(await ask('not-there', 'x'.repeat(256)), '');
    });

    test('the server name that the device asks for', async () => {
      const ask = async (topic, name) => {
        const tls = name === undefined ? undefined : asking(name);
        const { clientId } = await connect({ tls });
        return denied(clientId, `receiver/${topic}`);
      };
      assert.equal(await ask('only-here'), 'receiver');
      assert.equal(await ask('only-here', 'there.example'), 'receiver');
      assert.equal(await ask('only-here', 'HERE.example'), '');
      assert.equal(await ask('not-there'), '');
      assert.equal(await ask('not-there', 'there.example'), 'receiver');
      assert.equal(await ask('not-there', 'spaced there.example'), '');
    });

    test('the name of the caller', async () => {
      const { clientId } = await connect();
      const tls = authority.client('device');
      const caller = ANONYMOUS;
      assert.equal(await denied(clientId, 'sender/not-us'), 'sender');
      assert.equal(await denied(clientId, 'sender/not-us', { caller }), '');
      assert.equal(await denied(clientId, 'sender/not-us', { caller, tls }), '');
      assert.equal(await denied(clientId, 'sender/only-named'), '');
      assert.equal(await denied(clientId, 'sender/only-named', { caller }), 'sender');
      assert.equal(await denied(clientId, 'sender/only-named', { caller, tls }), '');
    });

    test('the name of the device', async () => {
      const { clientId: boiler } = await connect({ userName: 'the boiler', password: 'x' });
      const { clientId: certified } = await connect({ tls: authority.client('device') });
      const { clientId: nobody } = await connect();
      assert.equal(await denied(boiler, 'receiver/not-us'), 'receiver');
      assert.equal(await denied(certified, 'receiver/not-us'), '');
      assert.equal(await denied(nobody, 'receiver/not-us'), '');
      assert.equal(await denied(boiler, 'receiver/only-named'), '');
      assert.equal(await denied(certified, 'receiver/only-named'), '');
      assert.equal(await denied(nobody, 'receiver/only-named'), 'receiver');
    });

    test('the fingerprint of a certificate', async () => {
      const topic = authority.fingerprint('device').replaceAll(':', '').toLowerCase();
      const { clientId: certified } = await connect({ tls: authority.client('device') });
      const { clientId: nobody } = await connect({ tls: authority.client() });
      assert.equal(await denied(certified, topic), 'receiver');
      assert.equal(await denied(nobody, topic), '');
    });
  });
}
