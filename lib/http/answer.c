/* The HTTP answer that tells what became of a call.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/answer.h"

#include "base/json_write.h"
#include "base/span.h"

/* A text is a sentence. What is longer is cut, so that the body fits its buffer though
 * every byte may become six in JSON. */
#define TEXT_MAX 256
#define BODY_MAX (TEXT_MAX * 6 + 256)

#define HEADERS_MAX 5

typedef struct headers {
  dm_http_header list[HEADERS_MAX];
  size_t count;
} headers;

static void headers_add(headers *h, dm_span name, dm_span value) {
  h->list[h->count++] = (dm_http_header){name, value};
}

static dm_span sentence(const dm_result *result, const dm_outcome *outcome) {
  dm_span text = outcome->exception == NULL ? SPAN("OK")
                                            : dm_text(result->text ? result->text : outcome->text);
  return text.len > TEXT_MAX ? dmi_span_head(text, TEXT_MAX) : text;
}

/* A member named "code" would keep SDKs from naming the exception. */
static void body_write(dmi_writer *w, const dm_result *result, const dm_outcome *outcome,
                       const char *trace) {
  dmi_json j = {.out = w};
  dmi_json_open(&j);
  dmi_json_string(&j, SPAN("message"), sentence(result, outcome));
  dmi_json_string(&j, SPAN("traceId"), dm_text(trace));
  if (outcome->exception != NULL) {
    dmi_json_string(&j, SPAN("reason"), dm_text(outcome->reason));
    dmi_json_string(&j, SPAN("delivered"), dm_text(dm_delivered_text(result->delivered)));
  }
  if (result->outcome == DM_RECEIVER_REJECTED)
    dmi_json_number(&j, SPAN("mqttReasonCode"), result->puback_reason);
  dmi_json_close(&j);
}

/* Whole seconds (RFC 9110 section 10.2.3), never too early. */
static void retry_after_write(dmi_writer *w, dm_duration wait) {
  dmi_writer_whole_seconds(w, wait == 0 ? 1 : wait);
}

static void give(void (*answer)(void *user, const dm_http_answer *answer), void *user,
                 const dm_result *result, const dmi_answer_content *content) {
  const dm_outcome *outcome = dm_outcome_of(result->outcome);
  char trace[37], body[BODY_MAX], seconds[20];
  dmi_writer text = {body, sizeof body, 0}, retry = {seconds, sizeof seconds, 0};
  headers h = {.count = 0};

  dm_trace_id_text(result->trace_id, trace);
  body_write(&text, result, outcome, trace);
  dm_span said = result->outcome == DM_DONE ? content->body : dm_bytes(body, text.needed);
  if (said.len > 0)
    headers_add(&h, SPAN("Content-Type"), SPAN("application/json"));
  headers_add(&h, SPAN("x-amzn-RequestId"), dm_text(trace));
  if (outcome->exception != NULL)
    headers_add(&h, SPAN("x-amzn-ErrorType"), dm_text(outcome->exception));
  if (outcome->http_status == 429 || outcome->http_status == 503) {
    retry_after_write(&retry, result->retry_after);
    headers_add(&h, SPAN("Retry-After"), dm_bytes(seconds, retry.needed));
  }
  if (result->outcome == DM_METHOD_NOT_ALLOWED)
    headers_add(&h, SPAN("Allow"), content->allow);

  dm_http_answer given = {
      .size = sizeof given,
      .status = outcome->http_status,
      .headers = h.list,
      .header_count = h.count,
      .body = said,
      .outcome = result->outcome,
  };
  answer(user, &given);
}

void dmi_call_detach(dm_http_call *call) {
  call->own.context = NULL;
  call->own.message = 0;
  call->own.sending = NULL;
}

void dmi_call_answer(dm_http_call *call, const dm_result *result,
                     const dmi_answer_content *content) {
  void (*answer)(void *, const dm_http_answer *) = call->answer;
  void *user = call->user;
  dmi_call_detach(call);
  give(answer, user, result, content);
}
