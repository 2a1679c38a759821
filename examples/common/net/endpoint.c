/* One end of a connection.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static endpoint end_of_ipv4(const struct sockaddr_storage *socket_address) {
  struct sockaddr_in v4;
  endpoint end = {.port = 0};
  memcpy(&v4, socket_address, sizeof v4);
  inet_ntop(AF_INET, &v4.sin_addr, end.ip, sizeof end.ip);
  end.port = ntohs(v4.sin_port);
  return end;
}

static endpoint end_of_ipv6(const struct sockaddr_storage *socket_address) {
  struct sockaddr_in6 v6;
  endpoint end = {.port = 0};
  memcpy(&v6, socket_address, sizeof v6);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
    inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, end.ip, sizeof end.ip);
  else
    inet_ntop(AF_INET6, &v6.sin6_addr, end.ip, sizeof end.ip);
  end.port = ntohs(v6.sin6_port);
  return end;
}

endpoint endpoint_of(const struct sockaddr_storage *socket_address) {
  if (socket_address->ss_family == AF_INET)
    return end_of_ipv4(socket_address);
  if (socket_address->ss_family == AF_INET6)
    return end_of_ipv6(socket_address);
  return (endpoint){.port = 0};
}
