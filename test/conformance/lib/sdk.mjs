/* The AWS SDK for JavaScript, as it comes, with dm-broker or dm-sidecar as its endpoint.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import https from 'node:https';

import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';

import { REGION, allow, arn, deny, policy } from './program.mjs';

/* Of the principal "backend". */
export const KEY = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

export const accessKey = ({ accessKeyId, secretAccessKey, sessionToken }) => ({
  id: accessKeyId,
  secret: secretAccessKey,
  ...(sessionToken ? { sessionToken } : {}),
});

/* What a program is told of the callers in these tests. */
export const BACKEND = { name: 'backend', accessKeys: [accessKey(KEY)] };

/* Other callers: one who may only look, and temporary credentials of "backend". */
export const READER = {
  accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
  secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
};
export const TEMPORARY = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'aJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjE+/=',
};

/* A program that knows them all. Nobody is sent the topic "forbidden". */
export const CALLERS = {
  config: {
    anonymousDevices: true,
    limits: { maxTimeoutSeconds: 100, clientQueriesPerSecond: 1_000_000, queriesPerSecond: 10_000 },
  },
  principals: [
    { ...BACKEND, accessKeys: [accessKey(KEY), accessKey(TEMPORARY)] },
    { name: 'reader', accessKeys: [accessKey(READER)], senderPolicies: ['reader.json'] },
  ],
  receivers: [policy(allow('*', '*'), deny('iot:Receive', arn('topic/forbidden')))],
  files: { 'reader.json': policy(allow('iot:GetConnection', '*')) },
};

/* What client identifiers and topics may be made of, and URLs may not. */
export const NAMES = [
  'a/b',
  'a/../b',
  'a b',
  'a+b',
  'a%2Fb',
  '100%',
  'ä/ö',
  'a/subscriptions',
  '..',
  '%',
  '/',
  '//',
  "!'()*~-._",
  '😀?&=#;:@,',
];

/* A message with all properties, and what of it arrives at MQTT.js. */
export const PROPERTIES = {
  contentType: 'application/json; charset="utf-8"+ü',
  responseTopic: 'answers/of device/ö',
  userProperties: JSON.stringify([{ k: 'v' }, { k: 'w' }, { ä: '+%20' }]),
  payloadFormatIndicator: 'UTF8_DATA',
  correlationData: Buffer.from([0, 1, 254, 255]).toString('base64'),
};
export function checkProperties({ properties }) {
  assert.deepEqual(
    { ...properties, userProperties: { ...properties.userProperties } },
    {
      payloadFormatIndicator: true,
      contentType: PROPERTIES.contentType,
      responseTopic: PROPERTIES.responseTopic,
      correlationData: Buffer.from([0, 1, 254, 255]),
      userProperties: { k: ['v', 'w'], ä: '+%20' },
    },
  );
}

/* A client that tries once, unless it is told otherwise; tls: of Authority.client(). */
export function sdk(program, { tls, ...options } = {}) {
  const secure = tls && {
    endpoint: `https://localhost:${program.httpsPort}`,
    requestHandler: { httpsAgent: new https.Agent(tls) },
  };
  const client = new IoTDataPlaneClient({
    endpoint: `http://127.0.0.1:${program.httpPort}`,
    region: REGION,
    credentials: KEY,
    maxAttempts: 1,
    ...secure,
    ...options,
  });
  program.owns(() => client.destroy());
  return client;
}
