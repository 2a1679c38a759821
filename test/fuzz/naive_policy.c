/* What a policy document means, written down a second time without regard to cost.
 *
 * It walks the JSON itself, expands every string into a list of what has to come, and keeps
 * the set of all places that a match may have come to.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_policy.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include <jansson.h>

enum {
  NO,
  YES,
  LACKING,    /* a variable has no value */
  UNREADABLE, /* the request's value is of another kind */
};

#define RUN 1000
#define ONE 1001

static int lower(int c) {
  return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool same_name(dm_span a, const char *b, size_t len) {
  bool same = a.len == len;
  for (size_t i = 0; same && i < len; i++)
    same = lower(a.ptr[i]) == lower(b[i]);
  return same;
}

/* ---- Strings ---- */

typedef struct tokens {
  int *list;
  size_t count;
  bool lacking;
} tokens;

static void put_literal(tokens *t, const char *text, size_t len) {
  for (size_t i = 0; i < len; i++)
    t->list[t->count++] = (unsigned char)text[i];
}

/* The value of a key that has one and only one. */
static const dm_span *only_value(const dm_policy_request *r, const char *key, size_t len,
                                 size_t *count) {
  const dm_span *found = NULL;
  *count = 0;
  for (size_t i = 0; i < r->value_count; i++)
    if (same_name(r->values[i].key, key, len)) {
      found = &r->values[i].value;
      ++*count;
    }
  return *count == 1 ? found : NULL;
}

/* Expands "${key}" or "${key, 'default'}"; returns what is behind it. */
static const char *put_variable(tokens *t, const char *s, bool wildcards,
                                const dm_policy_request *r) {
  const char *key = s + 2 + strspn(s + 2, " ");
  const char *bracket = strchr(key, '[');
  const char *end = strpbrk(key, ",}");
  if (bracket != NULL && bracket < end)
    end = strpbrk(strchr(bracket, ']'), ",}");
  size_t len = (size_t)(end - key), count;
  while (key[len - 1] == ' ')
    len--;
  const dm_span *value = only_value(r, key, len, &count);
  const char *behind = end;
  if (*end == ',')
    behind = strchr(strchr(strchr(end, '\'') + 1, '\''), '}');
  if (wildcards && value != NULL && value->len == 0 && (behind[1] == '*' || behind[1] == '?')) {
    value = NULL;
    count = 0;
  }
  if (value != NULL)
    put_literal(t, value->ptr, value->len);
  if (*end == ',') {
    const char *quote = strchr(end, '\'') + 1, *close = strchr(quote, '\'');
    if (count == 0)
      put_literal(t, quote, (size_t)(close - quote));
    t->lacking |= count > 1;
    return strchr(close, '}') + 1;
  }
  t->lacking |= value == NULL;
  return end + 1;
}

static tokens expand(const char *s, const char *end, bool wildcards, const dm_policy_request *r) {
  size_t room = (size_t)(end - s) + 1, variables = (size_t)(end - s) / 3;
  for (size_t i = 0; i < r->value_count; i++)
    room += variables * r->values[i].value.len;
  tokens t = {malloc(room * sizeof(int)), 0, false};
  while (s < end) {
    if (s[0] == '$' && (s[1] == '{' || s[1] == '(') && strchr("*?$", s[2]) != NULL) {
      put_literal(&t, s + 2, 1);
      s += 4;
    } else if (s[0] == '$' && s[1] == '{') {
      s = put_variable(&t, s, wildcards, r);
    } else {
      t.list[t.count++] = !wildcards  ? (unsigned char)*s
                          : *s == '*' ? RUN
                          : *s == '?' ? ONE
                                      : (unsigned char)*s;
      s++;
    }
  }
  return t;
}

static size_t character(dm_span text, size_t at) {
  unsigned char c = (unsigned char)text.ptr[at];
  size_t len = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
  return len < text.len - at ? len : text.len - at;
}

/* `at` has, for each place in the text, whether all tokens so far may end there. */
static void take(int token, bool *at, dm_span text, bool ignoring_case) {
  bool *next = calloc(text.len + 1, 1);
  for (size_t i = 0; i <= text.len; i++) {
    if (!at[i])
      continue;
    if (token == RUN)
      for (size_t j = i; next[j] = true, j < text.len; j += character(text, j))
        ;
    else if (i < text.len && token == ONE)
      next[i + character(text, i)] = true;
    else if (i < text.len) {
      int c = (unsigned char)text.ptr[i];
      next[i + 1] |= c == token || (ignoring_case && lower(c) == lower(token));
    }
  }
  memcpy(at, next, text.len + 1);
  free(next);
}

static int match(const char *s, const char *end, bool wildcards, bool ignoring_case,
                 const dm_policy_request *r, dm_span text) {
  tokens t = expand(s, end, wildcards, r);
  bool *at = calloc(text.len + 1, 1);
  at[0] = true;
  for (size_t i = 0; i < t.count; i++)
    take(t.list[i], at, text, ignoring_case);
  int verdict = t.lacking ? LACKING : at[text.len] ? YES : NO;
  free(t.list);
  free(at);
  return verdict;
}

/* The end of the next part of an ARN; colons between braces are none. */
static const char *part_end(const char *s) {
  for (bool inside = false; *s != '\0' && (inside || *s != ':'); s++)
    inside = (s[0] == '{' && s[-1] == '$') || (inside && *s != '}');
  return s;
}

static int dmi_match_arn(const char *s, const dm_policy_request *r, dm_span text) {
  int all = YES;
  for (int i = 0; i < 6; i++) {
    const char *colon = text.len == 0 ? NULL : memchr(text.ptr, ':', text.len);
    if (i < 5 && colon == NULL)
      return UNREADABLE;
    dm_span part = {text.ptr, i < 5 ? (size_t)(colon - text.ptr) : text.len};
    const char *end = i < 5 ? part_end(s) : s + strlen(s);
    int one = match(s, end, true, false, r, part);
    all = one == NO || all == NO ? NO : one == LACKING ? LACKING : all;
    s = end + 1;
    text.ptr += part.len + 1;
    text.len -= i < 5 ? part.len + 1 : 0;
  }
  return all;
}

/* ---- Other values ---- */

static char *copy(dm_span text) {
  char *s = calloc(text.len + 1, 1);
  if (text.len > 0)
    memcpy(s, text.ptr, text.len);
  return s;
}

static bool is_number(const char *s) {
  s += *s == '-';
  size_t digits = strspn(s, "0123456789");
  if (digits == 0)
    return false;
  s += digits;
  return *s == '\0' || (*s == '.' && strspn(s + 1, "0123456789") > 0 &&
                        s[1 + strspn(s + 1, "0123456789")] == '\0');
}

/* One digit of a number, `place` 0 the one before the point, -1 the one behind it. */
static int digit(const char *s, long place) {
  s += *s == '-';
  long whole = (long)strcspn(s, "."), at = place >= 0 ? whole - 1 - place : whole - place;
  return at < 0 || at >= (long)strlen(s) ? 0 : s[at] - '0';
}

static int compare_numbers(const char *a, const char *b) {
  long most = (long)(strlen(a) + strlen(b));
  int size = 0, zero_a = 1, zero_b = 1;
  for (long place = most; place >= -most; place--) {
    int x = digit(a, place), y = digit(b, place);
    zero_a &= x == 0;
    zero_b &= y == 0;
    x = *a == '-' ? -x : x;
    y = *b == '-' ? -y : y;
    if (size == 0)
      size = (x > y) - (x < y);
  }
  return zero_a && zero_b ? 0 : size;
}

/* Milliards of a second since the year 0, in two parts. */
typedef struct instant {
  long long second;
  long nanosecond;
} instant;

static int two(const char *s, int least, int most) {
  if (strspn(s, "0123456789") < 2)
    return -1;
  int value = (s[0] - '0') * 10 + s[1] - '0';
  return value < least || value > most ? -1 : value;
}

static long long days_before(int year, int month) {
  static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  long long days = 0;
  for (int y = 0; y < year; y++)
    days += (y % 4 == 0 && y % 100 != 0) || y % 400 == 0 ? 366 : 365;
  for (int m = 1; m < month; m++)
    days += m == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0) ? 29 : length[m - 1];
  return days;
}

