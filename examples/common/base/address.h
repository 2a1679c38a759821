/* HOST:PORT and unix:PATH, as people write them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_BASE_ADDRESS_H
#define COMMON_BASE_ADDRESS_H

#include <stdbool.h>

#include "dm/types.h"

typedef struct address {
  char host[256]; /* a name or a numeric address, without the brackets of IPv6; or a path */
  uint16_t port;  /* 0: any free one */
  bool local;     /* of a Unix-domain socket: `host` is its path */
} address;

/* The longest path of a socket. */
#define ADDRESS_PATH_MAX 107

/* The longest text of an address, with its NUL. */
#define ADDRESS_TEXT_SIZE (256 + 2 + 1 + 5 + 1)

/* Reads "127.0.0.1:1883", "localhost:1883" or "[::1]:1883"; both parts are required. */
bool address_parse(dm_span text, address *out);

/* The same, and "unix:/run/mosquitto.sock": where something is to be reached. */
bool address_parse_peer(dm_span text, address *out);

/* Writes it back, with brackets around IPv6, and a NUL; returns `out`. */
char *address_text(const address *a, char out[ADDRESS_TEXT_SIZE]);

/* Whether it is one: all zero stands for none. */
static inline bool address_given(const address *a) {
  return a->host[0] != '\0';
}

/* Whether two are the same, letter by letter. */
bool address_equal(const address *a, const address *b);

#endif
