/* Who a client is: by its certificate, or by its user name and password.
 *
 * A certificate of a principal's counts, and then user name and password are not looked at.
 * Looking at a password takes a tenth of a second or two: the client is not read from
 * meanwhile, and its CONNECT is handled once more after that.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_LOGIN_H
#define BROKER_LOGIN_H

#include "dm/mqtt.h"

struct client;

/* login_judge(): not known yet. */
#define LOGIN_WAITS (-1)

/* Judges a CONNECT. Returns 0 and the principal is known, LOGIN_WAITS, or the reason code to
 * refuse with: the log says more than the client is told. */
int login_judge(struct client *client, const dm_mqtt_packet *packet);

/* Whether the principal may connect with this client identifier: 0, or the reason code to
 * refuse with. */
int login_judge_client_id(const struct client *client, dm_span client_id);

/* The name of the principal's thing; absent where it has none. */
dm_span login_thing(const struct client *client);

#endif
