/* Files that TLS needs: certificates, keys, revocation lists.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TLS_TLS_FILES_H
#define COMMON_TLS_TLS_FILES_H

#include "common/base/file.h"
#include "common/base/problem.h"

/* Has mbedtls parse `len` bytes, the NUL included by which it tells PEM from DER; returns what
 * mbedtls returns. */
typedef int tls_parser(void *into, const unsigned char *text, size_t len);

/* Reads and parses a file that is named; one that is not named is left out. */
bool tls_file_read(const file_name *file, tls_parser *parse, void *into, problem *p);

/* The same for a private key, which nobody but its owner may read. */
bool tls_file_read_key(const file_name *file, tls_parser *parse, void *into, problem *p);

/* Whether mbedtls is content with `subject`, a file or something else that the line in *p is
 * about. */
bool tls_content(int result, const char *subject, problem *p);

#endif
