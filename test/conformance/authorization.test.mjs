/* Who may send what to whom, and in which order a call is looked at.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { allow, arn, deny, policy } from './lib/broker.mjs';
import { Device } from './lib/device.mjs';
import { HttpConnection, logged, send, sendConfirmed, target } from './lib/http.mjs';
import { group, suite, unique, withBroker } from './lib/suite.mjs';

const SEND = 'iot:SendDirectMessage';
const RECEIVE = 'iot:Receive';

const options = {
  senders: [
    policy(
      allow(SEND, arn('client/open-*')),
      allow(SEND, arn('client/jobs-only'), {
        Condition: { StringLike: { 'iot:Topic': ['jobs/*', 'plant/?'] } },
      }),
      allow(SEND, arn('client/one-topic'), {
        Condition: { StringEquals: { 'iot:Topic': 'jobs/*' } },
      }),
      allow(SEND, arn('client/other-account').replace('123456789012', '999999999999')),
      allow(SEND, arn('client/other-region').replace('eu-west-1', 'us-east-1')),
      allow(RECEIVE, arn('client/wrong-action')),
      allow(SEND, arn('topic/wrong-kind')),
    ),
    policy(deny(SEND, arn('client/open-but-closed'))),
  ],
  receivers: [
    policy(
      allow(RECEIVE, arn('topic/jobs/*')),
      allow(RECEIVE, arn('topic/plant/+')),
      deny(RECEIVE, arn('topic/jobs/secret*')),
      allow('iot:Subscribe', arn('topicfilter/*')),
    ),
  ],
};

suite('authorization', options, (broker, test) => {
  const connect = (clientId) => Device.connect(broker, { clientId });

  test('allowed on both sides', async () => {
    const device = await connect(unique('open'));
    await sendConfirmed(broker, device.clientId, { topic: 'jobs/a' }).expect('CONFIRMED');
    await send(broker, device.clientId, { topic: 'jobs/a/b' }).expect('SENT');
  });

  for (const clientId of [
    'not-named',
    'open-but-closed',
    'Open-letter-case',
    'other-account',
    'other-region',
    'wrong-action',
    'wrong-kind',
  ]) {
    test(`the sender may not: ${clientId}`, async () => {
      /* Whether the client is connected makes no difference that the caller could see. */
      const offline = await send(broker, clientId).expect('SEND_AUTHORIZATION_FAILURE');
      const device = await connect(clientId);
      const online = await send(broker, clientId).expect('SEND_AUTHORIZATION_FAILURE');
      assert.equal(online.message, offline.message);
      await device.publishConfirmed('marker');
      assert.deepEqual(device.received.items, []);
    });
  }

  test('the topic is a condition', async () => {
    await connect('jobs-only');
    await send(broker, 'jobs-only', { topic: 'jobs/a' }).expect('SENT');
    await send(broker, 'jobs-only', { topic: 'plant/1' }).expect('RECEIVE_AUTHORIZATION_FAILURE');
    for (const topic of ['jobs', 'Jobs/a', 'plant/12']) {
      await send(broker, 'jobs-only', { topic }).expect('SEND_AUTHORIZATION_FAILURE');
    }
  });

  test('StringEquals knows no wildcard', async () => {
    await connect('one-topic');
    await send(broker, 'one-topic', { topic: 'jobs/a' }).expect('SEND_AUTHORIZATION_FAILURE');
    await send(broker, 'one-topic', { topic: 'jobs/*' }).expect('SENT');
  });

  for (const topic of ['other', 'jobs/secret', 'jobs/secret/a', 'plant/a']) {
    test(`the receiver may not: ${topic}`, async () => {
      const device = await connect(unique('open'));
      const call = sendConfirmed(broker, device.clientId, { topic });
      const { message } = await call.expect('RECEIVE_AUTHORIZATION_FAILURE');
      assert.match(message, /^Authorization failed for the target client/);
      await send(broker, device.clientId, { topic }).expect('RECEIVE_AUTHORIZATION_FAILURE');
      await send(broker, device.clientId, { topic: 'jobs/marker' }).expect('SENT');
      assert.equal((await device.message()).topic, 'jobs/marker');
    });
  }

  test('the receiver need not be allowed to subscribe', async () => {
    const device = await connect(unique('open'));
    await sendConfirmed(broker, device.clientId, { topic: 'jobs/a' }).expect('CONFIRMED');
  });

  test('what is wrong with a request comes before what is not allowed', async () => {
    await send(broker, 'not-named', { topic: 'a/#' }).expect('INVALID_TOPIC');
    const wrong = { responseTopic: 'a/#' };
    await send(broker, 'not-named', wrong).expect('INVALID_RESPONSE_TOPIC');
  });

  test('the sender comes before the target', async () => {
    await send(broker, 'nobody').expect('SEND_AUTHORIZATION_FAILURE');
    await send(broker, 'open-nobody').expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('the target comes before its policies', async () => {
    await send(broker, 'open-nobody', { topic: 'other' }).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('the policies of the target come before its limits', async () => {
    const clientId = unique('open');
    await Device.connect(broker, { clientId, properties: { maximumPacketSize: 100 } });
    const body = 'x'.repeat(200);
    const forbidden = send(broker, clientId, { topic: 'other' }, { body });
    await forbidden.expect('RECEIVE_AUTHORIZATION_FAILURE');
    const allowed = send(broker, clientId, { topic: 'jobs/a' }, { body });
    await allowed.expect('RECEIVER_PACKET_TOO_LARGE');
  });

  test('a body over the limit comes before everything', async () => {
    for (const params of [{ topic: 'a/#' }, { topic: 'a' }]) {
      const connection = await HttpConnection.open(broker);
      const headers = { 'Content-Length': 131073 };
      connection.request({ path: target('not-named', params), headers });
      await connection.call(logged('not-named', params)).expect('PAYLOAD_TOO_LARGE');
    }
  });
});

group('authorization, all or nothing', (test) => {
  test('without a policy nobody may send', () =>
    withBroker({ senders: [] }, async (broker) => {
      await Device.connect(broker, { clientId: 'device' });
      await send(broker, 'device').expect('SEND_AUTHORIZATION_FAILURE');
    }));

  test('without a policy nobody may receive', () =>
    withBroker({ receivers: [] }, async (broker) => {
      await Device.connect(broker, { clientId: 'device' });
      await send(broker, 'device').expect('RECEIVE_AUTHORIZATION_FAILURE');
    }));
});
