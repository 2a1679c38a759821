/* A context that structures of every size are tried with. Its callbacks look at the sizes of what
 * the library hands out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "unit/growth_context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "unit/growth.h"

static const char document[] = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                               "\"Action\":\"*\",\"Resource\":\"*\"}}";

/* ---- Callbacks --------------------------------------------------------------------------- */

static int on_deliver(void *user, const dm_delivery *delivery) {
  (void)user;
  growth_handed_out("dm_delivery", delivery, sizeof *delivery);
  return DM_OK;
}

static int on_policies(void *user, const dm_party *party, dm_policy_list *out) {
  growth_context *c = user;
  growth_handed_out("dm_party", party, sizeof *party);
  *out = (dm_policy_list){(const dm_policy *const *)&c->policy, 1};
  return DM_OK;
}

static int on_subscriptions(void *user, const dm_target *target,
                            void (*visit)(void *visitor, dm_span topic_filter, int qos),
                            void *visitor) {
  (void)user;
  growth_handed_out("dm_target", target, sizeof *target);
  visit(visitor, dm_text("a/#"), 1);
  return DM_OK;
}

static int on_end(void *user, const dm_target *target, int clean_session, int prevent_will) {
  (void)user;
  (void)clean_session;
  (void)prevent_will;
  growth_handed_out("dm_target", target, sizeof *target);
  return DM_OK;
}

static void on_event(void *user, const dm_event *event) {
  growth_context *c = user;
  c->events++;
  growth_handed_out("dm_event", event, sizeof *event);
}

void growth_complete(void *user, const dm_result *result) {
  (void)user;
  growth_handed_out("dm_result", result, sizeof *result);
}

int growth_page(void *user, const dm_subscription *subscriptions, size_t count,
                dm_span next_token) {
  (void)user;
  (void)next_token;
  assert_int_equal(count, 1);
  assert_int_equal(subscriptions->qos, 1);
  return DM_OK;
}

/* ---- Life ---------------------------------------------------------------------------------- */

void growth_fill_config(void *structure) {
  dm_config *config = structure;
  config->seed[0] = 1;
  config->deliver = on_deliver;
  config->policies = on_policies;
  config->subscriptions = on_subscriptions;
  config->end_connection = on_end;
  config->event = on_event;
}

growth_context *growth_context_open(void) {
  growth_context *c = calloc(1, sizeof *c);
  dm_config config = {.size = sizeof config, .user = c};
  dm_connection connection = {.size = sizeof connection,
                              .client_id = dm_text("boiler"),
                              .principal = dm_text("thing"),
                              .protocol_level = 5};
  dm_connection_id id;
  assert_non_null(c);
  growth_fill_config(&config);
  assert_int_equal(dm_policy_parse(&c->policy, dm_text(document), 0, NULL, NULL), DM_OK);
  assert_int_equal(dm_new(&c->context, &config), DM_OK);
  assert_int_equal(dm_connected(c->context, &connection, 1, &id), DM_OK);
  return c;
}

int growth_context_close(growth_context *c, int result) {
  if (result == DM_ERROR_INVALID_ARGUMENT) {
    assert_int_equal(c->events, 0);
    assert_int_equal(dm_count(c->context, DM_OPERATION_SEND, DM_SENT), 0);
    assert_int_equal(dm_count(c->context, DM_OPERATION_SEND, DM_INVALID_REQUEST), 0);
  }
  dm_free(c->context);
  dm_policy_free(c->policy);
  free(c);
  return result;
}
