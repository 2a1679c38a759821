/* Whether who connects to an address comes to a listener of our own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/own_address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The bytes of an IP address, as IPv6: an IPv4 address is mapped. */
static struct in6_addr ip_of(const struct sockaddr *from) {
  struct sockaddr_in v4;
  struct sockaddr_in6 v6 = {.sin6_addr.s6_addr = {[10] = 0xFF, [11] = 0xFF}};
  if (from->sa_family == AF_INET6) {
    memcpy(&v6, from, sizeof v6);
    return v6.sin6_addr;
  }
  memcpy(&v4, from, sizeof v4);
  memcpy(v6.sin6_addr.s6_addr + 12, &v4.sin_addr, 4);
  return v6.sin6_addr;
}

static bool is_wildcard(const struct in6_addr *ip) {
  static const struct in6_addr v4 = {.s6_addr = {[10] = 0xFF, [11] = 0xFF}};
  return memcmp(ip, &v4, sizeof v4) == 0 || IN6_IS_ADDR_UNSPECIFIED(ip);
}

/* An address of this machine's: a socket can be bound to it. Its port is 0 here. */
static bool is_of_this_machine(const struct sockaddr *to, socklen_t len) {
  int fd = socket(to->sa_family, SOCK_STREAM, 0);
  if (fd < 0)
    return false;
  bool bound = bind(fd, to, len) == 0;
  close(fd);
  return bound;
}

static bool reaches(const struct in6_addr *own, const struct addrinfo *to) {
  const struct in6_addr ip = ip_of(to->ai_addr);
  if (memcmp(own, &ip, sizeof ip) == 0)
    return true;
  return is_wildcard(own) && (is_wildcard(&ip) || is_of_this_machine(to->ai_addr, to->ai_addrlen));
}

bool own_address_reaches(const listener *l, const address *to) {
  struct sockaddr_storage bound = {0};
  int len = sizeof bound;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
  if (!l->open || to->local || l->bound.port != to->port ||
      uv_tcp_getsockname(&l->socket, (struct sockaddr *)&bound, &len) != 0 ||
      getaddrinfo(to->host, NULL, &hints, &found) != 0)
    return false;
  const struct in6_addr own = ip_of((const struct sockaddr *)&bound);
  bool any = false;
  for (const struct addrinfo *at = found; at != NULL && !any; at = at->ai_next)
    any = reaches(&own, at);
  freeaddrinfo(found);
  return any;
}
