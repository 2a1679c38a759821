/* A group of tests that share one broker.
 *
 * SPDX-License-Identifier: MIT
 */
import { after, before, describe, it } from 'node:test';

import { Broker, killAll } from './broker.mjs';

/* No test waits for a certain time to pass: it waits for what it expects, at most so
 * long. */
export const LIMIT = 120_000;

/* define(broker, test) describes the tests; they run side by side, so each uses client
 * identifiers of its own. */
export function suite(name, options, define) {
  describe(name, { concurrency: 32, timeout: LIMIT }, () => {
    const broker = new Broker(options);
    before(() => broker.start());
    after(() => broker.stop().finally(killAll));
    define(broker, (what, body) => it(what, { timeout: LIMIT }, body));
  });
}

/* The same for tests that each start what they need. */
export function group(name, define) {
  describe(name, { concurrency: 4, timeout: LIMIT }, () => {
    after(killAll);
    define((what, body) => it(what, { timeout: LIMIT }, body));
  });
}

let count = 0;

/* A client identifier that no other test uses. */
export const unique = (name) => `${name}-${++count}`;

/* A broker for one test alone. */
export async function withBroker(options, body) {
  const broker = new Broker(options);
  try {
    await broker.start();
    await body(broker);
  } finally {
    await broker.stop();
  }
}
