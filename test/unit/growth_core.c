/* Structures of older, newer and wrong sizes: contexts, connections, messages and queries.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dm/dm.h"
#include "dm/mqtt.h"
#include "unit/growth.h"
#include "unit/growth_context.h"

/* ---- What a host fills in --------------------------------------------------------------- */

static void fill_connection(void *structure) {
  dm_connection *connection = structure;
  connection->client_id = dm_text("boiler");
  connection->principal = dm_text("thing");
  connection->protocol_level = 5;
}

static void fill_caller(void *structure) {
  dm_caller *caller = structure;
  caller->principal = dm_text("backend");
  caller->source_ip = dm_text("192.0.2.1");
}

static void fill_message(void *structure) {
  dm_message *message = structure;
  message->client_id = dm_text("boiler");
  message->topic = dm_text("a/b");
  message->payload = dm_text("hello");
}

static void fill_confirmed(void *structure) {
  dm_message *message = structure;
  fill_message(structure);
  message->mode = DM_MODE_ACKNOWLEDGED;
  message->complete = growth_complete;
}

static void fill_query(void *structure) {
  dm_query *query = structure;
  query->client_id = dm_text("boiler");
}

static void fill_event(void *structure) {
  dm_event *event = structure;
  event->kind = DM_EVENT_CALL;
  event->operation = DM_OPERATION_SEND;
  event->outcome = DM_SENT;
  event->ack_latency = DM_NEVER;
}

static void fill_delivery(void *structure) {
  dm_delivery *delivery = structure;
  delivery->protocol_level = 5;
}

/* ---- Contexts ------------------------------------------------------------------------------ */

static int make_context(void *const *arguments) {
  dm_context *context = NULL;
  int result = dm_new(&context, arguments[0]);
  assert_int_equal(context != NULL, result == DM_OK);
  dm_free(context);
  return result;
}

static int set_limits(void *const *arguments) {
  growth_context *c = growth_context_open();
  return growth_context_close(c, dm_set_limits(c->context, arguments[0]));
}

static int get_limits(void *const *arguments) {
  growth_context *c = growth_context_open();
  const dm_limits *limits = arguments[0];
  int result = dm_get_limits(c->context, arguments[0]);
  if (result == DM_OK)
    assert_int_equal(limits->max_payload, 131072);
  return growth_context_close(c, result);
}

static int default_limits(void *const *arguments) {
  const dm_limits *limits = arguments[0];
  int result = dm_default_limits(arguments[0]);
  if (result == DM_OK)
    assert_int_equal(limits->max_payload, 131072);
  return result;
}

static int connected(void *const *arguments) {
  growth_context *c = growth_context_open();
  dm_connection_id id = 0;
  int result = dm_connected(c->context, arguments[0], 2, &id);
  assert_int_equal(id != 0, result == DM_OK);
  return growth_context_close(c, result);
}

static int statistics(void *const *arguments) {
  growth_context *c = growth_context_open();
  const dm_statistics *told = arguments[0];
  int result = dm_statistics_get(c->context, arguments[0]);
  if (result == DM_OK)
    assert_int_equal(told->connections, 1);
  return growth_context_close(c, result);
}

/* ---- Messages ------------------------------------------------------------------------------ */

static int send_message(void *const *arguments) {
  growth_context *c = growth_context_open();
  const dm_result *told = arguments[2];
  int result = dm_send(c->context, arguments[0], 2, arguments[2]);
  if (result != DM_ERROR_INVALID_ARGUMENT)
    assert_int_equal(told->outcome, result);
  return growth_context_close(c, result);
}

static int refuse(void *const *arguments) {
  growth_context *c = growth_context_open();
  return growth_context_close(
      c, dm_refuse(c->context, arguments[0], DM_INVALID_REQUEST, NULL, 2, arguments[2]));
}

static int write_packet(void *const *arguments) {
  dm_mqtt_packet packet = {.type = 77};
  int result = dm_mqtt_delivery(arguments[0], &packet);
  assert_int_equal(packet.type, result == DM_OK ? DM_MQTT_PUBLISH : 77);
  return result;
}

/* It tells how long the line is, which is never nothing. */
static int write_log_line(void *const *arguments) {
  char line[DM_LOG_LINE_MAX] = "?";
  bool written = dm_event_log_line(arguments[0], 0, line, sizeof line) > 0;
  assert_int_equal(line[0], written ? '{' : '?');
  return written ? DM_OK : DM_ERROR_INVALID_ARGUMENT;
}

