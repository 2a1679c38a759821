/* Who may do what.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/access.h"

#include <stdio.h>
#include <string.h>

#include "common/access/principals_read.h"

static bool load_common(access_rules *out, const settings *s, problem *p) {
  if (s->path == NULL)
    return policy_set_allow_all(&out->senders, &out->policies, p) &&
           policy_set_allow_all(&out->receivers, &out->policies, p);
  return policy_set_load(&out->senders, &out->policies, &s->file, &s->sender_policies,
                         KNOWN_OF_CALLERS, p) &&
         policy_set_load(&out->receivers, &out->policies, &s->file, &s->receiver_policies,
                         KNOWN_OF_DEVICES, p);
}

bool access_load(access_rules *out, const settings *s, problem *p) {
  *out = (access_rules){.rules = s->access};
  snprintf(out->region, sizeof out->region, "%s", s->access.region);
  if (load_common(out, s, p) &&
      principals_load(&out->principals, &s->principals, &out->policies, p))
    return true;
  access_free(out);
  return false;
}

void access_free(access_rules *a) {
  policy_set_free(&a->senders);
  policy_set_free(&a->receivers);
  principals_free(&a->principals);
  policy_store_free(&a->policies);
}

static bool is_anonymous(const access_rules *a, dm_span name) {
  return !a->principals.configured ||
         (name.len == strlen(ANONYMOUS) && memcmp(name.ptr, ANONYMOUS, name.len) == 0);
}

/* Who came without a name may have done so before the configuration was read again. */
static bool anonymous_allowed(const access_rules *a, bool receiver) {
  return !a->principals.configured ||
         (receiver ? a->rules.anonymous_devices : a->rules.anonymous_callers);
}

dm_policy_list access_policies(const access_rules *a, dm_span name, bool receiver) {
  bool anonymous = is_anonymous(a, name);
  const principal *who = anonymous ? NULL : principals_named(&a->principals, name);
  if (anonymous ? !anonymous_allowed(a, receiver) : who == NULL)
    return (dm_policy_list){NULL, 0};
  if (receiver)
    return policy_set_list(who != NULL && who->receiver_policies.names != NULL ? &who->receivers
                                                                               : &a->receivers);
  return policy_set_list(who != NULL && who->sender_policies.names != NULL ? &who->senders
                                                                           : &a->senders);
}

dm_span access_user_name(const access_rules *a, dm_span name) {
  return is_anonymous(a, name) ? dm_text(NULL) : name;
}

const dm_policy_value *access_thing(const access_rules *a, dm_span name, size_t *count) {
  static const dm_policy_value unattached = {{"iot:Connection.Thing.IsAttached", 31}, {"false", 5}};
  const principal *who = is_anonymous(a, name) ? NULL : principals_named(&a->principals, name);
  *count = who == NULL ? 1 : who->thing_count;
  return who == NULL ? &unattached : who->thing;
}