static bool read_time(const char *s, instant *out) {
  int hour = two(s, 0, 23), minute = hour < 0 || s[2] != ':' ? -1 : two(s + 3, 0, 59);
  if (minute < 0)
    return false;
  s += 5;
  out->second += hour * 3600 + minute * 60;
  if (*s == ':') {
    int second = two(s + 1, 0, 59);
    if (second < 0)
      return false;
    out->second += second;
    s += 3;
    if (*s == '.') {
      size_t digits = strspn(s + 1, "0123456789");
      char padded[10] = "000000000";
      if (digits < 1 || digits > 9)
        return false;
      memcpy(padded, s + 1, digits);
      out->nanosecond = atol(padded);
      s += 1 + digits;
    }
  }
  if (strcmp(s, "Z") == 0)
    return true;
  if ((*s != '+' && *s != '-') || strlen(s) != 6 || s[3] != ':' || two(s + 1, 0, 23) < 0 ||
      two(s + 4, 0, 59) < 0)
    return false;
  long long offset = two(s + 1, 0, 23) * 3600 + two(s + 4, 0, 59) * 60;
  out->second += *s == '+' ? -offset : offset;
  return true;
}

static bool read_instant(const char *s, instant *out) {
  *out = (instant){0, 0};
  size_t digits = strspn(s, "0123456789"), len = strlen(s);
  if (digits == len && len > 0 && len != 4) {
    while (len > 1 && *s == '0') {
      s++;
      len--;
    }
    if (len > 12 || atoll(s) > 253402300799)
      return false;
    out->second = atoll(s) + 86400 * days_before(1970, 1);
    return true;
  }
  if (digits != 4)
    return false;
  int year = two(s, 0, 99) * 100 + two(s + 2, 0, 99), month = 1, day = 1;
  if (s[4] == '-') {
    month = two(s + 5, 1, 12);
    if (month < 0)
      return false;
    if (s[7] == '-') {
      day = two(s + 8, 1, 31);
      if (day < 0 || day > days_before(year, month + 1) - days_before(year, month))
        return false;
    }
  }
  out->second = 86400 * (days_before(year, month) + day - 1);
  if (len == 4 || (s[4] == '-' && (len == 7 || (s[7] == '-' && len == 10))))
    return true;
  return s[4] == '-' && s[7] == '-' && s[10] == 'T' && read_time(s + 11, out);
}