/* ---- Queries ------------------------------------------------------------------------------- */

static int get_connection(void *const *arguments) {
  growth_context *c = growth_context_open();
  const dm_connection_information *told = arguments[3];
  int result = dm_get_connection(c->context, arguments[0], 0, 2, arguments[3], arguments[2]);
  if (result == DM_OK) {
    assert_ptr_equal(told->client_id.ptr, told->text);
    assert_int_equal(told->client_id.len, strlen("boiler"));
  }
  return growth_context_close(c, result);
}

static int list_subscriptions(void *const *arguments) {
  growth_context *c = growth_context_open();
  return growth_context_close(c, dm_list_subscriptions(c->context, arguments[0], 0, dm_text(NULL),
                                                       2, growth_page, c, arguments[2]));
}

static int delete_connection(void *const *arguments) {
  growth_context *c = growth_context_open();
  return growth_context_close(
      c, dm_delete_connection(c->context, arguments[0], 0, 0, 2, arguments[2]));
}

static int refuse_query(void *const *arguments) {
  growth_context *c = growth_context_open();
  return growth_context_close(c,
                              dm_refuse_query(c->context, arguments[0], DM_OPERATION_GET_CONNECTION,
                                              DM_INVALID_REQUEST, NULL, 2, arguments[2]));
}

/* ---- The calls ----------------------------------------------------------------------------- */

#define CALLER_OF(type)                                                                            \
  { "dm_caller", sizeof(dm_caller), fill_caller, 1, offsetof(type, caller) }
#define RESULT                                                                                     \
  { "dm_result", sizeof(dm_result), NULL, 0, 0 }
#define LIMITS                                                                                     \
  { "dm_limits", sizeof(dm_limits), NULL, 0, 0 }
#define MESSAGE                                                                                    \
  { "dm_message", sizeof(dm_message), fill_message, 0, 0 }
#define CONFIRMED                                                                                  \
  { "dm_message", sizeof(dm_message), fill_confirmed, 0, 0 }
#define QUERY                                                                                      \
  { "dm_query", sizeof(dm_query), fill_query, 0, 0 }

const growth_call growth_core_calls[] = {
    {"dm_new",
     DM_OK,
     make_context,
     {{"dm_config", sizeof(dm_config), growth_fill_config, 0, 0},
      {"dm_limits", sizeof(dm_limits), NULL, 1, offsetof(dm_config, limits)}}},
    {"dm_set_limits", DM_OK, set_limits, {LIMITS}},
    {"dm_get_limits", DM_OK, get_limits, {LIMITS}},
    {"dm_default_limits", DM_OK, default_limits, {LIMITS}},
    {"dm_connected",
     DM_OK,
     connected,
     {{"dm_connection", sizeof(dm_connection), fill_connection, 0, 0}}},
    {"dm_statistics_get",
     DM_OK,
     statistics,
     {{"dm_statistics", sizeof(dm_statistics), NULL, 0, 0}}},
    {"dm_send", DM_SENT, send_message, {MESSAGE, CALLER_OF(dm_message), RESULT}},
    {"dm_send, confirmed", DM_PENDING, send_message, {CONFIRMED, CALLER_OF(dm_message), RESULT}},
    {"dm_refuse", DM_INVALID_REQUEST, refuse, {MESSAGE, CALLER_OF(dm_message), RESULT}},
    {"dm_get_connection",
     DM_OK,
     get_connection,
     {QUERY,
      CALLER_OF(dm_query),
      RESULT,
      {"dm_connection_information", sizeof(dm_connection_information), NULL, 0, 0}}},
    {"dm_list_subscriptions", DM_OK, list_subscriptions, {QUERY, CALLER_OF(dm_query), RESULT}},
    {"dm_delete_connection", DM_OK, delete_connection, {QUERY, CALLER_OF(dm_query), RESULT}},
    {"dm_refuse_query", DM_INVALID_REQUEST, refuse_query, {QUERY, CALLER_OF(dm_query), RESULT}},
    {"dm_event_log_line",
     DM_OK,
     write_log_line,
     {{"dm_event", sizeof(dm_event), fill_event, 0, 0}, CALLER_OF(dm_event)}},
    {"dm_mqtt_delivery",
     DM_OK,
     write_packet,
     {{"dm_delivery", sizeof(dm_delivery), fill_delivery, 0, 0},
      {"dm_message", sizeof(dm_message), fill_message, 1, offsetof(dm_delivery, message)}}},
    {NULL, 0, NULL, {{NULL, 0, NULL, 0, 0}}},
};
