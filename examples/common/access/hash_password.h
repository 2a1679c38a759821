/* --hash-password: from a password to what the file of the principals holds.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_HASH_PASSWORD_H
#define COMMON_ACCESS_HASH_PASSWORD_H

/* Reads a password from standard input, up to its end or a line feed, and prints its stored
 * form. Returns the exit status. */
int hash_password(const char *program);

#endif
