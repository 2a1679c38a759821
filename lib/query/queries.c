/* The queries: asking about one client, and sending it away.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/span.h"
#include "base/structure.h"
#include "core/attempt.h"
#include "core/authorize.h"
#include "core/callout.h"
#include "query/information.h"
#include "core/message.h"
#include "core/report.h"
#include "query/subscription_page.h"

#define QUERY_FIRST_SIZE sizeof(dm_query)

/* What is different about each. */
typedef struct query_operation {
  int code;       /* DM_OPERATION_... */
  bool remembers; /* clients that are gone count, too */
  dm_span action;
  const char *forbidden;
  const char *not_found;
  const char *not_offered;
} query_operation;

static const query_operation get_connection = {
    .code = DM_OPERATION_GET_CONNECTION,
    .remembers = true,
    .action = {"iot:GetConnection", 17},
    .forbidden = "Authorization failed for the caller: its policies do not allow "
                 "iot:GetConnection on this client, or not with its socket information.",
    .not_found = "The client is not connected, was not lately, and has no session.",
};
static const query_operation list_subscriptions = {
    .code = DM_OPERATION_LIST_SUBSCRIPTIONS,
    .action = {"iot:ListSubscriptions", 21},
    .forbidden = "Authorization failed for the caller: its policies do not allow "
                 "iot:ListSubscriptions on this client.",
    .not_found = "The client is not connected and has no session.",
    .not_offered = "This broker does not offer ListSubscriptions.",
};
static const query_operation delete_connection = {
    .code = DM_OPERATION_DELETE_CONNECTION,
    .action = {"iot:DeleteConnection", 20},
    .forbidden = "Authorization failed for the caller: its policies do not allow "
                 "iot:DeleteConnection on this client.",
    .not_found = "The client is not connected and has no session.",
    .not_offered = "This broker does not offer DeleteConnection.",
};

/* One query on its way. */
typedef struct query_attempt {
  dmi_attempt call;
  const dm_query *query;
  const query_operation *operation;
  dm_target target; /* as far as it was found */
} query_attempt;

static int conclude(query_attempt *attempt, int outcome, const char *text) {
  return dmi_attempt_refuse(&attempt->call, outcome, text);
}

static int succeed(query_attempt *attempt) {
  dmi_attempt_conclude(&attempt->call, DM_DONE);
  return DM_OK;
}

/* ---- The steps ---------------------------------------------------------- */

static int check_offered(query_attempt *attempt) {
  const query_operation *operation = attempt->operation;
  return dmi_context_offers(attempt->call.context, operation->code)
             ? DM_OK
             : conclude(attempt, DM_METHOD_NOT_ALLOWED, operation->not_offered);
}

static int check_query(query_attempt *attempt) {
  const char *text = NULL;
  if (!dmi_client_id_valid(attempt->query->client_id))
    return conclude(attempt, DM_MALFORMED_CLIENTID, NULL);
  int outcome = dmi_caller_check(attempt->call.caller, &text);
  return outcome == DM_OK ? DM_OK : conclude(attempt, outcome, text);
}

static int check_caller(query_attempt *attempt, const dm_policy_value *value) {
  int outcome = dmi_authorize_query(attempt->call.context, attempt->query->client_id,
                                    attempt->call.caller, attempt->operation->action, value);
  if (outcome == DM_OK)
    return dmi_attempt_check_open(&attempt->call);
  bool forbidden = outcome == DM_SEND_AUTHORIZATION_FAILURE;
  return conclude(attempt, outcome, forbidden ? attempt->operation->forbidden : NULL);
}

static int check_account_rate(query_attempt *attempt) {
  dm_context *context = attempt->call.context;
  return dmi_attempt_take(&attempt->call, &context->queries, context->limits.queries_per_second,
                          DM_QUERY_THROTTLED, NULL);
}

static dmi_connection *look_up(query_attempt *attempt) {
  dmi_connection *found =
      dmi_registry_find(&attempt->call.context->registry, attempt->query->client_id);
  attempt->target.connection = found == NULL ? 0 : dmi_slotmap_handle(found);
  attempt->target.connection_user = found == NULL ? NULL : found->user;
  return found;
}

static dmi_remembered *look_back(const query_attempt *attempt) {
  const dm_context *context = attempt->call.context;
  dm_span client_id = attempt->query->client_id;
  dmi_remembered *gone = dmi_remembered_find(
      &context->remembered, dmi_registry_hash(&context->registry, client_id), client_id);
  dmi_recent_limits limits = dmi_remembered_limits(&context->limits);
  return gone != NULL && dmi_recent_counts(gone, limits, context->now) ? gone : NULL;
}

