/* Groups of tests, and the program that they test.
 *
 * SPDX-License-Identifier: MIT
 */
import { after, before, describe, it } from 'node:test';

import { Broker, killAll } from './broker.mjs';
import { Sidecar } from './sidecar.mjs';

/* No test waits for a certain time to pass: it waits for what it expects, at most so
 * long. */
export const LIMIT = 120_000;

/* What a program that did not start has left running would keep this process from its end. */
function giveUp(error) {
  killAll();
  throw error;
}

/* define(program, test) describes the tests; they run side by side, so each uses client
 * identifiers of its own. */
function share(name, program, define) {
  describe(name, { concurrency: 32, timeout: LIMIT }, () => {
    before(() => program.start().catch(giveUp));
    after(() => program.stop().finally(killAll));
    define(program, (what, body) => it(what, { timeout: LIMIT }, body));
  });
}

/* A group of tests that share one broker, or one sidecar. */
export const suite = (name, options, define) => share(name, new Broker(options), define);
export const sidecarSuite = (name, options, define) => share(name, new Sidecar(options), define);

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

async function withProgram(program, body) {
  try {
    await program.start();
    await body(program);
  } finally {
    await program.stop();
  }
}

/* A broker, or a sidecar with its broker, for one test alone. */
export const withBroker = (options, body) => withProgram(new Broker(options), body);
export const withSidecar = (options, body) => withProgram(new Sidecar(options), body);
