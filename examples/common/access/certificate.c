/* A verified client certificate, as policies see it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/access/certificate.h"

#include <stdio.h>
#include <stdlib.h>

#include "dm/auth.h"

/* What is there of most certificates at the first try. */
#define FEW_VALUES 64
#define SOME_TEXT  1024

struct certificate {
  dm_x509_principal read;
  dm_policy_value *values;
  size_t count;
  bool usable;
  char *der;
};

/* Stands for one that there was no memory for. Nobody writes to it. */
static certificate unreadable;

void certificate_free(certificate *c) {
  if (c != NULL && c != &unreadable) {
    free(c->read.values);
    free(c->read.text);
    free(c->values);
    free(c->der);
    free(c);
  }
}

static bool reserve(certificate *c, size_t values, size_t text) {
  free(c->read.values);
  free(c->read.text);
  c->read = (dm_x509_principal){.size = sizeof c->read,
                                .values = calloc(values, sizeof(dm_property)),
                                .value_capacity = values,
                                .text = malloc(text),
                                .text_capacity = text};
  return c->read.values != NULL && c->read.text != NULL;
}

static int read_all(certificate *c, dm_span der) {
  int result = reserve(c, FEW_VALUES, SOME_TEXT) ? dm_x509_read(der, &c->read) : DM_ERROR_NO_MEMORY;
  if (result != DM_ERROR_BUFFER_TOO_SMALL)
    return result;
  bool room = reserve(c, c->read.value_count + 1, c->read.text_len + 1);
  return room ? dm_x509_read(der, &c->read) : DM_ERROR_NO_MEMORY;
}

static bool take(certificate *c, dm_span der) {
  c->der = malloc(der.len);
  if (c->der == NULL)
    return false;
  memcpy(c->der, der.ptr, der.len);
  int result = read_all(c, dm_bytes(c->der, der.len));
  if (result == DM_X509_UNUSABLE_VALUE || result == DM_X509_MALFORMED)
    return true;
  c->values = calloc(c->read.value_count + 1, sizeof *c->values);
  if (result != DM_OK || c->values == NULL)
    return false;
  c->usable = true;
  c->count = c->read.value_count;
  for (size_t i = 0; i < c->count; i++)
    c->values[i] = (dm_policy_value){c->read.values[i].key, c->read.values[i].value};
  return true;
}

certificate *certificate_new(dm_span der) {
  if (der.len == 0)
    return NULL;
  certificate *c = calloc(1, sizeof *c);
  if (c != NULL && !take(c, der)) {
    certificate_free(c);
    c = NULL;
  }
  return c != NULL ? c : &unreadable;
}

const char *certificate_id(const certificate *c) {
  return c->read.certificate_id;
}

bool certificate_usable(const certificate *c) {
  return c->usable;
}

const dm_policy_value *certificate_values(const certificate *c, size_t *count) {
  *count = c->count;
  return c->values;
}

bool certificate_has(const certificate *c, const char *whose, const char *attribute,
                     const char *value) {
  char key[128];
  int len = snprintf(key, sizeof key, "iot:Certificate.%s.%s.List", whose, attribute);
  size_t found = 0;
  bool same = false;
  if (len < 0 || (size_t)len >= sizeof key)
    return false;
  for (size_t i = 0; i < c->count; i++) {
    dm_span got = c->values[i].key;
    if (got.len != (size_t)len || memcmp(got.ptr, key, got.len) != 0)
      continue;
    found++;
    same = c->values[i].value.len == strlen(value) &&
           memcmp(c->values[i].value.ptr, value, strlen(value)) == 0;
  }
  return found == 1 && same;
}
