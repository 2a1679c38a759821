/* Whether documents are understood, and what is said where they are not.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy_text.h"

int policy_text_parse(dm_span json, size_t size_limit, dm_policy_error *error) {
  dm_policy *policy = NULL;
  int status = dm_policy_parse(&policy, json, size_limit, NULL, error);
  assert_true((status == DM_OK) == (policy != NULL));
  dm_policy_free(policy);
  return status;
}

void expect_accepted(const char *json) {
  dm_policy_error error = {0};
  if (policy_text_parse(dm_text(json), 0, &error) != DM_OK)
    fail_msg("%u:%u %s, in: %s", error.line, error.column, error.text, json);
}

void expect_refused(const char *marked, const char *text) {
  char json[TEXT_MAX];
  size_t mark = strcspn(marked, "@"), len = strlen(marked) - 1;
  assert_true(len < sizeof json && marked[mark] == '@');
  memcpy(json, marked, mark);
  memcpy(json + mark, marked + mark + 1, len - mark);
  unsigned line = 1, column = 1;
  for (size_t i = 0; i < mark; i++) {
    column = json[i] == '\n' ? 1 : column + 1;
    line += json[i] == '\n';
  }
  dm_policy_error error = {0};
  if (policy_text_parse(dm_bytes(json, len), 0, &error) != DM_ERROR_NOT_UNDERSTOOD)
    fail_msg("not refused: %s", marked);
  if (error.line != line || error.column != column || strstr(error.text, text) == NULL)
    fail_msg("%u:%u %s, not %u:%u %s, in: %s", error.line, error.column, error.text, line, column,
             text, marked);
}
