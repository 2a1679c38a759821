/* Files that TLS needs: certificates, keys, revocation lists.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/tls/tls_files.h"

#include <errno.h>
#include <mbedtls/error.h>
#include <mbedtls/platform_util.h>
#include <stdlib.h>
#include <string.h>

bool tls_content(int result, const char *subject, problem *p) {
  char reason[160];
  if (result == 0)
    return true;
  if (result > 0)
    return problem_set(p, "%s: %d of its certificates cannot be read", subject, result);
  mbedtls_strerror(result, reason, sizeof reason);
  return problem_set(p, "%s: %s", subject, reason);
}

static bool read_text(const char *path, bool secret, bytes *text, problem *p) {
  if (!(secret ? file_read_secret(path, text) : file_read(path, text)))
    return secret && errno == EPERM
               ? problem_set(p, "%s: others may read this private key: chmod 600 it", path)
               : problem_set(p, "%s: cannot be read: %s", path, strerror(errno));
  if (bytes_append(text, dm_bytes("", 1)))
    return true;
  bytes_free(text);
  return problem_set(p, "%s: out of memory", path);
}

static bool parse_file(const char *path, bool secret, tls_parser *parse, void *into, problem *p) {
  bytes text;
  if (!read_text(path, secret, &text, p))
    return false;
  int result = parse(into, (const unsigned char *)text.data, text.len);
  mbedtls_platform_zeroize(text.data, text.len);
  bytes_free(&text);
  return tls_content(result, path, p);
}

static bool read_file(const file_name *file, bool secret, tls_parser *parse, void *into,
                      problem *p) {
  if (file->name == NULL)
    return true;
  char *path = file_name_path(file);
  bool good =
      path == NULL ? problem_set(p, "out of memory") : parse_file(path, secret, parse, into, p);
  free(path);
  return good;
}

bool tls_file_read(const file_name *file, tls_parser *parse, void *into, problem *p) {
  return read_file(file, false, parse, into, p);
}

bool tls_file_read_key(const file_name *file, tls_parser *parse, void *into, problem *p) {
  return read_file(file, true, parse, into, p);
}
