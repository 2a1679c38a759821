/* What the core is told about who calls, and about who is to receive.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/host/asked_party.h"

#include "common/access/http_caller.h"
#include "common/loop/clock.h"

access_peer stream_peer(const stream *s, const certificate *shown) {
  stream_tls tls;
  return (access_peer){
      .secure = stream_describe_tls(s, &tls), .server_name = tls.server_name, .certificate = shown};
}

static access_peer peer_of(const dm_party *party, const access_peer *device) {
  if (party->connection != 0)
    return *device;
  const http_caller *caller = party->caller->user;
  return caller == NULL ? (access_peer){.secure = false} : caller->peer;
}

int asked_policies(const service *s, const dm_party *party, const access_peer *device,
                   dm_policy_list *out) {
  const certificate *shown = peer_of(party, device).certificate;
  *out = (dm_policy_list){NULL, 0};
  if (shown == NULL || certificate_usable(shown))
    *out = access_policies(&s->access, party->principal, party->connection != 0);
  return DM_OK;
}

/* AWS IoT knows things of devices only, never of an HTTP caller. */
static void add_thing(known_values *known, const access_rules *access, const dm_party *party) {
  if (party->connection == 0)
    return;
  size_t count;
  const dm_policy_value *values = access_thing(access, party->principal, &count);
  known_values_add(known, values, count);
}

static void add_certificate(known_values *known, const certificate *shown) {
  if (shown == NULL)
    return;
  size_t count;
  const dm_policy_value *values = certificate_values(shown, &count);
  known_values_add(known, values, count);
}

int asked_values(service *s, const dm_party *party, const access_peer *device,
                 const dm_policy_value **out, size_t *count) {
  known_values *known = &s->values;
  const access_peer who = peer_of(party, device);
  known_values_clear(known);
  known_values_add_time(known, loop_wall());
  known_values_add_connection(known, &who);
  known_values_add_one(known, "aws:username", access_user_name(&s->access, party->principal));
  add_thing(known, &s->access, party);
  add_certificate(known, who.certificate);
  *out = known->list;
  *count = known->count;
  return known->too_many ? DM_ERROR_LIMIT : DM_OK;
}
