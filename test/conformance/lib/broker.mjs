/* The program under test: started, configured, watched and stopped.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { Queue } from './queue.mjs';

export const PROGRAM =
  process.env.DM_BROKER ?? fileURLToPath(new URL('../../../build/dm-broker', import.meta.url));

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

/* A confirmed message that is to wait waits so many seconds, at most: longer than any
 * test takes on a slow machine. The configuration has to let it. */
export const LONG = 100;
export const PATIENT = { limits: { maxTimeoutSeconds: LONG } };

/* What no program may print, whatever it is asked to do. */
const SANITIZER = /Sanitizer|runtime error:/;

/* Below the ports that the system hands out by itself: those stay taken for a while by
 * connections long closed. */
const randomPort = () => 20000 + Math.floor(Math.random() * 12000);

/* Two ports that nobody listens on just now, for a program that cannot be asked to choose. */
export async function freePorts() {
  const [mqtt, http] = [createServer(), createServer()];
  for (const server of [mqtt, http]) while (!(await listens(server, randomPort())));
  const ports = { mqtt: mqtt.address().port, http: http.address().port };
  for (const server of [mqtt, http]) await new Promise((resolve) => server.close(resolve));
  return ports;
}

const listens = (server, port) =>
  new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });

/* What must not outlive this process. */
const running = new Set();
const folders = new Set();
process.once('SIGTERM', () => process.exit(1));
process.once('exit', () => {
  killAll();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/* Ends every program that still runs, with all that it has started: a test that has failed
 * may have left some. */
export function killAll() {
  for (const { pid } of running) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

/* A folder that is gone when the process has ended. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'dm-conformance-'));
  folders.add(folder);
  return folder;
}

/* A program that runs; what it says on its outputs, line by line. */
export class Child {
  output = new Queue();
  messages = new Queue();
  errorText = '';

  constructor(program, args, options = {}) {
    /* A process group of its own, for killAll(). */
    this.process = spawn(program, args, { stdio: 'pipe', detached: true, ...options });
    if (this.process.pid) running.add(this.process);
    this.process.stdin.on('error', () => {});
    createInterface({ input: this.process.stdout }).on('line', (line) => this.output.push(line));
    createInterface({ input: this.process.stderr }).on('line', (line) => {
      this.errorText += `${line}\n`;
      this.messages.push(line);
    });
    this.process.on('error', (error) => (this.errorText += error.message));
    this.exited = new Promise((resolve) => {
      this.process.on('close', (code, signal) => {
        running.delete(this.process);
        const error = new Error(`${program} has ended (${code ?? signal}): ${this.errorText}`);
        this.output.end(error);
        this.messages.end(error);
        resolve({ code, signal });
      });
    });
  }

  /* Waits for a line on standard error. */
  says(pattern) {
    return this.messages.take((line) => pattern.test(line));
  }

  kill(signal) {
    this.process.kill(signal);
  }
}

/* Runs a program to its end. */
export async function run(program, args, { input = '', ...options } = {}) {
  const child = new Child(program, args, options);
  child.process.stdin.end(input);
  const { code, signal } = await child.exited;
  return { code, signal, output: child.output.items.join('\n'), errorText: child.errorText };
}

export class Broker {
  /* The log entries, parsed. */
  log = new Queue();

  #options;
  #owned = new Set();
  #ending = { code: 0, signal: null };

  constructor({ config = PATIENT, senders = [EVERYTHING], receivers = [EVERYTHING] } = {}) {
    this.#options = { config, senders, receivers };
  }

  /* Starts it on two free ports. That a port is taken shows when the broker tries. */
  async start() {
    this.folder = temporaryFolder();
    this.configure({});
    while (!(await this.#started(randomPort(), randomPort())));
    this.#readLog();
  }

  async #started(mqtt, http) {
    this.child = new Child(PROGRAM, this.#arguments(mqtt, http));
    const line = await this.child
      .says(/mqtt \S+, http \S+/)
      .catch((error) => (/in use/.test(error.message) ? null : Promise.reject(error)));
    if (line === null) return false;
    const [, mqttPort, httpPort] = /mqtt \S+:(\d+), http \S+:(\d+)/.exec(line);
    this.mqttPort = Number(mqttPort);
    this.httpPort = Number(httpPort);
    return true;
  }

  #arguments(mqtt, http) {
    return [
      '--config',
      this.configFile,
      '--mqtt',
      `127.0.0.1:${mqtt}`,
      '--http',
      `127.0.0.1:${http}`,
    ];
  }

  async #readLog() {
    for (;;) {
      const line = await this.child.output.take().catch((error) => this.log.end(error));
      if (line === undefined) return;
      this.log.push(JSON.parse(line));
    }
  }

  get configFile() {
    return join(this.folder, 'broker.json');
  }

  /* Writes the configuration; what is not given stays as it was. */
  configure(changes) {
    const { config, senders, receivers } = Object.assign(this.#options, changes);
    const write = (name, content) => {
      writeFileSync(join(this.folder, name), JSON.stringify(content, null, 2));
      return name;
    };
    const files = (side, documents) => documents.map((d, i) => write(`${side}-${i}.json`, d));
    write('broker.json', {
      account: ACCOUNT,
      region: REGION,
      senderPolicies: files('sender', senders),
      receiverPolicies: files('receiver', receivers),
      ...config,
    });
  }

  /* The entry of one call, or of the late PUBACK for it. */
  entry(traceId, eventType = 'SendDirectMessage') {
    return this.log.take((entry) => entry.traceId === traceId && entry.eventType === eventType);
  }

  /* Something to be closed at the end, whatever happens to the test that opened it. */
  owns(close) {
    this.#owned.add(close);
  }

  /* Ends it, unless it has ended, and looks whether all was well. */
  async stop() {
    for (const close of this.#owned) close();
    if (!this.child) return;
    this.child.kill('SIGTERM');
    const impatience = setTimeout(() => this.child.kill('SIGKILL'), 60_000);
    await this.ended(this.#ending).finally(() => clearTimeout(impatience));
  }

  /* Waits for its end, which has to be this one. */
  async ended(wanted = this.#ending) {
    this.#ending = wanted;
    const ending = await this.child.exited;
    assert.doesNotMatch(this.child.errorText, SANITIZER);
    assert.deepEqual(ending, wanted, this.child.errorText);
  }
}
