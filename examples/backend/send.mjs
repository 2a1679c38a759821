/* Sends one direct message with the AWS SDK for JavaScript, unchanged:
 *
 *   npm install
 *   export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-west-1
 *   node send.mjs http://127.0.0.1:8080 boiler-7 jobs/new '{"on":true}'
 *
 * SPDX-License-Identifier: MIT
 */
import { IoTDataPlaneClient, SendDirectMessageCommand } from '@aws-sdk/client-iot-data-plane';

const [endpoint, clientId, topic, payload = ''] = process.argv.slice(2);
const message = { clientId, topic, payload, confirmation: true, timeout: 5 };

/* One attempt: after a 504 the device may have the message, and would get it again. */
const client = new IoTDataPlaneClient({ endpoint, maxAttempts: 1 });
try {
  const { traceId } = await client.send(new SendDirectMessageCommand(message));
  console.log(`${clientId} has it (${traceId})`);
} catch ({ name, message: why, traceId }) {
  console.error(`${name}: ${why} (${traceId})`);
  process.exitCode = 1;
}
