/* Who an MQTT device is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/mqtt_device.h"

/* Nobody's, with as many iterations as --hash-password makes. */
static const char nobodys[] =
    "$pbkdf2-sha512$i=210000$bGliZG0gaXMgbm9ib2R5$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

/* What to compare with where there is no such user name: with one of as many iterations as the
 * others, as far as they are alike. */
static const char *somebodys(const principals *all) {
  for (size_t i = 0; i < all->count; i++)
    if (all->list[i].password != NULL)
      return all->list[i].password;
  return nobodys;
}

static mqtt_device by_user_name(const principals *all, dm_span user_name, dm_span password) {
  mqtt_device found = {.by_user_name = true, .failure = "There is no user name, or no password."};
  if (user_name.ptr == NULL || password.ptr == NULL)
    return found;
  const principal *who = principals_with_user_name(all, user_name);
  const bool known = who != NULL && who->password != NULL;
  found.principal = known ? who->name : NULL;
  found.stored = known ? who->password : somebodys(all);
  found.failure = known         ? "The password is wrong."
                  : who == NULL ? "The user name is not known."
                                : "The principal of this user name has no password.";
  return found;
}

static const char *why_unknown(const certificate *shown) {
  if (shown == NULL)
    return "There is neither a user name nor a client certificate.";
  return certificate_usable(shown)
             ? "The client certificate is not one of a principal's."
             : "The client certificate holds a value that policies cannot be asked about.";
}

mqtt_device mqtt_device_of(const access_rules *a, const certificate *shown, dm_span user_name,
                           dm_span password) {
  const principal *owner = principals_with_certificate(&a->principals, shown);
  if (!a->principals.configured)
    return (mqtt_device){.principal = ANONYMOUS};
  if (owner != NULL)
    return (mqtt_device){.principal = owner->name};
  if (user_name.ptr != NULL || password.ptr != NULL)
    return by_user_name(&a->principals, user_name, password);
  if (a->rules.anonymous_devices)
    return (mqtt_device){.principal = ANONYMOUS};
  return (mqtt_device){.failure = why_unknown(shown)};
}
