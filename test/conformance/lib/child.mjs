/* Other programs: started, listened to and ended; their folders and ports.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Queue } from './queue.mjs';

/* What no program may print, whatever it is asked to do. */
const SANITIZER = /Sanitizer|runtime error:/;

/* Below the ports that the system hands out by itself: those stay taken for a while by
 * connections long closed. */
export const randomPort = () => 20000 + Math.floor(Math.random() * 12000);

/* Has a server of node's listen on a port that was free; returns the port. */
export async function listen(server) {
  while (!(await listens(server, randomPort())));
  return server.address().port;
}

/* Two ports that nobody listens on just now, for a program that cannot be asked to choose. */
export async function freePorts() {
  const [mqtt, http] = [createServer(), createServer()];
  const ports = { mqtt: await listen(mqtt), http: await listen(http) };
  for (const server of [mqtt, http]) await new Promise((resolve) => server.close(resolve));
  return ports;
}

const listens = (server, port) =>
  new Promise((resolve) => {
    const refused = () => resolve(false);
    server.once('error', refused);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', refused);
      resolve(true);
    });
  });

/* What must not outlive this process. */
const running = new Set();
const folders = new Set();
process.on('SIGTERM', () => process.exit(1));
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

  /* The same, of a program that needs a port: null when another one has the port. */
  saysUnlessInUse(pattern) {
    return this.says(pattern).catch((error) =>
      /in use/.test(error.message) ? null : Promise.reject(error),
    );
  }

  kill(signal) {
    this.process.kill(signal);
  }

  /* Waits for its end, which has to be this one. */
  async ended(wanted) {
    const ending = await this.exited;
    assert.doesNotMatch(this.errorText, SANITIZER);
    assert.deepEqual(ending, wanted, this.errorText);
  }

  /* Asks it to end, and does not wait for ever. */
  async terminate(wanted) {
    this.kill('SIGTERM');
    const impatience = setTimeout(() => this.kill('SIGKILL'), 60_000);
    await this.ended(wanted).finally(() => clearTimeout(impatience));
  }
}

/* Runs a program to its end. */
export async function run(program, args, { input = '', ...options } = {}) {
  const child = new Child(program, args, options);
  child.process.stdin.end(input);
  const { code, signal } = await child.exited;
  return { code, signal, output: child.output.items.join('\n'), errorText: child.errorText };
}
