/* dm-sidecar, with the broker that it stands in front of.
 *
 * SPDX-License-Identifier: MIT
 */
import { readFileSync } from 'node:fs';

import { Mosquitto } from './mosquitto.mjs';
import { Program, built } from './program.mjs';

export const SIDECAR = process.env.DM_SIDECAR ?? built('dm-sidecar');

export class Sidecar extends Program {
  file = SIDECAR;
  configName = 'sidecar.json';
  listens = 'listen';

  /* AddressSanitizer keeps what was freed, up to so much: memory() would tell that. */
  env = { ...process.env, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:quarantine_size_mb=4` };

  /* upstream: a broker that start() starts and stop() stops; to: where to connect, when
   * that is not the broker itself; args: more of the command line. */
  constructor({ upstream = new Mosquitto(), to = upstream, args = [], ...options } = {}) {
    super(options);
    Object.assign(this, { upstream, to, more: args });
  }

  async start() {
    await this.upstream.start();
    if (this.to !== this.upstream) await this.to.start();
    this.args = ['--broker', this.to.address ?? `127.0.0.1:${this.to.mqttPort}`, ...this.more];
    await super.start();
  }

  async stop() {
    try {
      await super.stop();
    } finally {
      if (this.to !== this.upstream) await this.to.stop();
      await this.upstream.stop();
    }
  }

  /* A figure of the kernel's about the process, in KB: VmRSS, VmHWM (the most so far). */
  memory(name) {
    const status = readFileSync(`/proc/${this.child.process.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)[1]);
  }
}
