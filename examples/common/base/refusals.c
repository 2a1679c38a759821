/* What the log says of connections that are refused.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/base/refusals.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

/* So many lines at once, and then one after such a time. */
#define BURST    100
#define INTERVAL (100 * DM_MILLISECOND)

/* The most of a text that is not ours. A line needs at most six bytes for each of theirs. */
#define DETAILS_MAX 200
#define LINE_SIZE   4096

static bool may_log(refusals *all, dm_time now) {
  if (all->paid_until > now + (BURST - 1) * INTERVAL)
    return false;
  all->paid_until = (all->paid_until > now ? all->paid_until : now) + INTERVAL;
  return true;
}

/* At most `max` bytes, and no part of a character. */
static size_t length_within(dm_span text, size_t max) {
  size_t len = text.len;
  if (len > max)
    for (len = max; len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80; len--) {
    }
  return len;
}

/* What cannot be had, or is not UTF-8, is left out. */
static void put_text(json_t *entry, const char *key, dm_span text, size_t max) {
  if (text.len != 0)
    json_object_set_new(entry, key, json_stringn(text.ptr, length_within(text, max)));
}

static void put_word(json_t *entry, const char *key, const char *word) {
  put_text(entry, key, dm_text(word), SIZE_MAX);
}

static void put_number(json_t *entry, const char *key, uint64_t number) {
  if (number != 0)
    json_object_set_new(entry, key, json_integer((json_int_t)number));
}

static void put_timestamp(json_t *entry, dm_wall_time wall) {
  char second[32];
  char text[40];
  struct tm parts;
  time_t seconds = (time_t)(wall / 1000);
  if (gmtime_r(&seconds, &parts) == NULL)
    return;
  strftime(second, sizeof second, "%Y-%m-%d %H:%M:%S", &parts);
  snprintf(text, sizeof text, "%s.%03d", second, (int)(wall % 1000));
  put_word(entry, "timestamp", text);
}

static void put_ends(json_t *entry, const refused_connection *r) {
  put_word(entry, "sourceIp", r->source_ip);
  put_number(entry, "sourcePort", r->source_port);
  put_word(entry, "targetIp", r->target_ip);
  put_number(entry, "targetPort", r->target_port);
}

static void fill(json_t *entry, const refusals *all, const refused_connection *r,
                 dm_wall_time wall) {
  put_timestamp(entry, wall);
  put_word(entry, "logLevel", "ERROR");
  put_word(entry, "accountId", all->account);
  put_word(entry, "status", "Failure");
  put_word(entry, "eventType", "Connect");
  put_word(entry, "protocol", strncmp(r->listener, "http", 4) == 0 ? "HTTP" : "MQTT");
  put_word(entry, "listener", r->listener);
  put_text(entry, "clientId", r->client_id, DM_CLIENT_ID_MAX);
  put_ends(entry, r);
  put_word(entry, "reason", r->reason);
  put_text(entry, "details", dm_text(r->details), DETAILS_MAX);
  put_number(entry, "omitted", all->omitted);
}

static bool write_entry(line_log *log, const json_t *entry) {
  char *line = line_log_reserve(log, LINE_SIZE);
  if (line == NULL)
    return false;
  size_t len = json_dumpb(entry, line, LINE_SIZE - 1, JSON_COMPACT | JSON_ENSURE_ASCII);
  if (len != 0)
    line_log_commit(log, len);
  return len != 0;
}

void refusals_log(refusals *all, const refused_connection *r, dm_time now, dm_wall_time wall) {
  json_t *entry = may_log(all, now) ? json_object() : NULL;
  if (entry != NULL)
    fill(entry, all, r, wall);
  if (entry != NULL && write_entry(all->log, entry))
    all->omitted = 0;
  else
    all->omitted++;
  json_decref(entry);
}
