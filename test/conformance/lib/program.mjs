/* A program of libdm's under test: configured, started, watched and stopped.
 *
 * SPDX-License-Identifier: MIT
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Child, randomPort, temporaryFolder } from './child.mjs';
import { Owner } from './owner.mjs';
import { Queue } from './queue.mjs';

/* Where the build puts a program. */
export const built = (name) => fileURLToPath(new URL(`../../../build/${name}`, import.meta.url));

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

/* The resource of a client or a topic. */
export const arn = (rest) => `arn:aws:iot:${REGION}:${ACCOUNT}:${rest}`;

/* A policy document of these statements. */
export const policy = (...statements) => ({ Version: '2012-10-17', Statement: statements });
export const allow = (Action, Resource, more = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
export const deny = (Action, Resource, more = {}) => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...more,
});
export const EVERYTHING = policy(allow('*', '*'));

/* Milliseconds have three decimals, even those of a whole number. */
const WITHOUT_DECIMALS = /"ackLatencyMs":(?!\d+\.\d{3}[,}])/;

/* A confirmed message that is to wait waits so many seconds, at most: longer than any
 * test takes on a slow machine. The configuration has to let it. */
export const LONG = 100;
export const PATIENT = { limits: { maxTimeoutSeconds: LONG } };

/* A subclass says what to start: `file`; `configName`; `listens`, the word and the option
 * of the address where devices connect; `args` and `env`, what else there is for its command line and
 * environment. */
export class Program extends Owner {
  /* The log entries, parsed. */
  log = new Queue();

  args = [];
  env = process.env;

  #options;
  #ending = { code: 0, signal: null };

  /* principals: null for none; files: others beside the configuration, by name; tls: the
   * object "tls" of its configuration, ports with TLS are opened then, too. */
  constructor({
    config = PATIENT,
    senders = [EVERYTHING],
    receivers = [EVERYTHING],
    principals = null,
    files = {},
    tls,
  } = {}) {
    super();
    this.#options = { config, senders, receivers, principals, files, tls };
  }

  /* Starts it on free ports. That a port is taken shows when the program tries. */
  async start() {
    this.folder = temporaryFolder();
    this.configure({});
    while (!(await this.#started()));
    this.#readLog();
  }

  async #started() {
    const secure = this.#options.tls ? ['mqtts', 'https'] : [];
    const ports = [this.listens, 'http', ...secure];
    const addresses = ports.flatMap((name) => [`--${name}`, `127.0.0.1:${randomPort()}`]);
    const args = ['--config', this.configFile, ...addresses, ...this.args];
    this.child = new Child(this.file, args, { env: this.env });
    const line = await this.child.saysUnlessInUse(new RegExp(`${this.listens} \\S+:\\d+, .*http`));
    if (line === null) return false;
    [this.mqttPort, this.httpPort, this.mqttsPort, this.httpsPort] = ports.map((name) =>
      Number(new RegExp(`\\b${name} \\S+:(\\d+)`).exec(line)[1]),
    );
    return true;
  }

  async #readLog() {
    for (;;) {
      const line = await this.child.output.take().catch((error) => this.log.end(error));
      if (line === undefined) return;
      if (WITHOUT_DECIMALS.test(line)) this.log.end(new Error(`no three decimals: ${line}`));
      else this.log.push(JSON.parse(line));
    }
  }

  get configFile() {
    return join(this.folder, this.configName);
  }

  /* Writes the configuration; what is not given stays as it was. */
  configure(changes) {
    const { config, senders, receivers, principals, files: others, tls } = Object.assign(
      this.#options,
      changes,
    );
    const write = (name, content) => {
      writeFileSync(join(this.folder, name), JSON.stringify(content, null, 2), { mode: 0o600 });
      return name;
    };
    const files = (side, documents) => documents.map((d, i) => write(`${side}-${i}.json`, d));
    for (const [name, content] of Object.entries(others)) write(name, content);
    const known = principals === null ? {} : { principals: write('principals.json', principals) };
    write(this.configName, {
      account: ACCOUNT,
      region: REGION,
      senderPolicies: files('sender', senders),
      receiverPolicies: files('receiver', receivers),
      ...known,
      ...(tls && { tls }),
      ...config,
    });
  }

  /* The entry of one call, or of the late PUBACK for it. */
  entry(traceId, eventType = 'SendDirectMessage') {
    return this.log.take((entry) => entry.traceId === traceId && entry.eventType === eventType);
  }

  /* Ends it, unless it has ended, and looks whether all was well. */
  async stop() {
    this.closeOwned();
    if (this.child) await this.child.terminate(this.#ending);
  }

  /* Waits for its end, which has to be this one. */
  async ended(wanted = this.#ending) {
    this.#ending = wanted;
    await this.child.ended(wanted);
  }
}
