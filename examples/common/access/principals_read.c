/* Reading the file of the principals.
 *
 * SPDX-License-Identifier: MIT
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/file.h"
#include "common/access/principals.h"
#include "common/config/settings_table.h"
#include "dm/auth.h"

/* What stands where: "/3/accessKeys/0/secret". */
typedef char place_text[96];
typedef char rest_text[64]; /* without the principal's number */

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

static const settings_field certificate_fields[] = {
    TEXT("fingerprint", certificate_rule, fingerprint, 95),
    WORDS("subject", certificate_rule, subject, DM_X509_VALUE_MAX),
    WORDS("issuer", certificate_rule, issuer, DM_X509_VALUE_MAX),
    {0},
};

/* ---- One principal ----------------------------------------------------------------- */

/* Where things are being read: the file, and one of its principals. */
typedef struct reading {
  principals *all;
  size_t number;
  principal *who;
  problem *p;
} reading;

static bool wrong(const reading *r, const char *rest, const char *text) {
  place_text place;
  snprintf(place, sizeof place, "/%zu%s", r->number, rest);
  return json_file_wrong(&r->all->file, place, text, r->p);
}

static bool no_memory(const reading *r) {
  return problem_set(r->p, "out of memory");
}

/* Reads the objects of a list into an array; returns it, or NULL with *p filled. */
static void *read_list(const reading *r, const json_t *list, const char *key,
                       const settings_field *fields, size_t size) {
  char *array = calloc(json_array_size(list) + 1, size);
  bool good = array != NULL || no_memory(r);
  for (size_t i = 0; good && i < json_array_size(list); i++) {
    const settings_table tables[] = {{fields, array + i * size}, {NULL, NULL}};
    place_text place;
    snprintf(place, sizeof place, "/%zu/%s/%zu", r->number, key, i);
    good = settings_read_object(&r->all->file, place, json_array_get(list, i), tables, r->p);
  }
  if (!good) {
    free(array);
    array = NULL;
  }
  return array;
}

static bool read_access_keys(const reading *r) {
  principal *who = r->who;
  who->access_keys =
      read_list(r, who->access_key_list, "accessKeys", access_key_fields, sizeof(access_key));
  bool good = who->access_keys != NULL;
  for (size_t i = 0; good && i < json_array_size(who->access_key_list); i++) {
    rest_text rest;
    snprintf(rest, sizeof rest, "/accessKeys/%zu", i);
    const access_key *key = &who->access_keys[i];
    if (key->id == NULL || key->secret == NULL)
      good = wrong(r, rest, "an access key needs an id and a secret");
    else
      good = index_add(&r->all->access_keys, (index_entry){key->id, r->number, i}) || no_memory(r);
  }
  return good;
}

/* "AB:CD:.." or "abcd.." to what certificate_id() returns. */
static bool fingerprint_read(const char *text, char out[65]) {
  size_t len = 0;
  for (; *text != '\0' && len < 65; text++) {
    char c = *text >= 'A' && *text <= 'F' ? (char)(*text - 'A' + 'a') : *text;
    if (c == ':' && len % 2 == 0)
      continue;
    if (strchr("0123456789abcdef", c) == NULL)
      return false;
    out[len++] = c;
  }
  if (len != 64)
    return false;
  out[len] = '\0';
  return true;
}

/* Whether certificates are known to have all these attributes. */
static bool attributes_known(const json_t *wanted) {
  static const char *const known[] = {"CommonName",
                                      "Country",
                                      "DistinguishedNameQualifier",
                                      "GenerationQualifier",
                                      "GivenName",
                                      "Initials",
                                      "Organization",
                                      "OrganizationalUnit",
                                      "Pseudonym",
                                      "State",
                                      "SerialNumber",
                                      "Surname",
                                      "Title"};
  const char *attribute;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)wanted, attribute, value) {
    size_t i = 0;
    while (i < sizeof known / sizeof *known && strcmp(known[i], attribute) != 0)
      i++;
    if (i == sizeof known / sizeof *known)
      return false;
  }
  return true;
}

static json_t *object_or_empty(const json_t *object) {
  return object == NULL ? json_object() : json_incref((json_t *)(uintptr_t)object);
}

