/* What the log says of connections that are refused: no or a bad certificate, no TLS, a wrong
 * password. One JSON object, one line, like the entry of a call:
 *
 *   {"timestamp":"...","logLevel":"ERROR","accountId":"...","status":"Failure",
 *    "eventType":"Connect","protocol":"MQTT","listener":"mqtts","sourceIp":"192.0.2.7",
 *    "sourcePort":50000,"targetIp":"192.0.2.1","targetPort":8883,
 *    "reason":"CLIENT_CERTIFICATE_REFUSED","details":"The certificate has been revoked ..."}
 *
 * Who scans a port shall not fill a disk: a hundred lines may come at once, then ten in a
 * second. What is left out is counted, and the next line says how many ("omitted"), or the
 * owner of the log at the end. An answer of 401 is the entry of a call and not counted here.
 *
 * Who goes before the handshake is over has not been refused, and is not logged: a balancer
 * that tries the port does that every second.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_BASE_REFUSALS_H
#define COMMON_BASE_REFUSALS_H

#include "common/base/line_log.h"
#include "dm/types.h"

typedef struct refusals {
  line_log *log;
  const char *account;
  uint64_t omitted;   /* lines, since the last one */
  dm_time paid_until; /* private */
} refusals;

typedef struct refused_connection {
  const char *listener; /* where it has come in: "mqtt", "mqtts", "https" */
  const char *reason;   /* one word */
  const char *details;  /* for people; cut where it is long */
  dm_span client_id;    /* any bytes, cut where it is long; empty: none is known */

  /* The two ends; "" and 0 where one is not known. */
  const char *source_ip;
  const char *target_ip;
  uint16_t source_port;
  uint16_t target_port;
} refused_connection;

/* Writes the line, or counts it as left out. */
void refusals_log(refusals *all, const refused_connection *r, dm_time now, dm_wall_time wall);

#endif
