/* Fuzzes policies: any bytes are a document; what follows the first NUL byte is asked of
 * it. What has to hold: no crash, and a refused document names a place inside the text.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "dm/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Looked for in every input, JSON or not. */
static const char *const pointers[] = {"", "/Statement/0/Condition/StringLike/iot:Topic/1",
                                       "/Statement/Action", "/0/1/2", "/a~1b//~0"};

static void require(int holds) {
  if (!holds)
    abort();
}

/* Whether the place is a byte of the text, or 1:1 where there is none. */
static void require_inside(dm_span json, unsigned line, unsigned column) {
  unsigned at_line = 1, at_column = 1;
  size_t i = 0;
  for (; i < json.len && (at_line != line || at_column != column); i++) {
    at_column = json.ptr[i] == '\n' ? 1 : at_column + 1;
    at_line += json.ptr[i] == '\n';
  }
  require(i < json.len || (json.len == 0 && line == 1 && column == 1));
}

static void require_harmless(const char *text, size_t size) {
  const char *end = memchr(text, '\0', size);
  require(end != NULL && end > text);
  for (; text < end; text++)
    require((unsigned char)*text >= ' ' && *text != 0x7F);
}

static void evaluate(const dm_policy *policy, dm_span asked) {
  const dm_policy *policies[] = {policy, policy};
  dm_policy_list list = {policies, 2};
  dm_policy_value topic = {dm_text("iot:Topic"), asked};
  dm_policy_request requests[] = {
      {dm_text("iot:Receive"), asked, NULL, 0},
      {dm_text("iot:SendDirectMessage"), dm_text("arn:aws:iot:r:1:client/a"), &topic, 1},
      {asked, dm_text("arn:aws:iot:eu-west-1:123456789012:topic/a/b"), &topic, 1},
  };
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
    int decision = dm_policy_evaluate(&list, &requests[i]);
    require(decision == DM_POLICY_IMPLICIT_DENY || decision == DM_POLICY_ALLOWED ||
            decision == DM_POLICY_EXPLICIT_DENY);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
  dm_span json = dm_bytes(data, nul == NULL ? size : (size_t)(nul - data));
  dm_span asked = nul == NULL ? dm_text("a/b") : dm_bytes(nul + 1, size - json.len - 1);
  for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
    unsigned line, column;
    dm_json_position(json, pointers[i], &line, &column);
    require_inside(json, line, column);
  }
  dm_policy *policy = NULL;
  dm_policy_error error;
  int status = dm_policy_parse(&policy, json, 0, NULL, &error);
  if (status == DM_OK) {
    evaluate(policy, asked);
    dm_policy_free(policy);
    return 0;
  }
  require(status == DM_ERROR_NOT_UNDERSTOOD && policy == NULL);
  require_inside(json, error.line, error.column);
  require_harmless(error.text, sizeof error.text);
  return 0;
}
