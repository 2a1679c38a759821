/* The broker aedes: aedes_program.mjs PORT
 *
 * SPDX-License-Identifier: MIT
 */
import { createServer } from 'node:net';

import { load } from './modules.mjs';

const { Aedes } = await load('aedes');
const broker = await Aedes.createBroker();
createServer(broker.handle).listen(Number(process.argv[2]), '127.0.0.1', () => {
  console.log('listens');
});
