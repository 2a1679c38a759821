/* The parameters in a query.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/parameters.h"

#include "base/span.h"
#include "http/parameter_table.h"

enum {
  TOPIC,
  CONFIRMATION,
  TIMEOUT,
  CONTENT_TYPE,
  RESPONSE_TOPIC,
  PARAMETER_COUNT
};

static const dmi_parameter parameters[PARAMETER_COUNT] = {
    [TOPIC] = PARAMETER("topic", DM_INVALID_TOPIC),
    [CONFIRMATION] = PARAMETER("confirmation", DM_INVALID_CONFIRMATION_PARAMETER),
    [TIMEOUT] = PARAMETER("timeout", DM_INVALID_TIMEOUT_PARAMETER),
    [CONTENT_TYPE] = PARAMETER("contentType", DM_INVALID_CONTENT_TYPE),
    [RESPONSE_TOPIC] = PARAMETER("responseTopic", DM_INVALID_RESPONSE_TOPIC),
};

static dmi_fault confirmation_read(dm_span value, dm_message *message) {
  int confirmed;
  if (!dmi_parameter_truth(value, &confirmed))
    return (dmi_fault){DM_INVALID_CONFIRMATION_PARAMETER,
                       "The confirmation must be true or false."};
  message->mode = confirmed ? DM_MODE_ACKNOWLEDGED : DM_MODE_SENT;
  return NO_FAULT;
}

/* Only a confirmed message has a timeout: some SDKs send confirmation=False&timeout=0. */
static dmi_fault timeout_read(dm_span value, dm_message *message) {
  uint64_t seconds;
  if (!dmi_span_present(value) || message->mode == DM_MODE_SENT)
    return NO_FAULT;
  if (!dmi_span_decimal(value, UINT64_MAX / DM_SECOND, &seconds) || seconds == 0)
    return (dmi_fault){DM_INVALID_TIMEOUT_PARAMETER, NULL};
  message->timeout = seconds * DM_SECOND;
  return NO_FAULT;
}

dmi_fault dmi_parameters_read(dm_span query, char *room, dm_message *message) {
  dm_span values[PARAMETER_COUNT] = {{NULL, 0}};
  dmi_fault found = dmi_parameters_collect(parameters, PARAMETER_COUNT, query, room, values);
  message->topic = values[TOPIC];
  message->content_type = values[CONTENT_TYPE];
  message->response_topic = values[RESPONSE_TOPIC];
  if (!dmi_failed(found) && !dmi_span_present(message->topic))
    found = (dmi_fault){DM_INVALID_TOPIC, "The parameter topic is missing."};
  if (!dmi_failed(found))
    found = confirmation_read(values[CONFIRMATION], message);
  if (!dmi_failed(found))
    found = timeout_read(values[TIMEOUT], message);
  return found;
}
