/* libdm: who calls.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_CALLER_H
#define DM_CALLER_H

#include "dm/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Through which door a call came. */
enum {
  DM_PROTOCOL_C = 0,
  DM_PROTOCOL_HTTP = 1
};

/* Whoever sends a message or asks about a client. An in-process caller names itself; a front
 * end names whom it has authenticated. All but the principal and the source IP is for the log
 * and the host alone. */
typedef struct dm_caller {
  size_t size;
  dm_span principal;     /* whose policies hold; at most DM_PRINCIPAL_MAX bytes */
  dm_span source_ip;     /* at most 45 bytes; absent: NULL; policies may ask for it */
  dm_span invocation_id; /* joins a caller's retries; at most 64 bytes; absent: NULL */
  dm_span trace_parent;  /* a W3C traceparent of version 00; what is none counts as absent */
  void *user;            /* the host's own. It is not kept for a message that waits: the event
                          * of its end has NULL here */
  uint32_t attempt;      /* 1 for the first try; 0 unknown */
  uint16_t source_port;
  int protocol; /* DM_PROTOCOL_... */
} dm_caller;

#ifdef __cplusplus
}
#endif
#endif