/* has_session() may change who is connected. */
static int find_target(query_attempt *attempt) {
  attempt->target.client_id = attempt->query->client_id;
  if (look_up(attempt) != NULL || (attempt->operation->remembers && look_back(attempt) != NULL))
    return DM_OK;
  bool session = dmi_callout_has_session(attempt->call.context, attempt->query->client_id);
  if (look_up(attempt) != NULL || session)
    return dmi_attempt_check_open(&attempt->call);
  return conclude(attempt, DM_TARGET_CLIENT_ID_NOT_FOUND, attempt->operation->not_found);
}

static int check_client_rate(query_attempt *attempt) {
  dm_context *context = attempt->call.context;
  uint32_t rate = context->limits.client_queries_per_second;
  dmi_connection *entry = look_up(attempt);
  dmi_remembered *gone = entry == NULL ? look_back(attempt) : NULL;
  dmi_bucket *queries = entry != NULL ? &entry->queries : gone != NULL ? &gone->queries : NULL;
  if (queries == NULL)
    return DM_OK;
  return dmi_attempt_take(&attempt->call, queries, rate, DM_QUERY_THROTTLED,
                          "This client is asked about more often than its limit allows.");
}

/* What comes before the parameters of one operation are looked at, and what comes after. */
static int admit(query_attempt *attempt) {
  int outcome = dmi_attempt_check_open(&attempt->call);
  if (outcome == DM_OK)
    outcome = check_offered(attempt);
  return outcome == DM_OK ? check_query(attempt) : outcome;
}

static int approach(query_attempt *attempt, const dm_policy_value *value) {
  int outcome = check_caller(attempt, value);
  if (outcome == DM_OK)
    outcome = check_account_rate(attempt);
  if (outcome == DM_OK)
    outcome = find_target(attempt);
  return outcome == DM_OK ? check_client_rate(attempt) : outcome;
}

/* What the host did about it. */
static int answered_by_host(query_attempt *attempt, int outcome) {
  if (outcome == DM_OK)
    return succeed(attempt);
  bool not_found = outcome == DM_TARGET_CLIENT_ID_NOT_FOUND;
  return conclude(attempt, outcome, not_found ? attempt->operation->not_found : NULL);
}

/* ---- Begin and end ------------------------------------------------------ */

/* Room for what a host gives where that is of another version. */
typedef struct given_room {
  dm_query query;
  dm_caller caller;
} given_room;

static bool attempt_read(query_attempt *attempt, dm_context *context, const dm_query *given,
                         const query_operation *operation, given_room *room) {
  const dm_query *query =
      dmi_structure_read(given, QUERY_FIRST_SIZE, &room->query, sizeof room->query);
  if (context == NULL || query == NULL || operation == NULL || !dmi_span_sound(query->client_id))
    return false;
  *attempt = (query_attempt){
      .call = {.context = context, .caller = dmi_caller_read(query->caller, &room->caller)},
      .query = query,
      .operation = operation,
      .target = {.size = sizeof(dm_target)},
  };
  return attempt->call.caller != NULL;
}

static void report(query_attempt *attempt, dm_result *result) {
  const dmi_attempt *call = &attempt->call;
  dmi_report_query(call->context, attempt->query, call->caller, attempt->operation->code,
                   attempt->target.connection, &call->result);
  dmi_result_give(result, &call->result);
}

/* ---- GetConnection ------------------------------------------------------ */

static void describe(query_attempt *attempt, bool sockets, dm_connection_information *out) {
  dm_connection_information known;
  const dm_context *context = attempt->call.context;
  const dmi_connection *entry = look_up(attempt);
  const dmi_remembered *gone = entry == NULL ? look_back(attempt) : NULL;
  if (entry != NULL)
    dmi_information_of_connection(&known, entry, context->now);
  else if (gone != NULL)
    dmi_information_of_remembered(&known, gone, dmi_recent_text(&context->remembered, gone),
                                  context->now);
  else
    dmi_information_of_session(&known, attempt->query->client_id);
  if (!sockets)
    dmi_information_without_sockets(&known);
  dmi_information_give(out, &known);
}

int dm_get_connection(dm_context *context, const dm_query *query, int include_socket_information,
                      dm_time now, dm_connection_information *out, dm_result *result) {
  query_attempt attempt;
  given_room room;
  if (!attempt_read(&attempt, context, query, &get_connection, &room) ||
      !dmi_information_sound(out) || !dmi_result_sound(result))
    return DM_ERROR_INVALID_ARGUMENT;
  bool sockets = include_socket_information != 0;
  dm_policy_value value = {SPAN("iot:IncludeSocketInformation"),
                           sockets ? SPAN("true") : SPAN("false")};
  dmi_context_enter(context, now);
  int outcome = admit(&attempt);
  if (outcome == DM_OK)
    outcome = approach(&attempt, &value);
  if (outcome == DM_OK) {
    describe(&attempt, sockets, out);
    outcome = succeed(&attempt);
  }
  report(&attempt, result);
  dmi_context_leave(context);
  return outcome;
}

