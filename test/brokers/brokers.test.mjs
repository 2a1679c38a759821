/* dm-sidecar in front of brokers of other people, with clients of other people.
 *
 * SPDX-License-Identifier: MIT
 */
import { after, before, describe, it } from 'node:test';

import { killAll } from '../conformance/lib/child.mjs';
import { Mosquitto } from '../conformance/lib/mosquitto.mjs';
import { Sidecar } from '../conformance/lib/sidecar.mjs';
import { LIMIT } from '../conformance/lib/suite.mjs';
import { Aedes } from './lib/aedes.mjs';
import { CLIENTS } from './lib/client_makers.mjs';
import { RabbitMq } from './lib/rabbitmq.mjs';
import { testClient } from './lib/test_client.mjs';
import { testDevice, testRefused } from './lib/test_device.mjs';
import { testEnd } from './lib/test_end.mjs';

const LEVELS = [3, 4, 5]; /* MQTT 3.1, 3.1.1 and 5 */

/* levels: of the protocol that the broker speaks; qualities: of service that it keeps to. */
const BROKERS = {
  mosquitto: { Broker: Mosquitto, levels: LEVELS, qualities: [0, 1, 2] },
  RabbitMQ: { Broker: RabbitMq, levels: RabbitMq.levels, qualities: [0, 1] },
  aedes: { Broker: Aedes, levels: [3, 4], qualities: [0, 1, 2] },
};

/* Whoever interrupts it, perhaps twice: what was started is ended as the process exits. */
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const limit = { timeout: LIMIT };

const group = (name, concurrency, define) =>
  describe(name, { concurrency }, () => define((what, body) => it(what, limit, body)));

group('brokers', Object.keys(BROKERS).length, () => {
  after(killAll);
  for (const [name, { Broker, levels, qualities }] of Object.entries(BROKERS)) {
    group(name, 1, () => {
      const sidecar = new Sidecar({ upstream: new Broker() });
      before(() => sidecar.start(), limit);
      after(() => sidecar.stop(), limit);
      group('clients and devices', 8, (test) => {
        for (const level of levels.filter((l) => l > 3)) {
          for (const [client, Client] of Object.entries(CLIENTS)) {
            const named = (what, body) => test(`${client}, level ${level}: ${what}`, body);
            testClient({ sidecar, test: named, Client, level, qualities });
          }
        }
        for (const level of LEVELS) {
          const named = (what, body) => test(`a device, level ${level}: ${what}`, body);
          const testLevel = levels.includes(level) ? testDevice : testRefused;
          testLevel({ sidecar, test: named, level });
        }
      });
      group('the broker ends', 1, (test) => testEnd({ sidecar, test, levels }));
    });
  }
});
