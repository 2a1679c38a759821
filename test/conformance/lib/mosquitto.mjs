/* mosquitto: the broker that stands behind dm-sidecar.
 *
 * SPDX-License-Identifier: MIT
 */
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { Child, randomPort, temporaryFolder } from './child.mjs';
import { Owner } from './owner.mjs';

/* Debian has it where only root looks. */
const env = { ...process.env, PATH: `${process.env.PATH}${delimiter}/usr/sbin` };

/* Its timers and queues are not what is tested: messages go out as they come in, and none
 * is dropped. */
const ALWAYS = [
  'user root',
  'set_tcp_nodelay true',
  'max_queued_messages 0',
  'log_dest stderr',
  'log_type all',
  'connection_messages true',
];

export class Mosquitto extends Owner {
  #lines;

  /* lines: of its configuration file, after those that there always are; local: it listens
   * on a Unix-domain socket, too. */
  constructor({ lines = ['allow_anonymous true'], persistent = false, local = false } = {}) {
    super();
    Object.assign(this, { persistent, local });
    this.#lines = lines;
  }

  /* Where a sidecar reaches it. */
  get address() {
    return this.local ? `unix:${this.path}` : `127.0.0.1:${this.mqttPort}`;
  }

  /* Of its Unix-domain socket. */
  get path() {
    return join(this.folder, 'mosquitto.sock');
  }

  /* Starts it on a free port, and later once more on the same one. */
  async start() {
    this.folder ??= temporaryFolder();
    if (this.mqttPort) {
      if (!(await this.#started(this.mqttPort))) throw new Error(`port ${this.mqttPort} is taken`);
      return;
    }
    for (;;) {
      const port = randomPort();
      if (!(await this.#started(port))) continue;
      this.mqttPort = port;
      return;
    }
  }

  async #started(port) {
    const file = join(this.folder, 'mosquitto.conf');
    const stored = ['persistence true', `persistence_location ${this.folder}/`];
    const lines = [
      ...ALWAYS,
      `listener ${port} 127.0.0.1`,
      ...(this.local ? [`listener 0 ${this.path}`] : []),
      ...(this.persistent ? stored : []),
      ...this.#lines,
    ];
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    this.child = new Child('mosquitto', ['-c', file], { env });
    return (await this.child.saysUnlessInUse(/mosquitto version \S+ running/)) !== null;
  }

  /* Waits for a line of its log. */
  says(pattern) {
    return this.child.says(pattern);
  }

  /* Ends it on the spot; what was not stored is gone. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.child.exited;
  }

  /* Ends it in order, which stores its sessions where it is persistent. */
  async stop() {
    this.closeOwned();
    if (!this.child) return;
    this.child.kill('SIGTERM');
    await this.child.exited;
  }
}