static bool read_address(const char *s, unsigned char out[16]) {
  memset(out, 0, 16);
  memset(out + 10, 0xFF, 2);
  return inet_pton(AF_INET, s, out + 12) == 1 || inet_pton(AF_INET6, s, out) == 1;
}

static bool is_mapped(const unsigned char *address) {
  static const unsigned char in_front[12] = {[10] = 0xFF, [11] = 0xFF};
  return memcmp(address, in_front, 12) == 0;
}

static int compare_addresses(const char *asked, const char *range) {
  unsigned char a[16], b[16];
  char *first = copy(dm_bytes(range, strcspn(range, "/")));
  const char *slash = strchr(range, '/');
  bool good = read_address(asked, a), known = read_address(first, b);
  int bits = slash == NULL ? 128 : atoi(slash + 1) + (strchr(first, ':') == NULL ? 96 : 0);
  free(first);
  if (!good || !known)
    return UNREADABLE;
  if (is_mapped(a) && bits < 96)
    return NO;
  for (int i = 0; i < bits; i++)
    if (((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1) != 0)
      return NO;
  return YES;
}

static int compare_bytes(dm_span asked, const char *base64) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t len = 0, bits = 0;
  unsigned long held = 0;
  bool same = true;
  for (; *base64 != '\0' && *base64 != '='; base64++) {
    held = held << 6 | (unsigned long)(strchr(letters, *base64) - letters);
    bits += 6;
    if (bits < 8)
      continue;
    bits -= 8;
    same = same && len < asked.len && (unsigned char)asked.ptr[len] == (held >> bits & 0xFF);
    len++;
  }
  return same && len == asked.len ? YES : NO;
}

