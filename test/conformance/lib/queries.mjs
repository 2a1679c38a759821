/* GetConnection, ListSubscriptions and DeleteConnection as an SDK calls them, and what
 * contract there is for their answers and log entries.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { ACCOUNT } from './broker.mjs';
import { TIMESTAMP, UUID, checkAnswer } from './call.mjs';
import { encode, request, segment } from './http.mjs';

/* Limits for tests that ask again and again. */
export const MANY_QUERIES = { queriesPerSecond: 1_000_000, clientQueriesPerSecond: 1_000_000 };

const OPERATIONS = {
  GetConnection: ['GET', ''],
  ListSubscriptions: ['GET', '/subscriptions'],
  DeleteConnection: ['DELETE', ''],
};

const path = (clientId, end, params) => {
  const query = Object.entries(params).map(([name, value]) => `${name}=${encode(String(value))}`);
  return `/connections/${segment(clientId)}${end}${query.length ? '?' : ''}${query.join('&')}`;
};

/* The entry has what is common to all calls and nothing else. */
function checkEntry(entry, { operation, clientId, reason, traceId, port }) {
  const { timestamp, details } = entry;
  assert.match(timestamp, TIMESTAMP);
  const expected = {
    timestamp,
    logLevel: reason ? 'ERROR' : 'INFO',
    traceId,
    accountId: ACCOUNT,
    status: reason ? 'Failure' : 'Success',
    eventType: operation,
    protocol: 'HTTP',
    clientId,
    principalId: 'anonymous',
    sourceIp: '127.0.0.1',
    sourcePort: port,
  };
  if (reason) {
    Object.assign(expected, { reason, details });
    assert.match(details, /^[A-Z].{8,}$/s);
  }
  assert.deepEqual(entry, expected);
}

function call(broker, operation, clientId, params, more) {
  const [method, end] = OPERATIONS[operation];
  return request(broker, { method, path: path(clientId, end, params), ...more });
}

/* The body of a success, parsed; undefined where there is none. */
async function ask(broker, operation, clientId, params, more) {
  const answer = await call(broker, operation, clientId, params, more);
  const { status, headers, body, port } = answer;
  assert.equal(status, 200, body);
  const traceId = headers['x-amzn-requestid'];
  assert.match(traceId, UUID);
  assert.equal(headers['content-length'], String(Buffer.byteLength(body)));
  assert.equal(headers['content-type'], body === '' ? undefined : 'application/json');
  checkEntry(await broker.entry(traceId, operation), { operation, clientId, traceId, port });
  return body === '' ? undefined : JSON.parse(body);
}

export const getConnection = (broker, clientId, params = {}, more = {}) =>
  ask(broker, 'GetConnection', clientId, params, more);

export const listSubscriptions = (broker, clientId, params = {}, more = {}) =>
  ask(broker, 'ListSubscriptions', clientId, params, more);

export async function deleteConnection(broker, clientId, params = {}, more = {}) {
  assert.equal(await ask(broker, 'DeleteConnection', clientId, params, more), undefined);
}

/* The same for one that has to be refused; returns the message. */
export async function refused(broker, operation, clientId, params, reason, more = {}) {
  const answer = await call(broker, operation, clientId, params, more);
  const { traceId, message } = checkAnswer(answer, reason, more);
  const known = { operation, clientId, reason, traceId, port: answer.port };
  checkEntry(await broker.entry(traceId, operation), known);
  return message;
}

/* GetConnection again and again, until the client is gone. */
export async function gone(broker, clientId, params = {}) {
  for (;;) {
    const answer = await getConnection(broker, clientId, params);
    if (!answer.connected) return answer;
  }
}
