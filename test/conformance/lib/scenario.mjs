/* What several tests of dm-sidecar begin with.
 *
 * SPDX-License-Identifier: MIT
 */
import { Device } from './device.mjs';
import { send, sendConfirmed } from './http.mjs';
import { LONG } from './program.mjs';
import { ScriptedBroker } from './scripted_broker.mjs';
import { unique } from './suite.mjs';

export const range = (count) => Array.from({ length: count }, (_, i) => i);

/* Many messages at once may go to one device, and wait. */
export const FAST = { limits: { maxTimeoutSeconds: LONG, publishesPerSecond: 1_000_000 } };

/* Options of a sidecar in front of a scripted broker. */
export const scripted = (more = {}) => ({ config: FAST, upstream: new ScriptedBroker(), ...more });

/* Both ends of the connection of a device, with `host` between them and this broker. */
export async function pair(host, { connack, ...options } = {}) {
  const clientId = options.clientId ?? unique('device');
  const [link, device] = await Promise.all([
    host.upstream.welcome(clientId, connack),
    Device.connect(host, { ...options, clientId }),
  ]);
  return { link, device };
}

/* A message that was handed over and waits. */
export async function waiting(host, device, params = { timeout: LONG }) {
  const call = sendConfirmed(host, device.clientId, params);
  const message = await device.message();
  return { call, message };
}

/* What was answered before is here by now: other calls have come and gone. */
export async function roundTrips(host, count = 10) {
  for (let i = 0; i < count; i++)
    await send(host, unique('nobody')).expect('TARGET_CLIENT_ID_NOT_FOUND');
}
