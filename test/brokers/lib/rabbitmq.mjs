/* RabbitMQ with its MQTT plugin: a node of its own, with its folder, its ports and its epmd,
 * beside whatever RabbitMQ there may be on the machine.
 *
 * SPDX-License-Identifier: MIT
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Child, freePorts } from '../../conformance/lib/child.mjs';
import { Server } from './server.mjs';

/* The program itself: the command on the PATH runs it as another user. */
const PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server';

const config = (mqttPort) => `
listeners.tcp = none
mqtt.listeners.tcp.1 = 127.0.0.1:${mqttPort}
mqtt.allow_anonymous = true
log.console = true
log.file = false
disk_free_limit.absolute = 1MB
`;

/* It speaks MQTT 5 since 3.13. */
const speaksMqtt5 = () => {
  const folder = readdirSync('/usr/lib/rabbitmq/lib').find((name) => name.startsWith('rabbitmq_'));
  const [major, minor] = folder.match(/\d+/g).map(Number);
  return major > 3 || minor >= 13;
};

export class RabbitMq extends Server {
  static levels = speaksMqtt5() ? [3, 4, 5] : [3, 4];

  ready = /Server startup complete/;

  async launch() {
    if (!this.epmd) await this.#prepare();
    this.child = new Child(PROGRAM, [], { env: this.#env });
  }

  #env;

  async #prepare() {
    const { mqtt, http: distribution } = await freePorts();
    const { mqtt: epmd } = await freePorts();
    const inFolder = (name) => join(this.folder, name);
    this.mqttPort = mqtt;
    writeFileSync(inFolder('rabbitmq.conf'), config(mqtt));
    writeFileSync(inFolder('enabled_plugins'), '[rabbitmq_mqtt].\n');
    this.#env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      RABBITMQ_NODENAME: 'dm@localhost',
      RABBITMQ_CONF_ENV_FILE: inFolder('none'),
      RABBITMQ_CONFIG_FILE: inFolder('rabbitmq.conf'),
      RABBITMQ_CONFIG_FILES: inFolder('none/*.conf'),
      RABBITMQ_ADVANCED_CONFIG_FILE: inFolder('none'),
      RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('enabled_plugins'),
      RABBITMQ_MNESIA_BASE: this.folder,
      RABBITMQ_LOG_BASE: this.folder,
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      ERL_EPMD_PORT: String(epmd),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_CRASH_DUMP_BYTES: '0',
    };
    await this.#startEpmd();
  }

  /* Erlang's port mapper. A node that finds none starts one which then stays. */
  async #startEpmd() {
    this.epmd = new Child('epmd', ['-d', '-d'], { env: this.#env });
    await this.epmd.says(/entering the main select\(\) loop/);
  }

  async stop() {
    await super.stop();
    this.epmd?.kill('SIGKILL');
    await this.epmd?.exited;
  }
}
