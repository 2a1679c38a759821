/* The parameters in a query.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/parameters.h"

#include "base/query.h"
#include "base/span.h"

enum {
  TOPIC,
  CONFIRMATION,
  TIMEOUT,
  CONTENT_TYPE,
  RESPONSE_TOPIC,
  PARAMETER_COUNT
};

typedef struct parameter {
  dm_span name;
  fault undecodable;
  fault repeated;
} parameter;

#define PARAMETER(literal, outcome)                                                                \
  {                                                                                                \
    {literal, sizeof(literal) - 1},                                                                \
        {outcome, "The parameter " literal " is not percent-encoded correctly."}, {                \
      outcome, "The parameter " literal " is given more than once."                                \
    }                                                                                              \
  }

static const parameter parameters[PARAMETER_COUNT] = {
    [TOPIC] = PARAMETER("topic", DM_INVALID_TOPIC),
    [CONFIRMATION] = PARAMETER("confirmation", DM_INVALID_CONFIRMATION_PARAMETER),
    [TIMEOUT] = PARAMETER("timeout", DM_INVALID_TIMEOUT_PARAMETER),
    [CONTENT_TYPE] = PARAMETER("contentType", DM_INVALID_CONTENT_TYPE),
    [RESPONSE_TOPIC] = PARAMETER("responseTopic", DM_INVALID_RESPONSE_TOPIC),
};

/* The place of a name in the table; PARAMETER_COUNT where it is not known. */
static size_t parameter_find(dm_span name) {
  size_t i = 0;
  while (i < PARAMETER_COUNT && !span_equal(parameters[i].name, name))
    i++;
  return i;
}

/* Decodes the known parameters; the others are not looked at: a custom authorizer's
 * tokens stand among them. */
static fault collect(dm_span query, char *room, dm_span values[PARAMETER_COUNT]) {
  dm_span name, value;
  while (query_next(&query, &name, &value)) {
    if (!percent_decode(name, room, &name))
      return (fault){DM_INVALID_REQUEST,
                     "The name of a query parameter is not percent-encoded correctly."};
    size_t which = parameter_find(name);
    if (which == PARAMETER_COUNT)
      continue;
    if (span_present(values[which]))
      return parameters[which].repeated;
    if (!percent_decode(value, room, &values[which]))
      return parameters[which].undecodable;
    room += values[which].len;
  }
  return NO_FAULT;
}

static fault confirmation_read(dm_span value, dm_message *message) {
  message->confirmation = span_equal_ignoring_case(value, SPAN("true"));
  if (!span_present(value) || message->confirmation ||
      span_equal_ignoring_case(value, SPAN("false")))
    return NO_FAULT;
  return (fault){DM_INVALID_CONFIRMATION_PARAMETER, "The confirmation must be true or false."};
}

/* Only a confirmed message has a timeout: some SDKs send confirmation=False&timeout=0. */
static fault timeout_read(dm_span value, dm_message *message) {
  uint64_t seconds;
  if (!span_present(value) || !message->confirmation)
    return NO_FAULT;
  if (!span_decimal(value, UINT64_MAX / 1000, &seconds) || seconds == 0)
    return (fault){DM_INVALID_TIMEOUT_PARAMETER,
                   "The timeout must be a whole number of seconds, at least 1."};
  message->timeout = seconds * 1000;
  return NO_FAULT;
}

fault parameters_read(dm_span query, char *room, dm_message *message) {
  dm_span values[PARAMETER_COUNT] = {{NULL, 0}};
  fault found = collect(query, room, values);
  message->topic = values[TOPIC];
  message->content_type = values[CONTENT_TYPE];
  message->response_topic = values[RESPONSE_TOPIC];
  if (!failed(found) && !span_present(message->topic))
    found = (fault){DM_INVALID_TOPIC, "The parameter topic is missing."};
  if (!failed(found))
    found = confirmation_read(values[CONFIRMATION], message);
  if (!failed(found))
    found = timeout_read(values[TIMEOUT], message);
  return found;
}
