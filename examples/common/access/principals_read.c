/* The principals of a configuration, read from their file.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/principals_read.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/access/certificate_rules.h"
#include "common/access/principal_reading.h"
#include "common/access/principal_thing.h"
#include "common/config/settings_table.h"
#include "dm/auth.h"

/* ---- Tables -------------------------------------------------------------------- */

#define TEXT(word, type, member, most)                                                             \
  { (word), NULL, SETTINGS_TEXT, offsetof(type, member), 1, (most), NULL }
#define LIST(word, member)                                                                         \
  { (word), NULL, SETTINGS_LIST, offsetof(principal, member), 0, 0, NULL }
#define WORDS(word, type, member, most)                                                            \
  { (word), NULL, SETTINGS_WORDS, offsetof(type, member), 0, (most), NULL }
#define FILES(word, member)                                                                        \
  { (word), NULL, SETTINGS_FILES, offsetof(principal, member), 0, 0, NULL }

static const settings_field thing_fields[] = {
    TEXT("name", principal, thing_name, 128),
    TEXT("type", principal, thing_type, 128),
    WORDS("attributes", principal, thing_attributes, 1024),
    {0},
};

static const settings_field principal_fields[] = {
    TEXT("name", principal, name, 128),
    TEXT("userName", principal, user_name, 65535),
    TEXT("password", principal, password, DM_PASSWORD_STORED_MAX),
    {"thing", NULL, SETTINGS_OBJECT, 0, 0, 0, thing_fields},
    LIST("accessKeys", access_key_list),
    LIST("certificates", certificate_list),
    LIST("clientIds", client_ids),
    FILES("senderPolicies", sender_policies),
    FILES("receiverPolicies", receiver_policies),
    {0},
};

static const settings_field access_key_fields[] = {
    TEXT("id", access_key, id, 128),
    TEXT("secret", access_key, secret, DM_SIGV4_SECRET_MAX),
    TEXT("sessionToken", access_key, session_token, 8192),
    {0},
};

/* ---- One principal ----------------------------------------------------------------- */

static bool read_access_keys(const principal_reading *r) {
  principal *who = r->who;
  who->access_keys = principal_read_list(r, who->access_key_list, "accessKeys", access_key_fields,
                                         sizeof(access_key));
  bool good = who->access_keys != NULL;
  for (size_t i = 0; good && i < json_array_size(who->access_key_list); i++) {
    char rest[64];
    snprintf(rest, sizeof rest, "/accessKeys/%zu", i);
    const access_key *key = &who->access_keys[i];
    if (key->id == NULL || key->secret == NULL)
      good = principal_wrong(r, rest, "an access key needs an id and a secret");
    else
      good = index_add(&r->all->access_keys, (index_entry){key->id, r->number, i}) ||
             principal_no_memory(r);
  }
  return good;
}

static bool check_names(const principal_reading *r) {
  const principal *who = r->who;
  if (who->name == NULL)
    return principal_wrong(r, "", "name is missing");
  if (strcmp(who->name, ANONYMOUS) == 0)
    return principal_wrong(r, "/name", "\"" ANONYMOUS "\" is who has no name");
  if (who->password != NULL && who->user_name == NULL)
    return principal_wrong(r, "/password", "a password needs a userName");
  if (who->password != NULL && dm_password_check(dm_text(who->password)) != DM_OK)
    return principal_wrong(r, "/password", "must be what --hash-password prints");
  if (!index_add(&r->all->names, (index_entry){who->name, r->number, 0}) ||
      (who->user_name != NULL &&
       !index_add(&r->all->user_names, (index_entry){who->user_name, r->number, 0})))
    return principal_no_memory(r);
  return true;
}

static bool read_client_ids(const principal_reading *r) {
  const json_t *list = r->who->client_ids;
  for (size_t i = 0; i < json_array_size(list); i++) {
    const char *client_id = json_string_value(json_array_get(list, i));
    size_t len = client_id == NULL ? 0 : strlen(client_id);
    if (len == 0)
      return principal_wrong(r, "/clientIds", "clientIds must be a list of strings");
    if (client_id[len - 1] != '*' &&
        !index_add(&r->all->client_ids, (index_entry){client_id, r->number, i}))
      return principal_no_memory(r);
  }
  return true;
}

