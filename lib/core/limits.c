/* The limits of a context: their defaults, and whether they are sound.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/limits.h"

#include "base/span.h"
#include "base/structure.h"
#include "base/writer.h"
#include "core/context.h"

#define LIMITS_FIRST_SIZE sizeof(dm_limits)

static const dm_limits standard = {
    .size = sizeof standard,
    .max_connections = DM_UNLIMITED,
    .max_waiting = 1000000,
    .max_unacknowledged = 100,
    .sends_per_second = 20000,
    .publishes_per_second = 100,
    .max_payload = 131072,
    .max_content_type = 256,
    .max_correlation_data = 8192,
    .max_user_properties = 8192,
    .queries_per_second = 100,
    .client_queries_per_second = 1,
    .max_remembered = 100000,
    .remembered_for = 1800 * DM_SECOND,
    .max_timeout = 15 * DM_SECOND,
    .default_timeout = 5 * DM_SECOND,
};

static void fill_number(uint32_t *given, uint32_t other) {
  if (*given == 0)
    *given = other;
}

static void fill_duration(dm_duration *given, dm_duration other) {
  if (*given == 0)
    *given = other;
}

/* A zero stands for the default. */
static void fill(dm_limits *l) {
  fill_number(&l->max_connections, standard.max_connections);
  fill_number(&l->max_waiting, standard.max_waiting);
  fill_number(&l->max_unacknowledged, standard.max_unacknowledged);
  fill_number(&l->sends_per_second, standard.sends_per_second);
  fill_number(&l->publishes_per_second, standard.publishes_per_second);
  fill_number(&l->max_payload, standard.max_payload);
  fill_number(&l->max_content_type, standard.max_content_type);
  fill_number(&l->max_correlation_data, standard.max_correlation_data);
  fill_number(&l->max_user_properties, standard.max_user_properties);
  fill_number(&l->queries_per_second, standard.queries_per_second);
  fill_number(&l->client_queries_per_second, standard.client_queries_per_second);
  fill_number(&l->max_remembered, standard.max_remembered);
  fill_duration(&l->remembered_for, standard.remembered_for);
  fill_duration(&l->max_timeout, standard.max_timeout);
  bool short_wait = l->max_timeout < standard.default_timeout;
  fill_duration(&l->default_timeout, short_wait ? l->max_timeout : standard.default_timeout);
}

bool dmi_limits_take(const dm_limits *given, dm_limits *out) {
  dm_limits room;
  const dm_limits *said =
      given == NULL ? &standard : dmi_structure_read(given, LIMITS_FIRST_SIZE, &room, sizeof room);
  if (said == NULL)
    return false;
  *out = *said;
  out->size = sizeof *out;
  fill(out);
  return out->max_correlation_data <= UINT16_MAX && out->default_timeout <= out->max_timeout;
}

/* A caller who is refused is told the range. Fractions of a second are for hosts alone. */
static void write_timeouts(dm_context *context) {
  dmi_writer w = {context->timeout_text, sizeof context->timeout_text, 0};
  dmi_writer_bytes(&w, SPAN("The timeout must be a whole number of seconds from 1 to "));
  dmi_writer_decimal(&w, context->limits.max_timeout / DM_SECOND, 1);
  dmi_writer_bytes(&w, SPAN(".\0"));
}

void dmi_limits_set(dm_context *context, const dm_limits *limits) {
  context->limits = *limits;
  write_timeouts(context);
}

/* ---- Public ------------------------------------------------------------- */

static int give(const dm_limits *limits, dm_limits *out) {
  if (!dmi_structure_sound(out, LIMITS_FIRST_SIZE, sizeof *out))
    return DM_ERROR_INVALID_ARGUMENT;
  dmi_structure_write(out, limits, sizeof *limits);
  return DM_OK;
}

int dm_default_limits(dm_limits *out) {
  return give(&standard, out);
}

int dm_get_limits(const dm_context *context, dm_limits *out) {
  return context == NULL ? DM_ERROR_INVALID_ARGUMENT : give(&context->limits, out);
}

int dm_set_limits(dm_context *context, const dm_limits *given) {
  dm_limits limits;
  if (context == NULL || given == NULL || !dmi_limits_take(given, &limits))
    return DM_ERROR_INVALID_ARGUMENT;
  if (context->freed)
    return DM_ERROR_CLOSED;
  dmi_limits_set(context, &limits);
  return DM_OK;
}
