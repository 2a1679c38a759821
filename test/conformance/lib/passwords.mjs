/* Stored passwords, cheap ones.
 *
 * SPDX-License-Identifier: MIT
 */
import { pbkdf2Sync, randomBytes } from 'node:crypto';

/* What --hash-password prints, with fewer iterations. */
export function stored(password, iterations = 1000) {
  const salt = randomBytes(16);
  const hash = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
  return `$pbkdf2-sha512$i=${iterations}$${salt.toString('base64')}$${hash.toString('base64')}`;
}
