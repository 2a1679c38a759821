/* Structures of older, newer and wrong sizes: the HTTP binding.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dm/http.h"
#include "unit/growth.h"
#include "unit/growth_context.h"

static unsigned answers;

static void on_answer(void *user, const dm_http_answer *answer) {
  (void)user;
  answers++;
  growth_handed_out("dm_http_answer", answer, sizeof *answer);
}

static void fill_call(void *structure) {
  dm_http_call *call = structure;
  call->answer = on_answer;
}

static void fill_request(void *structure) {
  dm_http_request *request = structure;
  request->method = dm_text("POST");
  request->target = dm_text("/connections/boiler/messages?topic=a");
  request->body = dm_text("hello");
}

static void fill_caller(void *structure) {
  dm_caller *caller = structure;
  caller->principal = dm_text("backend");
}

/* There is one answer, and none where the call was none. */
static int answered(growth_context *c, unsigned before, int result) {
  assert_int_equal(answers - before, result == DM_OK);
  return growth_context_close(c, result);
}

static int handle(void *const *arguments) {
  growth_context *c = growth_context_open();
  unsigned before = answers;
  return answered(c, before, dm_http_handle(c->context, arguments[1], arguments[0], 2));
}

static int refuse(void *const *arguments) {
  growth_context *c = growth_context_open();
  unsigned before = answers;
  return answered(
      c, before,
      dm_http_refuse(c->context, arguments[1], arguments[0], DM_INVALID_REQUEST, NULL, 2));
}

static int cancel(void *const *arguments) {
  return dm_http_cancel(arguments[0], 2);
}

#define CALL                                                                                       \
  { "dm_http_call", sizeof(dm_http_call), fill_call, 0, 0 }
#define REQUEST                                                                                    \
  { "dm_http_request", sizeof(dm_http_request), fill_request, 0, 0 }
#define CALLER                                                                                     \
  { "dm_caller", sizeof(dm_caller), fill_caller, 1, offsetof(dm_http_request, caller) }

const growth_call growth_http_calls[] = {
    {"dm_http_handle", DM_OK, handle, {REQUEST, CALL, CALLER}},
    {"dm_http_refuse", DM_OK, refuse, {REQUEST, CALL, CALLER}},
    {"dm_http_cancel, nothing waits", DM_ERROR_STALE_HANDLE, cancel, {CALL}},
    {NULL, 0, NULL, {{NULL, 0, NULL, 0, 0}}},
};
