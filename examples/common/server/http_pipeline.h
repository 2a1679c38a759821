/* The exchanges of one connection: they begin as requests come, side by side, and are answered in
 * the same order.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SERVER_HTTP_PIPELINE_H
#define COMMON_SERVER_HTTP_PIPELINE_H

#include "common/server/http_exchange.h"

/* Hands a complete request to its route. */
void http_pipeline_start(http_pipeline *p, const http_request *request);

/* Has its route refuse what was read of a request, the last of its connection; NULL: nothing. */
void http_pipeline_refuse(http_pipeline *p, const http_request *request, int outcome,
                          const char *why);

/* Moves what was answered, and has its turn, to the bytes to write. */
void http_pipeline_collect(http_pipeline *p);

/* Whether a route waits to go on writing, and may; tells it so. */
bool http_pipeline_is_writable(const http_pipeline *p);
void http_pipeline_resume(http_pipeline *p);

/* Nobody reads any more: cancels what is not answered, forgets the rest. */
void http_pipeline_cancel(http_pipeline *p);

#endif
