/* A broker that is not ours: started on a free port, and started again on the same one.
 *
 * SPDX-License-Identifier: MIT
 */
import { temporaryFolder } from '../../conformance/lib/child.mjs';
import { Owner } from '../../conformance/lib/owner.mjs';

/* A subclass has launch(), which runs the broker on the port this.mqttPort and returns its
 * Child, and `ready`, the line by which the broker tells that it listens. */
export class Server extends Owner {
  async start() {
    this.folder ??= temporaryFolder();
    await this.launch();
    await this.child.output.take((line) => this.ready.test(line));
  }

  /* Ends it on the spot, with all that it has started. */
  async kill() {
    const { pid, exitCode, signalCode } = this.child.process;
    if (exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
    await this.child.exited;
  }

  async stop() {
    this.closeOwned();
    if (this.child) await this.kill();
  }
}
