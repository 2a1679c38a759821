/* aedes, in a process of its own so that it can be killed.
 *
 * SPDX-License-Identifier: MIT
 */
import { fileURLToPath } from 'node:url';

import { Child, freePorts } from '../../conformance/lib/child.mjs';
import { Server } from './server.mjs';

const PROGRAM = fileURLToPath(new URL('./aedes_program.mjs', import.meta.url));

export class Aedes extends Server {
  ready = /listens/;

  async launch() {
    this.mqttPort ??= (await freePorts()).mqtt;
    this.child = new Child(process.execPath, [PROGRAM, String(this.mqttPort)]);
  }
}
