/* What a client of other people does through dm-sidecar, and what is sent to it past the
 * broker.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { send, sendConfirmed } from '../../conformance/lib/http.mjs';
import { unique } from '../../conformance/lib/suite.mjs';
import { MqttJs } from './client_makers.mjs';
import { acknowledgeOnly } from './keep_alive.mjs';

const AT_ONCE = 10;

export function testClient({ sidecar, test, Client, level, qualities }) {
  /* A client behind the sidecar; and one that is at the broker itself, for what goes on
   * there. */
  const connect = (options = {}) =>
    Client.connect(sidecar, { clientId: unique('client'), level, ...options });
  const observe = (filter) =>
    MqttJs.connect(sidecar.upstream, { clientId: unique('observer'), level: 4, filter });

  test('publishes and receives as without the sidecar', async () => {
    const topic = unique('topic');
    const highest = Math.max(...qualities);
    const client = await connect({ filter: [`${topic}/down`, highest] });
    const observer = await observe([`${topic}/up`, highest]);
    for (const qos of qualities) {
      const payload = `quality ${qos}`;
      await observer.publish(`${topic}/down`, payload, { qos });
      const came = { topic: `${topic}/down`, payload, qos, retain: false };
      assert.deepEqual(await client.messages.take(), came);
      await client.publish(`${topic}/up`, payload, { qos });
      assert.deepEqual(await observer.messages.take(), { ...came, topic: `${topic}/up` });
    }
  });

  test('retained messages', async () => {
    const topic = unique('topic');
    const client = await connect();
    await client.publish(topic, 'kept', { qos: 1, retain: true });
    const later = await connect({ filter: [topic, 1] });
    const { payload, retain } = await later.messages.take();
    assert.deepEqual({ payload, retain }, { payload: 'kept', retain: true });
  });

  test('its will, when it is gone without a word', async () => {
    const topic = unique('topic');
    const observer = await observe([topic, 1]);
    const client = await connect({ will: { topic, payload: 'gone', qos: 1 } });
    await client.kill();
    assert.equal((await observer.messages.take()).payload, 'gone');
  });

  test('a session that lasts', async () => {
    const topic = unique('topic');
    const clientId = unique('client');
    const options = { clientId, clean: false, filter: [topic, 1] };
    const first = await connect(options);
    await first.disconnect();
    await sendConfirmed(sidecar, clientId).expect('TARGET_CLIENT_NOT_CONNECTED');
    const observer = await observe();
    await observer.publish(topic, 'kept', { qos: 1 });

    const again = await connect(options);
    assert.equal((await again.messages.take()).payload, 'kept');
    await sendConfirmed(sidecar, clientId, {}, { body: 'direct' }).expect('CONFIRMED');
    assert.equal((await again.messages.take()).payload, 'direct');
  });

  test('direct messages without a subscription, which the broker does not see', async () => {
    const topic = unique('topic');
    const clientId = unique('client');
    const client = await connect({ clientId });
    const observer = await observe([topic, 1]);
    for (const qos of [1, 0]) {
      const outcome = qos === 1 ? 'CONFIRMED' : 'SENT';
      const params = { topic, confirmation: qos === 1, timeout: 15 };
      await send(sidecar, clientId, params, { body: 'direct' }).expect(outcome);
      const came = { topic, payload: 'direct', qos, retain: false };
      assert.deepEqual(await client.messages.take(), came);
    }
    await client.publish(topic, 'marker', { qos: 1 });
    assert.equal((await observer.messages.take()).payload, 'marker');

    await client.disconnect();
    await sendConfirmed(sidecar, clientId).expect('TARGET_CLIENT_ID_NOT_FOUND');
  });

  test('direct messages between those of the broker', async () => {
    const topic = unique('topic');
    const clientId = unique('client');
    const client = await connect({ clientId, filter: [topic, 1] });
    const observer = await observe();
    const direct = { topic: 'direct' };
    const numbers = Array.from({ length: AT_ONCE }, (_, i) => String(i));
    await Promise.all(
      numbers.flatMap((payload) => [
        observer.publish(topic, payload, { qos: 1 }),
        sendConfirmed(sidecar, clientId, direct, { body: payload }).expect('CONFIRMED'),
      ]),
    );
    const came = { direct: [], [topic]: [] };
    for (let i = 0; i < 2 * AT_ONCE; i++) {
      const { topic: on, payload, qos } = await client.messages.take();
      assert.equal(qos, 1);
      came[on].push(payload);
    }
    assert.deepEqual(came[topic], numbers);
    assert.deepEqual(came.direct.sort(), [...numbers].sort());
    assert.deepEqual(client.messages.items, []);
  });

  test('its acknowledgements keep it alive', async () => {
    const clientId = unique('client');
    const keepAlive = Client.leastKeepAlive;
    const client = await connect({ clientId, keepAlive });
    let closed = false;
    client.closed.then(() => (closed = true));
    await acknowledgeOnly(sidecar, clientId, { level, keepAlive, dropped: 1 });
    assert.equal(closed, false);
  });
}
