/* Who an MQTT device is: by the certificate of its connection, or by its user name and password.
 * A certificate of a principal's counts, and then the others are not looked at.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_MQTT_DEVICE_H
#define COMMON_ACCESS_MQTT_DEVICE_H

#include "common/access/access.h"

/* What is found is borrowed from `access`. */
typedef struct mqtt_device {
  const char *principal; /* its name; NULL: nobody was found */
  const char *stored;    /* the password must be the one of which this is stored, or it is nobody;
                            NULL: there is nothing to compare */
  const char *failure;   /* why it is nobody; static */
  bool by_user_name;     /* so it was looked for */
} mqtt_device;

/* Finds out. `shown` is the certificate of the connection, NULL where it has none; user name and
 * password may be absent. Where there is no such user name there is something to compare with
 * nonetheless, so that this takes as long. */
mqtt_device mqtt_device_of(const access_rules *access, const certificate *shown, dm_span user_name,
                           dm_span password);

#endif
