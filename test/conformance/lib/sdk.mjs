/* The AWS SDK for JavaScript, as it comes, with dm-broker or dm-sidecar as its endpoint.
 *
 * SPDX-License-Identifier: MIT
 */
import https from 'node:https';

import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';

import { REGION } from './program.mjs';

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
