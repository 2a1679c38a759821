/* One call of the HTTP API, and what contract there is for its answer and its log entry.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { ACCOUNT } from './broker.mjs';

const INVALID = [400, 'InvalidRequestException', 'no'];
const FORBIDDEN = [403, 'ForbiddenException', 'no'];
const NOT_FOUND = [404, 'ResourceNotFoundException', 'no'];
const TOO_LARGE = [413, 'RequestEntityTooLargeException', 'no'];
const THROTTLED = [429, 'ThrottlingException', 'no'];
const GATEWAY = [504, 'GatewayTimeoutException', 'maybe'];

/* Reason: status, exception, delivered. */
const OUTCOMES = {
  CONFIRMED: [200, null, 'yes'],
  SENT: [200, null, 'maybe'],
  MALFORMED_CLIENTID: INVALID,
  INVALID_TOPIC: INVALID,
  INVALID_TIMEOUT_PARAMETER: INVALID,
  INVALID_CONFIRMATION_PARAMETER: INVALID,
  INVALID_RESPONSE_TOPIC: INVALID,
  INVALID_CONTENT_TYPE: INVALID,
  INVALID_USER_PROPERTIES: INVALID,
  INVALID_PAYLOAD_FORMAT: INVALID,
  INVALID_CORRELATION_DATA: INVALID,
  INVALID_REQUEST: INVALID,
  SEND_AUTHORIZATION_FAILURE: FORBIDDEN,
  RECEIVE_AUTHORIZATION_FAILURE: FORBIDDEN,
  TARGET_CLIENT_ID_NOT_FOUND: NOT_FOUND,
  TARGET_CLIENT_NOT_CONNECTED: NOT_FOUND,
  UNKNOWN_PATH: NOT_FOUND,
  METHOD_NOT_ALLOWED: [405, 'MethodNotAllowedException', 'no'],
  METHOD_NOT_IMPLEMENTED: [501, 'NotImplementedException', 'no'],
  PAYLOAD_TOO_LARGE: TOO_LARGE,
  RECEIVER_PACKET_TOO_LARGE: TOO_LARGE,
  SEND_DIRECT_MESSAGE_THROTTLED: THROTTLED,
  RECEIVE_SESSION_THROTTLED: THROTTLED,
  RECEIVER_MAX_UNACKED_QOS1_EXCEEDED: THROTTLED,
  CLIENT_ENDPOINT_NOT_WRITABLE: THROTTLED,
  QUERY_THROTTLED: THROTTLED,
  RECEIVER_REJECTED: [409, 'ConflictException', 'yes'],
  DELIVERY_CONFIRMATION_TIMEOUT: GATEWAY,
  RECEIVER_DISCONNECTED: GATEWAY,
  INTERNAL_SERVER_ERROR: [500, 'InternalFailureException', 'no'],
  SHUTTING_DOWN: [503, 'ServiceUnavailableException', 'maybe'],
};

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const HTTP_DATE =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;
export const TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/;

/* Checks everything that section 3 of the contract says of an answer; returns its body. */
export function checkAnswer(answer, reason, { delivered, mqttReasonCode, allow } = {}) {
  const [status, exception, usually] = OUTCOMES[reason];
  assert.equal(answer.status, status, answer.body);
  const body = JSON.parse(answer.body);
  const { message, traceId } = body;
  const expected = { message, traceId };
  if (exception !== null) Object.assign(expected, { reason, delivered: delivered ?? usually });
  if (mqttReasonCode !== undefined) expected.mqttReasonCode = mqttReasonCode;
  assert.deepEqual(body, expected);
  assert.match(traceId, UUID);
  if (exception === null) assert.equal(message, 'OK');
  else assert.match(message, /^[A-Z].{8,}$/s);
  checkHeaders(answer, { traceId, exception, status, allow });
  return body;
}

function checkHeaders({ headers, body }, { traceId, exception, status, allow = 'POST' }) {
  assert.equal(headers['x-amzn-requestid'], traceId);
  assert.equal(headers['x-amzn-errortype'] ?? null, exception);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['content-length'], String(Buffer.byteLength(body)));
  assert.match(headers.date, HTTP_DATE);
  if (status === 429) assert.match(headers['retry-after'], /^[1-9]\d*$/);
  if (status < 429) assert.equal(headers['retry-after'], undefined);
  assert.equal(headers.allow, status === 405 ? allow : undefined);
}

/* Checks everything that section 4 of the contract says of a log entry; `known` holds
 * the fields that depend on the call. */
export function checkEntry(entry, reason, { delivered, mqttReasonCode, port, traceId, known }) {
  const [status, , usually] = OUTCOMES[reason] ?? [0, null, 'maybe'];
  const failed = status !== 200;
  const { timestamp, details, ackLatencyMs, sourcePort } = entry;
  assert.match(timestamp, TIMESTAMP);
  assert.ok(Number.isInteger(sourcePort));
  const expected = {
    timestamp,
    logLevel: failed ? 'ERROR' : 'INFO',
    traceId: traceId ?? entry.traceId,
    accountId: ACCOUNT,
    status: failed ? 'Failure' : 'Success',
    eventType: 'SendDirectMessage',
    protocol: 'HTTP',
    principalId: 'anonymous',
    sourceIp: '127.0.0.1',
    sourcePort: port ?? sourcePort,
    delivered: delivered ?? usually,
    ...known,
  };
  if (failed) {
    Object.assign(expected, { reason, details });
    assert.match(details, /^[A-Z].{8,}$/s);
  }
  if (['CONFIRMED', 'RECEIVER_REJECTED'].includes(reason)) {
    expected.ackLatencyMs = ackLatencyMs;
    assert.ok(ackLatencyMs > 0);
  }
  if (mqttReasonCode !== undefined) expected.mqttReasonCode = mqttReasonCode;
  assert.deepEqual(entry, expected);
}

const defined = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/* Of a request that was refused: what of it was understood. */
const understood = ({ clientId, topicName, confirmation, timeout }) => ({
  clientId,
  topicName,
  confirmation,
  timeout,
});

/* A call that is on its way. */
export class Call {
  answered = false;

  /* `known` holds what the log has to say of this call; null: what was understood. */
  constructor(broker, answer, known) {
    this.broker = broker;
    this.known = known;
    this.answer = answer.then((value) => {
      this.answered = true;
      return value;
    });
    this.answer.catch(() => {});
  }

  /* Waits for the answer, which has to tell this reason, and for its log entry. More can
   * be said of both: delivered, mqttReasonCode, and the fields of the entry (known; a
   * field that is undefined must not be there). Returns the answer's body, its headers
   * and the entry. */
  async expect(reason, more = {}) {
    const answer = await this.answer;
    const body = checkAnswer(answer, reason, more);
    const entry = await this.broker.entry(body.traceId);
    const known = defined({ ...(this.known ?? understood(entry)), ...more.known });
    checkEntry(entry, reason, { ...more, port: answer.port, traceId: body.traceId, known });
    return { ...body, headers: answer.headers, entry };
  }
}
