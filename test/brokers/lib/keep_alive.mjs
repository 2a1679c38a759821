/* What it takes to be kept alive by the broker.
 *
 * SPDX-License-Identifier: MIT
 */
import { Device } from '../../conformance/lib/device.mjs';
import { sendConfirmed } from '../../conformance/lib/http.mjs';
import { unique } from '../../conformance/lib/suite.mjs';

/* A message every so many milliseconds: often enough for its PUBACK to stand for a ping. */
const PACE = 100;

/* Has a client acknowledge messages, until as many others with the same keep-alive as are
 * `dropped`, one after the other, were sent away by the broker because they said nothing. */
export async function acknowledgeOnly(sidecar, clientId, { level, keepAlive, dropped }) {
  let left = dropped;
  const waitForOthers = async () => {
    for (; left > 0; left--) {
      const other = { clientId: unique('other'), level, keepAlive };
      await (await Device.connect(sidecar, other)).closed;
    }
  };
  const sendMeanwhile = async () => {
    while (left > 0) {
      await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
      await new Promise((resolve) => setTimeout(resolve, PACE));
    }
  };
  await Promise.all([waitForOthers(), sendMeanwhile()]);
  await sendConfirmed(sidecar, clientId).expect('CONFIRMED');
}