/* ---- All of them ------------------------------------------------------------------------ */

static bool read_policies(const principal_reading *r, known_side side, policy_store *store) {
  principal *who = r->who;
  bool callers = side == KNOWN_OF_CALLERS;
  settings_files *files = callers ? &who->sender_policies : &who->receiver_policies;
  principal_place pointer;
  if (files->names == NULL)
    return true;
  snprintf(pointer, sizeof pointer, "/%zu/%s", r->number,
           callers ? "senderPolicies" : "receiverPolicies");
  files->pointer = pointer;
  bool good = policy_set_load(callers ? &who->senders : &who->receivers, store, &r->all->file,
                              files, side, r->p);
  files->pointer = NULL;
  return good;
}

static bool read_principal(const principal_reading *r, json_t *object, policy_store *store) {
  principal *who = r->who;
  principal_place place;
  const settings_table tables[] = {{principal_fields, who}, {NULL, NULL}};
  snprintf(place, sizeof place, "/%zu", r->number);
  return settings_read_object(&r->all->file, place, object, tables, r->p) && check_names(r) &&
         read_client_ids(r) && read_access_keys(r) && principal_read_certificates(r) &&
         principal_read_thing(r) && read_policies(r, KNOWN_OF_CALLERS, store) &&
         read_policies(r, KNOWN_OF_DEVICES, store);
}

static bool read_list_of_all(principals *all, policy_store *store, problem *p) {
  size_t count = json_array_size(all->file.root);
  bool good = true;
  if (!json_is_array(all->file.root))
    return json_file_wrong(&all->file, "", "must be a list of principals", p);
  all->list = calloc(count + 1, sizeof *all->list);
  if (all->list == NULL)
    return problem_set(p, "out of memory");
  for (size_t i = 0; good && i < count; i++) {
    const principal_reading r = {all, i, &all->list[i], p};
    all->count++;
    good = read_principal(&r, json_array_get(all->file.root, i), store);
  }
  return good;
}

/* Makes an index ready; what stands in it twice is reported where it stands for the second time. */
static bool check_unique(principals *all, principal_index *index, const char *member,
                         const char *inner, const char *text, problem *p) {
  const index_entry *twice = index_sort(index);
  principal_place place;
  if (twice == NULL)
    return true;
  if (inner == NULL)
    snprintf(place, sizeof place, "/%zu/%s", twice->principal, member);
  else
    snprintf(place, sizeof place, "/%zu/%s/%zu%s", twice->principal, member, twice->place, inner);
  return json_file_wrong(&all->file, place, text, p);
}

static bool read_all(principals *all, const file_name *file, policy_store *store, problem *p) {
  all->path = file_name_path(file);
  if (all->path == NULL)
    return problem_set(p, "out of memory");
  if (!json_file_read_secret(&all->file, all->path, p) || !read_list_of_all(all, store, p))
    return false;
  index_sort(&all->client_ids);
  return check_unique(all, &all->names, "name", NULL, "another principal has this name", p) &&
         check_unique(all, &all->user_names, "userName", NULL,
                      "another principal has this user name", p) &&
         check_unique(all, &all->access_keys, "accessKeys", "/id", "this access key is there twice",
                      p) &&
         check_unique(all, &all->fingerprints, "certificates", "/fingerprint",
                      "this certificate is there twice", p) &&
         check_unique(all, &all->attributes, "certificates", "",
                      "certificates with these attributes are there twice", p);
}

bool principals_load(principals *all, const file_name *file, policy_store *store, problem *p) {
  *all = (principals){0};
  if (file->name == NULL)
    return true;
  all->configured = true;
  bool good = read_all(all, file, store, p);
  json_file_forget_text(&all->file);
  if (!good)
    principals_free(all);
  return good;
}