/* ---- ListSubscriptions -------------------------------------------------- */

static int begin_page(query_attempt *attempt, dmi_subscription_page *page, uint32_t max_results,
                      dm_span token) {
  dm_context *context = attempt->call.context;
  if (max_results > DM_SUBSCRIPTIONS_MAX)
    return conclude(attempt, DM_INVALID_REQUEST, "At most 200 subscriptions fit on a page.");
  size_t wanted = max_results == 0 ? DM_SUBSCRIPTIONS_DEFAULT : max_results;
  if (!dmi_subscription_page_begin(page, &context->memory, context->registry.key,
                                   attempt->query->client_id, token, wanted))
    return conclude(attempt, DM_INVALID_REQUEST, "The token is not one of this list.");
  return DM_OK;
}

static int fill_page(query_attempt *attempt, dmi_subscription_page *page) {
  int outcome = dmi_callout_subscriptions(attempt->call.context, &attempt->target,
                                          dmi_subscription_page_visit, page);
  if (outcome == DM_OK && page->why != NULL)
    return conclude(attempt, DM_INTERNAL_SERVER_ERROR, page->why);
  return outcome == DM_OK ? DM_OK : answered_by_host(attempt, outcome);
}

static int give_page(query_attempt *attempt, const dmi_subscription_page *page,
                     int (*give)(void *, const dm_subscription *, size_t, dm_span), void *user) {
  char token[DM_NEXT_TOKEN_MAX];
  dm_span next = dmi_subscription_page_token(page, attempt->query->client_id, token);
  int taken = give(user, page->list, page->count, next);
  if (taken == DM_OK)
    return succeed(attempt);
  bool memory = taken == DM_ERROR_NO_MEMORY;
  return conclude(attempt, DM_INTERNAL_SERVER_ERROR,
                  memory ? "Out of memory." : "The page was not taken.");
}

int dm_list_subscriptions(dm_context *context, const dm_query *query, uint32_t max_results,
                          dm_span next_token, dm_time now,
                          int (*page)(void *, const dm_subscription *, size_t, dm_span), void *user,
                          dm_result *result) {
  query_attempt attempt;
  given_room room;
  if (!attempt_read(&attempt, context, query, &list_subscriptions, &room) ||
      !dmi_span_sound(next_token) || page == NULL || !dmi_result_sound(result))
    return DM_ERROR_INVALID_ARGUMENT;
  dmi_subscription_page found = {.count = 0};
  dmi_context_enter(context, now);
  int outcome = admit(&attempt);
  if (outcome == DM_OK)
    outcome = begin_page(&attempt, &found, max_results, next_token);
  if (outcome == DM_OK)
    outcome = approach(&attempt, NULL);
  if (outcome == DM_OK)
    outcome = fill_page(&attempt, &found);
  if (outcome == DM_OK)
    outcome = give_page(&attempt, &found, page, user);
  dmi_subscription_page_release(&found);
  report(&attempt, result);
  dmi_context_leave(context);
  return outcome;
}

/* ---- DeleteConnection --------------------------------------------------- */

int dm_delete_connection(dm_context *context, const dm_query *query, int clean_session,
                         int prevent_will, dm_time now, dm_result *result) {
  query_attempt attempt;
  given_room room;
  if (!attempt_read(&attempt, context, query, &delete_connection, &room) ||
      !dmi_result_sound(result))
    return DM_ERROR_INVALID_ARGUMENT;
  dmi_context_enter(context, now);
  int outcome = admit(&attempt);
  if (outcome == DM_OK)
    outcome = approach(&attempt, NULL);
  if (outcome == DM_OK)
    outcome = answered_by_host(&attempt,
                               dmi_callout_end_connection(context, &attempt.target,
                                                          clean_session != 0, prevent_will != 0));
  report(&attempt, result);
  dmi_context_leave(context);
  return outcome;
}

/* ---- Refused before they were queries ----------------------------------- */

static const query_operation *operation_of(int code) {
  static const query_operation *const all[] = {&get_connection, &list_subscriptions,
                                               &delete_connection};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i]->code == code)
      return all[i];
  return NULL;
}

int dm_refuse_query(dm_context *context, const dm_query *query, int operation, int outcome,
                    const char *text, dm_time now, dm_result *result) {
  query_attempt attempt;
  given_room room;
  if (!attempt_read(&attempt, context, query, operation_of(operation), &room) ||
      !dmi_result_sound(result) || !dmi_outcome_is_failure(outcome))
    return DM_ERROR_INVALID_ARGUMENT;
  dmi_context_enter(context, now);
  conclude(&attempt, outcome, text);
  report(&attempt, result);
  dmi_context_leave(context);
  return outcome;
}
