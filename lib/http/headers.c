/* The header fields that say something about a message.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/headers.h"

#include "base/base64.h"
#include "base/span.h"
#include "core/text_limits.h"
#include "http/spelling.h"

enum {
  USER_PROPERTIES,
  PAYLOAD_FORMAT,
  CORRELATION_DATA,
  INVOCATION_ID,
  ATTEMPT,
  FIELD_COUNT
};

typedef struct field {
  dm_span name;
  dmi_fault repeated;
  dmi_fault misspelt;
} field;

#define FIELD(literal, outcome)                                                                    \
  {                                                                                                \
    {literal, sizeof(literal) - 1}, {outcome, "The header " literal " is given more than once."},  \
    {                                                                                              \
      outcome, "A header is misspelt: it is called " literal "."                                   \
    }                                                                                              \
  }

static const field fields[FIELD_COUNT] = {
    [USER_PROPERTIES] = FIELD("x-amz-mqtt5-user-properties", DM_INVALID_USER_PROPERTIES),
    [PAYLOAD_FORMAT] = FIELD("x-amz-mqtt5-payload-format-indicator", DM_INVALID_PAYLOAD_FORMAT),
    [CORRELATION_DATA] = FIELD("x-amz-mqtt5-correlation-data", DM_INVALID_CORRELATION_DATA),
    [INVOCATION_ID] = FIELD("amz-sdk-invocation-id", DM_OK),
    [ATTEMPT] = FIELD("amz-sdk-request", DM_OK),
};

static size_t field_find(dm_span name) {
  size_t i = 0;
  while (i < FIELD_COUNT && !dmi_span_equal_ignoring_case(fields[i].name, name))
    i++;
  return i;
}

/* A field of this family that is almost one of a message's was meant to be that: without it
 * something would be missing from the message. */
static dmi_fault misspelt(dm_span name) {
  const dm_span family = SPAN("x-amz-mqtt5-");
  if (name.len <= family.len ||
      !dmi_span_equal_ignoring_case(dmi_span_head(name, family.len), family))
    return NO_FAULT;
  for (size_t i = USER_PROPERTIES; i <= CORRELATION_DATA; i++)
    if (dmi_spelling_near(name, fields[i].name))
      return fields[i].misspelt;
  return NO_FAULT;
}

/* The known fields; of a repeated one that nothing depends on the first counts. */
static dmi_fault collect(const dm_http_header *headers, size_t count, dm_span values[FIELD_COUNT]) {
  dmi_fault found = NO_FAULT;
  for (size_t i = 0; i < count; i++) {
    size_t which = field_find(headers[i].name);
    if (which == FIELD_COUNT)
      found = misspelt(headers[i].name);
    else if (!dmi_span_present(values[which]))
      values[which] = headers[i].value.ptr == NULL ? SPAN("") : dmi_span_trim(headers[i].value);
    else
      found = fields[which].repeated;
    if (dmi_failed(found))
      return found;
  }
  return NO_FAULT;
}

static dmi_fault payload_format_read(dm_span value, dm_message *message) {
  if (!dmi_span_present(value))
    return NO_FAULT;
  if (dmi_span_equal(value, SPAN("UNSPECIFIED_BYTES")))
    message->payload_format = DM_PAYLOAD_FORMAT_BYTES;
  else if (dmi_span_equal(value, SPAN("UTF8_DATA")))
    message->payload_format = DM_PAYLOAD_FORMAT_UTF8;
  else
    return (dmi_fault){DM_INVALID_PAYLOAD_FORMAT,
                       "The payload format indicator must be UNSPECIFIED_BYTES or UTF8_DATA."};
  return NO_FAULT;
}

static dmi_fault correlation_data_read(dm_span value, dmi_scratch *room, dm_message *message) {
  size_t len;
  if (!dmi_span_present(value))
    return NO_FAULT;
  char *decoded = dmi_scratch_take(room, BASE64_DECODED_MAX(value.len));
  if (decoded == NULL)
    return OUT_OF_MEMORY;
  if (!dmi_base64_decode(value, decoded, &len))
    return (dmi_fault){DM_INVALID_CORRELATION_DATA, "The correlation data is not valid base64."};
  message->correlation_data = dm_bytes(decoded, len);
  return NO_FAULT;
}

static dmi_fault properties_read(dm_span value, dmi_scratch *room, dmi_user_properties *properties,
                                 dm_message *message) {
  if (!dmi_span_present(value))
    return NO_FAULT;
  dmi_fault found = dmi_user_properties_read(value, room, properties);
  message->user_properties = properties->list;
  message->user_property_count = properties->count;
  return found;
}

static void invocation_id_read(dm_span value, dm_caller *caller) {
  if (value.len == 0 || value.len > INVOCATION_ID_MAX)
    return;
  for (size_t i = 0; i < value.len; i++)
    if (value.ptr[i] <= 0x20 || value.ptr[i] > 0x7E)
      return;
  caller->invocation_id = value;
}

/* "attempt=2; max=3", in any order and with anything else beside them. */
static void attempt_read(dm_span value, dm_caller *caller) {
  const dm_span name = SPAN("attempt=");
  uint64_t attempt;
  while (value.len > 0) {
    dm_span part = dmi_span_trim(dmi_span_cut(value, ';', &value));
    if (dmi_span_starts_with(part, name) &&
        dmi_span_decimal(dmi_span_tail(part, name.len), UINT32_MAX, &attempt)) {
      caller->attempt = (uint32_t)attempt;
      return;
    }
  }
}

static void caller_read(const dm_span values[FIELD_COUNT], dm_caller *caller) {
  invocation_id_read(values[INVOCATION_ID], caller);
  attempt_read(values[ATTEMPT], caller);
}

/* What one looks like the core knows. */
dm_span dmi_headers_trace_parent(const dm_http_header *headers, size_t count) {
  dm_span found = dm_text(NULL);
  for (size_t i = 0; i < count; i++) {
    if (!dmi_span_equal_ignoring_case(headers[i].name, SPAN("traceparent")))
      continue;
    if (dmi_span_present(found))
      return dm_text(NULL);
    found = dmi_span_trim(headers[i].value);
  }
  return found;
}

void dmi_headers_read_caller(const dm_http_header *headers, size_t count, dm_caller *caller) {
  dm_span values[FIELD_COUNT] = {{NULL, 0}};
  (void)collect(headers, count, values);
  caller_read(values, caller);
}

dmi_fault dmi_headers_read(const dm_http_header *headers, size_t count, dmi_scratch *room,
                           dmi_user_properties *properties, dm_message *message,
                           dm_caller *caller) {
  dm_span values[FIELD_COUNT] = {{NULL, 0}};
  dmi_fault found = collect(headers, count, values);
  caller_read(values, caller);
  if (!dmi_failed(found))
    found = payload_format_read(values[PAYLOAD_FORMAT], message);
  if (!dmi_failed(found))
    found = correlation_data_read(values[CORRELATION_DATA], room, message);
  if (!dmi_failed(found))
    found = properties_read(values[USER_PROPERTIES], room, properties, message);
  return found;
}
