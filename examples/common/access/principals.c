/* How principals are recognised.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/principals.h"

#include <jansson.h>
#include <stdlib.h>

static const principal *at(const principals *all, const index_entry *entry) {
  return entry == NULL ? NULL : &all->list[entry->principal];
}

const principal *principals_named(const principals *all, dm_span name) {
  return at(all, index_find(&all->names, name));
}

const principal *principals_with_user_name(const principals *all, dm_span user_name) {
  return at(all, index_find(&all->user_names, user_name));
}

const principal *principals_with_key(const principals *all, dm_span id, const access_key **key) {
  const index_entry *entry = index_find(&all->access_keys, id);
  const principal *owner = at(all, entry);
  if (owner != NULL)
    *key = &owner->access_keys[entry->place];
  return owner;
}

/* ---- Certificates ------------------------------------------------------------ */

static bool has_all(const certificate *c, const char *whose, const json_t *wanted) {
  const char *attribute;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)wanted, attribute, value) {
    if (!certificate_has(c, whose, attribute, json_string_value(value)))
      return false;
  }
  return true;
}

/* The first principal in the file whose rule the attributes satisfy. */
static const principal *by_attributes(const principals *all, const certificate *c) {
  for (size_t i = 0; i < all->count; i++) {
    const principal *who = &all->list[i];
    for (size_t k = 0; k < json_array_size(who->certificate_list); k++) {
      const certificate_rule *rule = &who->certificates[k];
      if (rule->fingerprint == NULL && has_all(c, "Subject", rule->subject) &&
          has_all(c, "Issuer", rule->issuer))
        return who;
    }
  }
  return NULL;
}

const principal *principals_with_certificate(const principals *all, const certificate *c) {
  if (c == NULL || !certificate_usable(c))
    return NULL;
  const principal *who = at(all, index_find(&all->fingerprints, dm_text(certificate_id(c))));
  return who != NULL ? who : by_attributes(all, c);
}

/* ---- Client identifiers ---------------------------------------------------------- */

/* A '*' at the end stands for anything. */
static bool matches(const char *pattern, dm_span client_id) {
  size_t len = strlen(pattern);
  bool open = pattern[len - 1] == '*';
  len -= open;
  return (open ? client_id.len >= len : client_id.len == len) &&
         (len == 0 || memcmp(client_id.ptr, pattern, len) == 0);
}

bool principals_allow(const principals *all, const principal *who, dm_span client_id) {
  if (who == NULL || who->client_ids == NULL)
    return index_find(&all->client_ids, client_id) == NULL;
  for (size_t i = 0; i < json_array_size(who->client_ids); i++)
    if (matches(json_string_value(json_array_get(who->client_ids, i)), client_id))
      return true;
  return false;
}

/* ---- Life -------------------------------------------------------------------------- */

static void free_certificates(principal *who) {
  for (size_t i = 0; who->certificates != NULL && i < json_array_size(who->certificate_list); i++)
    free(who->certificates[i].attributes);
  free(who->certificates);
}

void principals_free(principals *all) {
  for (size_t i = 0; i < all->count; i++) {
    principal *who = &all->list[i];
    policy_set_free(&who->senders);
    policy_set_free(&who->receivers);
    free(who->access_keys);
    free_certificates(who);
    free(who->thing);
    free(who->thing_text);
  }
  free(all->list);
  index_free(&all->names);
  index_free(&all->user_names);
  index_free(&all->access_keys);
  index_free(&all->fingerprints);
  index_free(&all->attributes);
  index_free(&all->client_ids);
  json_file_free(&all->file);
  free(all->path);
  *all = (principals){0};
}
