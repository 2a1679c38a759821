/* libdm: what else there is to do with a client by its ID: the operations GetConnection,
 * ListSubscriptions and DeleteConnection of AWS IoT.
 *
 * Each returns DM_OK, and then the result's outcome is DM_DONE, or the outcome of a failure.
 * There is one event.
 *
 * The order of checks: the context is not stopped; the host offers the operation
 * (DM_METHOD_NOT_ALLOWED); the query is well formed; the caller's policies allow the
 * operation on client/<client_id> (DM_SEND_AUTHORIZATION_FAILURE);
 * queries_per_second (DM_QUERY_THROTTLED); there is such a client
 * (DM_TARGET_CLIENT_ID_NOT_FOUND); client_queries_per_second. A caller without permission
 * learns nothing about who is connected.
 *
 * DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, or a NULL where none may be: that is no
 *                            call, it has no event
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_QUERY_H
#define DM_QUERY_H

#include "dm/caller.h"
#include "dm/outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Who asks, and about which client. */
typedef struct dm_query {
  size_t size;
  dm_span client_id;
  const dm_caller *caller; /* as in a dm_message */
} dm_query;

/* The client that a query is about: what the host is told (dm_config.subscriptions,
 * dm_config.end_connection). */
typedef struct dm_target {
  size_t size;
  dm_span client_id;
  dm_connection_id connection; /* 0: it is not connected, but has a session */
  void *connection_user;       /* NULL: the same */
} dm_target;

/* The bytes of a client ID, a thing name and two addresses. */
#define DM_CONNECTION_TEXT_MAX 352

/* What is known about a client. Its spans lead into its own `text`; those of a copy still
 * lead there. */
typedef struct dm_connection_information {
  size_t size;
  int connected;
  int clean_session;            /* 1: no session outlives the connection */
  dm_duration connected_for;    /* DM_NEVER unless connected */
  dm_duration disconnected_for; /* DM_NEVER unless gone and remembered */
  int disconnect_reason;        /* DM_DISCONNECT_...; where remembered */
  dm_span client_id;

  /* What is, or was, true of the connection. Nothing is known of this where only the
   * session is: not connected, and disconnected_for is DM_NEVER. */
  dm_span thing_name;      /* absent: NULL */
  uint32_t session_expiry; /* seconds */
  uint16_t keep_alive;     /* seconds */

  /* Only where asked for; else, and where the host did not tell, NULL and 0. */
  dm_span source_ip;
  dm_span target_ip;
  uint16_t source_port;
  uint16_t target_port;

  char text[DM_CONNECTION_TEXT_MAX];
} dm_connection_information;

/* Is a client connected, and how, or since when and why not any more? Answered for clients
 * that are connected, remembered, or have a session. The policies must allow
 * iot:GetConnection, with iot:IncludeSocketInformation ("true" or "false") known. *out must
 * have its size set and is filled where DM_OK is returned. */
DM_EXPORT int dm_get_connection(dm_context *context, const dm_query *query,
                                int include_socket_information, dm_time now,
                                dm_connection_information *out, dm_result *result);

/* Cannot grow. */
typedef struct dm_subscription {
  dm_span topic_filter;
  int qos; /* 0, 1 or 2 */
} dm_subscription;

/* At most so many on a page, and so many where the caller does not say. */
#define DM_SUBSCRIPTIONS_MAX     200
#define DM_SUBSCRIPTIONS_DEFAULT 20

/* No next_token is longer than this. */
#define DM_NEXT_TOKEN_MAX 363

/* One page of the subscriptions of a client that is connected or has a session: at most
 * `max_results` of them, 0 for the default, from behind the page that gave `next_token`, or
 * from the start where that is NULL. The policies must allow iot:ListSubscriptions.
 *
 * page() is required. It is given `user` and the page, once, before the event; nothing where
 * the query fails earlier. The subscriptions are in the order of the first 256 bytes of their
 * topic filters; next_token is NULL on the last page. All is borrowed for the call. It
 * returns DM_OK; anything else fails the query with DM_INTERNAL_SERVER_ERROR.
 *
 * A token stands for a place in the order: what is subscribed to or not while a caller goes
 * through the pages changes nothing about the others. It is good for one client and for
 * contexts of one seed, and refused with DM_INVALID_REQUEST elsewhere. */
DM_EXPORT int dm_list_subscriptions(dm_context *context, const dm_query *query,
                                    uint32_t max_results, dm_span next_token, dm_time now,
                                    int (*page)(void *user, const dm_subscription *subscriptions,
                                                size_t count, dm_span next_token),
                                    void *user, dm_result *result);

/* Ends the connection of a client, and with clean_session 1 its session, which may be all
 * that there is. The policies must allow iot:DeleteConnection. The host does it:
 * dm_config.end_connection. */
DM_EXPORT int dm_delete_connection(dm_context *context, const dm_query *query, int clean_session,
                                   int prevent_will, dm_time now, dm_result *result);

/* Counts and reports a query that a front end refused before it became one, as dm_refuse() does
 * for a message; `operation` says which one it is. Returns `outcome`.
 *
 * DM_ERROR_INVALID_ARGUMENT  as above; an operation that is no query, an outcome that is no
 *                            failure */
DM_EXPORT int dm_refuse_query(dm_context *context, const dm_query *query, int operation,
                              int outcome, const char *text, dm_time now, dm_result *result);

#ifdef __cplusplus
}
#endif
#endif
