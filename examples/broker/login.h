/* Who a client is: by its certificate, or by its user name and password.
 *
 * A certificate of a principal's counts, and then user name and password are not looked at.
 * Looking at a password takes a tenth of a second or two: it is done by libuv's threads, the
 * client is not read from meanwhile, and its CONNECT is handled once more after that.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_LOGIN_H
#define BROKER_LOGIN_H

#include "common/access/access.h"
#include "dm/auth.h"
#include "dm/mqtt.h"

struct client;
struct password_check;

/* login_judge(): not known yet. */
#define LOGIN_WAITS (-1)

struct login {
  certificate *certificate;                 /* NULL: none */
  struct password_check *check;             /* on its way; NULL: none */
  char checked[DM_PASSWORD_STORED_MAX + 1]; /* what the password was compared with; "": nothing */
  bool good;                                /* it was that password */
  char *principal;                          /* who it is; NULL: not known yet */
};

/* Judges a CONNECT. Returns 0 and the principal is known, LOGIN_WAITS, or the reason code to
 * refuse with: the log says more than the client is told. */
int login_judge(struct client *client, const dm_mqtt_packet *packet);

/* Whether the principal may connect with this client identifier: 0, or the reason code to
 * refuse with. */
int login_judge_client_id(const struct client *client, dm_span client_id);

/* The name of the principal's thing; absent where it has none. */
dm_span login_thing(const struct client *client);

/* The client leaves: nobody waits for its password any more. */
void login_forget(struct client *client);

/* Releases everything. */
void login_free(struct login *login);

#endif