static bool index_attributes(const reading *r, certificate_rule *rule, size_t i) {
  json_t *both = json_pack("[oo]", object_or_empty(rule->subject), object_or_empty(rule->issuer));
  rule->attributes = both == NULL ? NULL : json_dumps(both, JSON_COMPACT | JSON_SORT_KEYS);
  json_decref(both);
  return (rule->attributes != NULL &&
          index_add(&r->all->attributes, (index_entry){rule->attributes, r->number, i})) ||
         no_memory(r);
}

static bool read_certificate(const reading *r, size_t i) {
  certificate_rule *rule = &r->who->certificates[i];
  size_t attributes = json_object_size(rule->subject) + json_object_size(rule->issuer);
  rest_text rest;
  snprintf(rest, sizeof rest, "/certificates/%zu", i);
  if ((rule->fingerprint != NULL) == (attributes > 0))
    return wrong(r, rest, "must have a fingerprint, or attributes of subject or issuer");
  if (!attributes_known(rule->subject) || !attributes_known(rule->issuer))
    return wrong(r, rest, "unknown attribute; known are CommonName, Organization and the like");
  if (rule->fingerprint == NULL)
    return index_attributes(r, rule, i);
  if (!fingerprint_read(rule->fingerprint, rule->id))
    return wrong(r, rest, "fingerprint must be SHA-256, 64 hexadecimal digits");
  return index_add(&r->all->fingerprints, (index_entry){rule->id, r->number, i}) || no_memory(r);
}

static bool read_certificates(const reading *r) {
  principal *who = r->who;
  who->certificates = read_list(r, who->certificate_list, "certificates", certificate_fields,
                                sizeof(certificate_rule));
  bool good = who->certificates != NULL;
  for (size_t i = 0; good && i < json_array_size(who->certificate_list); i++)
    good = read_certificate(r, i);
  return good;
}

static bool check_names(const reading *r) {
  const principal *who = r->who;
  if (who->name == NULL)
    return wrong(r, "", "name is missing");
  if (strcmp(who->name, ANONYMOUS) == 0)
    return wrong(r, "/name", "\"" ANONYMOUS "\" is who has no name");
  if (who->password != NULL && who->user_name == NULL)
    return wrong(r, "/password", "a password needs a userName");
  if (who->password != NULL && dm_password_check(dm_text(who->password)) != DM_OK)
    return wrong(r, "/password", "must be what --hash-password prints");
  if (!index_add(&r->all->names, (index_entry){who->name, r->number, 0}) ||
      (who->user_name != NULL &&
       !index_add(&r->all->user_names, (index_entry){who->user_name, r->number, 0})))
    return no_memory(r);
  return true;
}

static bool read_client_ids(const reading *r) {
  const json_t *list = r->who->client_ids;
  for (size_t i = 0; i < json_array_size(list); i++) {
    const char *client_id = json_string_value(json_array_get(list, i));
    size_t len = client_id == NULL ? 0 : strlen(client_id);
    if (len == 0)
      return wrong(r, "/clientIds", "clientIds must be a list of strings");
    if (client_id[len - 1] != '*' &&
        !index_add(&r->all->client_ids, (index_entry){client_id, r->number, i}))
      return no_memory(r);
  }
  return true;
}

/* ---- Things -------------------------------------------------------------------------- */

#define ATTRIBUTE_FORMAT "iot:Connection.Thing.Attributes[%s]"

static void thing_add(principal *who, const char *key, const char *value) {
  if (value != NULL)
    who->thing[who->thing_count++] = (dm_policy_value){dm_text(key), dm_text(value)};
}

static size_t attribute_text_size(const json_t *attributes) {
  size_t size = 1;
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)attributes, key, value) {
    size += sizeof ATTRIBUTE_FORMAT + strlen(key);
  }
  return size;
}

static void add_attributes(principal *who, size_t size) {
  char *text = who->thing_text;
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)who->thing_attributes, key, value) {
    size_t left = size - (size_t)(text - who->thing_text);
    int len = snprintf(text, left, ATTRIBUTE_FORMAT, key);
    thing_add(who, text, json_string_value(value));
    text += len + 1;
  }
}

