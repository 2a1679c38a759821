/* By which certificates a principal is recognised.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/certificate_rules.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "dm/auth.h"

static const settings_field certificate_fields[] = {
    {.key = "fingerprint",
     .type = SETTINGS_TEXT,
     .offset = offsetof(certificate_rule, fingerprint),
     .min = 1,
     .max = 95},
    {.key = "subject",
     .type = SETTINGS_WORDS,
     .offset = offsetof(certificate_rule, subject),
     .max = DM_X509_VALUE_MAX},
    {.key = "issuer",
     .type = SETTINGS_WORDS,
     .offset = offsetof(certificate_rule, issuer),
     .max = DM_X509_VALUE_MAX},
    {0},
};

/* "AB:CD:.." or "abcd.." to what certificate_id() returns. */
static bool fingerprint_read(const char *text, char out[65]) {
  size_t len = 0;
  for (; *text != '\0' && len < 65; text++) {
    char c = ascii_lower(*text);
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

static bool index_attributes(const principal_reading *r, certificate_rule *rule, size_t i) {
  json_t *both = json_pack("[oo]", object_or_empty(rule->subject), object_or_empty(rule->issuer));
  rule->attributes = both == NULL ? NULL : json_dumps(both, JSON_COMPACT | JSON_SORT_KEYS);
  json_decref(both);
  return (rule->attributes != NULL &&
          index_add(&r->all->attributes, (index_entry){rule->attributes, r->number, i})) ||
         principal_no_memory(r);
}

static bool read_certificate(const principal_reading *r, size_t i) {
  certificate_rule *rule = &r->who->certificates[i];
  size_t attributes = json_object_size(rule->subject) + json_object_size(rule->issuer);
  char rest[64];
  snprintf(rest, sizeof rest, "/certificates/%zu", i);
  if ((rule->fingerprint != NULL) == (attributes > 0))
    return principal_wrong(r, rest, "must have a fingerprint, or attributes of subject or issuer");
  if (!attributes_known(rule->subject) || !attributes_known(rule->issuer))
    return principal_wrong(r, rest,
                           "unknown attribute; known are CommonName, Organization and the like");
  if (rule->fingerprint == NULL)
    return index_attributes(r, rule, i);
  if (!fingerprint_read(rule->fingerprint, rule->id))
    return principal_wrong(r, rest, "fingerprint must be SHA-256, 64 hexadecimal digits");
  return index_add(&r->all->fingerprints, (index_entry){rule->id, r->number, i}) ||
         principal_no_memory(r);
}

bool principal_read_certificates(const principal_reading *r) {
  principal *who = r->who;
  who->certificates = principal_read_list(r, who->certificate_list, "certificates",
                                          certificate_fields, sizeof(certificate_rule));
  bool good = who->certificates != NULL;
  for (size_t i = 0; good && i < json_array_size(who->certificate_list); i++)
    good = read_certificate(r, i);
  return good;
}
