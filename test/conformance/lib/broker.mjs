/* dm-broker, and what a test of it needs besides.
 *
 * SPDX-License-Identifier: MIT
 */
import { Program, built } from './program.mjs';

export * from './child.mjs';
export * from './program.mjs';

export const PROGRAM = process.env.DM_BROKER ?? built('dm-broker');

export class Broker extends Program {
  file = PROGRAM;
  configName = 'broker.json';
  listens = 'mqtt';
}