/* What policies may ask about the thing of a device. */
static bool read_thing(const reading *r) {
  principal *who = r->who;
  size_t size = attribute_text_size(who->thing_attributes);
  size_t count = json_object_size(who->thing_attributes);
  if (count > 50)
    return wrong(r, "/thing/attributes", "more than 50 attributes");
  if (who->thing_name == NULL && (who->thing_type != NULL || who->thing_attributes != NULL))
    return wrong(r, "/thing", "a thing needs a name");
  who->thing = calloc(count + 3, sizeof *who->thing);
  who->thing_text = malloc(size);
  if (who->thing == NULL || who->thing_text == NULL)
    return no_memory(r);
  thing_add(who, "iot:Connection.Thing.IsAttached", who->thing_name == NULL ? "false" : "true");
  thing_add(who, "iot:Connection.Thing.ThingName", who->thing_name);
  thing_add(who, "iot:Connection.Thing.ThingTypeName", who->thing_type);
  add_attributes(who, size);
  return true;
}

/* ---- All of them ------------------------------------------------------------------------ */

static bool read_policies(const reading *r, known_side side, policy_shelf *shelf) {
  principal *who = r->who;
  bool callers = side == KNOWN_OF_CALLERS;
  settings_files *files = callers ? &who->sender_policies : &who->receiver_policies;
  place_text pointer;
  if (files->names == NULL)
    return true;
  snprintf(pointer, sizeof pointer, "/%zu/%s", r->number,
           callers ? "senderPolicies" : "receiverPolicies");
  files->pointer = pointer;
  bool good = policy_set_load(callers ? &who->senders : &who->receivers, shelf, &r->all->file,
                              files, side, r->p);
  files->pointer = NULL;
  return good;
}

static bool read_principal(const reading *r, json_t *object, policy_shelf *shelf) {
  principal *who = r->who;
  place_text place;
  const settings_table tables[] = {{principal_fields, who}, {NULL, NULL}};
  snprintf(place, sizeof place, "/%zu", r->number);
  return settings_read_object(&r->all->file, place, object, tables, r->p) && check_names(r) &&
         read_client_ids(r) && read_access_keys(r) && read_certificates(r) && read_thing(r) &&
         read_policies(r, KNOWN_OF_CALLERS, shelf) && read_policies(r, KNOWN_OF_DEVICES, shelf);
}

static bool read_list_of_all(principals *all, policy_shelf *shelf, problem *p) {
  size_t count = json_array_size(all->file.root);
  bool good = true;
  if (!json_is_array(all->file.root))
    return json_file_wrong(&all->file, "", "must be a list of principals", p);
  all->list = calloc(count + 1, sizeof *all->list);
  if (all->list == NULL)
    return problem_set(p, "out of memory");
  for (size_t i = 0; good && i < count; i++) {
    const reading r = {all, i, &all->list[i], p};
    all->count++;
    good = read_principal(&r, json_array_get(all->file.root, i), shelf);
  }
  return good;
}

/* Makes an index ready; what stands in it twice is reported where it stands for the second time. */
static bool check_unique(principals *all, principal_index *index, const char *member,
                         const char *inner, const char *text, problem *p) {
  const index_entry *twice = index_sort(index);
  place_text place;
  if (twice == NULL)
    return true;
  if (inner == NULL)
    snprintf(place, sizeof place, "/%zu/%s", twice->principal, member);
  else
    snprintf(place, sizeof place, "/%zu/%s/%zu%s", twice->principal, member, twice->place, inner);
  return json_file_wrong(&all->file, place, text, p);
}

static bool read_all(principals *all, const settings *s, policy_shelf *shelf, problem *p) {
  all->path = file_name_path(&s->principals);
  if (all->path == NULL)
    return problem_set(p, "out of memory");
  if (!json_file_read_secret(&all->file, all->path, p) || !read_list_of_all(all, shelf, p))
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

bool principals_load(principals *all, const settings *s, policy_shelf *shelf, problem *p) {
  *all = (principals){0};
  if (s->principals.name == NULL)
    return true;
  all->configured = true;
  bool good = read_all(all, s, shelf, p);
  json_file_forget_text(&all->file);
  if (!good)
    principals_free(all);
  return good;
}