static bool orders(const char *test, int order) {
  if (strstr(test, "LessThanEquals") != NULL)
    return order <= 0;
  if (strstr(test, "GreaterThanEquals") != NULL)
    return order >= 0;
  return strstr(test, "LessThan") != NULL      ? order < 0
         : strstr(test, "GreaterThan") != NULL ? order > 0
                                               : order == 0;
}

/* Compares as the operator says that `test` is the name of, without what is around it. */
static int compare_other(const char *test, dm_span asked, const char *wanted) {
  int verdict = UNREADABLE;
  char *text = copy(asked);
  instant a, b;
  if (memchr(text, '\0', asked.len) != NULL && strcmp(test, "BinaryEquals") != 0)
    verdict = UNREADABLE;
  else if (strncmp(test, "Numeric", 7) == 0 && is_number(text))
    verdict = orders(test, compare_numbers(text, wanted)) ? YES : NO;
  else if (strncmp(test, "Date", 4) == 0 && read_instant(text, &a) && read_instant(wanted, &b))
    verdict = orders(test, a.second != b.second
                               ? (a.second > b.second) - (a.second < b.second)
                               : (a.nanosecond > b.nanosecond) - (a.nanosecond < b.nanosecond))
                  ? YES
                  : NO;
  else if (strcmp(test, "Bool") == 0 &&
           (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0))
    verdict = strcasecmp(text, wanted) == 0 ? YES : NO;
  else if (strcmp(test, "BinaryEquals") == 0)
    verdict = compare_bytes(asked, wanted);
  else if (strstr(test, "IpAddress") != NULL)
    verdict = compare_addresses(text, wanted);
  free(text);
  return verdict;
}

/* ---- Conditions ---- */

typedef struct test {
  char name[64]; /* without what stands before and behind it */
  bool any, all, if_exists, negated, deny;
} test;

static test read_test(const char *name, bool deny) {
  test t = {
      .deny = deny, .any = strncmp(name, "ForAny", 6) == 0, .all = strncmp(name, "ForAll", 6) == 0};
  snprintf(t.name, sizeof t.name, "%s", strchr(name, ':') == NULL ? name : strchr(name, ':') + 1);
  char *suffix = strstr(t.name, "IfExists");
  t.if_exists = suffix != NULL;
  if (suffix != NULL)
    *suffix = '\0';
  t.negated = strstr(t.name, "Not") != NULL;
  return t;
}

static int compare_one(const test *t, const json_t *value, const dm_policy_request *r,
                       dm_span asked) {
  char number[32];
  const char *wanted = json_string_value(value);
  if (json_is_integer(value))
    snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
  if (json_is_boolean(value))
    snprintf(number, sizeof number, "%s", json_is_true(value) ? "true" : "false");
  wanted = wanted == NULL ? number : wanted;
  if (strncmp(t->name, "Arn", 3) == 0)
    return dmi_match_arn(wanted, r, asked);
  if (strncmp(t->name, "String", 6) != 0)
    return compare_other(t->name, asked, wanted);
  return match(wanted, wanted + strlen(wanted), strstr(t->name, "Like") != NULL,
               strstr(t->name, "IgnoreCase") != NULL, r, asked);
}

static bool value_holds(const test *t, json_t *values, const dm_policy_request *r, dm_span asked) {
  int worst = NO;
  for (size_t i = 0; i < (json_is_array(values) ? json_array_size(values) : 1); i++) {
    int one = compare_one(t, json_is_array(values) ? json_array_get(values, i) : values, r, asked);
    if (one == YES)
      return !t->negated;
    worst = one > worst ? one : worst;
  }
  if (worst == UNREADABLE)
    return t->deny;
  return worst == LACKING ? t->negated && t->deny : t->negated;
}

