/* The packages that stand with the conformance tests.
 *
 * SPDX-License-Identifier: MIT
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { resolve } = createRequire(new URL('../../conformance/package.json', import.meta.url));

export const load = (name) => import(pathToFileURL(resolve(name)));