static bool null_holds(json_t *values, bool absent) {
  for (size_t i = 0; i < (json_is_array(values) ? json_array_size(values) : 1); i++) {
    json_t *v = json_is_array(values) ? json_array_get(values, i) : values;
    bool wanted =
        json_is_true(v) || (json_is_string(v) && strcasecmp(json_string_value(v), "true") == 0);
    if (wanted == absent)
      return true;
  }
  return false;
}

static bool dmi_condition_holds(const test *t, const char *key, json_t *values,
                                const dm_policy_request *r) {
  size_t held = 0, seen = 0, filled = 0;
  for (size_t i = 0; i < r->value_count; i++)
    if (same_name(r->values[i].key, key, strlen(key))) {
      seen++;
      filled += r->values[i].value.len > 0;
      if (strcmp(t->name, "Null") != 0)
        held += value_holds(t, values, r, r->values[i].value);
    }
  if (strcmp(t->name, "Null") == 0)
    return null_holds(values, filled == 0);
  if (seen == 0 || ((t->any || t->all) && filled == 0))
    return t->if_exists || t->all || (t->negated && !t->any);
  if (!t->any && !t->all && seen > 1)
    return t->deny;
  return t->all ? held == seen : held > 0;
}

/* ---- Statements ---- */

static int match_list(json_t *list, const dm_policy_request *r, dm_span text, bool ignoring_case) {
  int all = NO;
  for (size_t i = 0; i < (json_is_array(list) ? json_array_size(list) : 1); i++) {
    const char *s = json_string_value(json_is_array(list) ? json_array_get(list, i) : list);
    int one = match(s, s + strlen(s), true, ignoring_case, r, text);
    all = one == YES || all == YES ? YES : one > all ? one : all;
  }
  return all;
}

static bool element_matches(json_t *s, const char *name, const char *negated, bool deny,
                            const dm_policy_request *r, dm_span text, bool ignoring_case) {
  json_t *list = json_object_get(s, name);
  if (list != NULL)
    return match_list(list, r, text, ignoring_case) == YES;
  int verdict = match_list(json_object_get(s, negated), r, text, ignoring_case);
  return verdict == NO || (verdict == LACKING && deny);
}

static bool applies(json_t *s, bool deny, const dm_policy_request *r) {
  bool all = element_matches(s, "Action", "NotAction", deny, r, r->action, true) &&
             element_matches(s, "Resource", "NotResource", deny, r, r->resource, false);
  const char *name, *key;
  json_t *keys, *values;
  json_object_foreach(json_object_get(s, "Condition"), name, keys) {
    test t = read_test(name, deny);
    json_object_foreach(keys, key, values) {
      all = dmi_condition_holds(&t, key, values, r) && all;
    }
  }
  return all;
}

static bool holds_fraction(json_t *value) {
  bool found = json_is_real(value);
  const char *key;
  json_t *member;
  for (size_t i = 0; i < json_array_size(value); i++)
    found |= holds_fraction(json_array_get(value, i));
  json_object_foreach(value, key, member) {
    found |= holds_fraction(member);
  }
  return found;
}

int naive_decide(dm_span json, const dm_policy_request *request) {
  json_t *root = json_loadb(json.ptr, json.len, 0, NULL);
  json_t *statements = json_object_get(root, "Statement");
  bool allow = false, deny = false, unsure = holds_fraction(root);
  for (size_t i = 0; i < (json_is_array(statements) ? json_array_size(statements) : 1); i++) {
    json_t *s = json_is_array(statements) ? json_array_get(statements, i) : statements;
    bool denies = strcmp(json_string_value(json_object_get(s, "Effect")), "Deny") == 0;
    if (!unsure && applies(s, denies, request))
      *(denies ? &deny : &allow) = true;
  }
  json_decref(root);
  return unsure  ? -1
         : deny  ? DM_POLICY_EXPLICIT_DENY
         : allow ? DM_POLICY_ALLOWED
                 : DM_POLICY_IMPLICIT_DENY;
}
