/* The strings of a policy: wildcards, and the escapes that make them literal.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/pattern.h"

#include "base/glob.h"
#include "base/span.h"

static bool opens_escape(dm_span text) {
  return text.len > 1 && text.ptr[0] == '$' && (text.ptr[1] == '{' || text.ptr[1] == '(');
}

static bool escapable(char c) {
  return c == '*' || c == '?' || c == '$';
}

static char take_escape(dm_span *text) {
  dm_span escape = *text;
  char closing = escape.ptr[1] == '{' ? '}' : ')';
  if (escape.len < 4 || !escapable(escape.ptr[2]) || escape.ptr[3] != closing)
    return PATTERN_UNKNOWN;
  *text = span_tail(escape, 4);
  return escape.ptr[2];
}

char pattern_next(dm_span *text, pattern_kind kind) {
  if (opens_escape(*text))
    return take_escape(text);
  char c = text->ptr[0];
  *text = span_tail(*text, 1);
  if (kind == PATTERN_LITERAL || (c != '*' && c != '?'))
    return c;
  return c == '*' ? GLOB_RUN : GLOB_ONE;
}

size_t pattern_compile(dm_span text, pattern_kind kind, char *out) {
  size_t written = 0;
  while (text.len > 0) {
    char next = pattern_next(&text, kind);
    /* One run takes whatever two in a row would. */
    if (next != GLOB_RUN || written == 0 || out[written - 1] != GLOB_RUN)
      out[written++] = next;
  }
  return written;
}

bool pattern_has_escape(dm_span text) {
  for (; text.len > 0; text = span_tail(text, 1))
    if (opens_escape(text))
      return true;
  return false;
}

const char *pattern_problem(dm_span text) {
  while (text.len > 0) {
    dm_span rest = text;
    if (pattern_next(&text, PATTERN_WILDCARDS) != PATTERN_UNKNOWN)
      continue;
    return rest.ptr[1] == '{' ? "policy variable not understood"
                              : "\"$(\" not understood, only $(*), $(?) and $($) are";
  }
  return NULL;
}

static bool letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Whether `text` is not empty and holds letters, digits and what is in `others` only. */
static bool consists_of(dm_span text, dm_span others) {
  for (size_t i = 0; i < text.len; i++)
    if (!letter_or_digit(text.ptr[i]) && span_find(others, text.ptr[i]) == others.len)
      return false;
  return text.len > 0;
}

const char *pattern_action_problem(dm_span text) {
  if (span_equal(text, SPAN("*")))
    return NULL;
  dm_span service = span_head(text, span_find(text, ':'));
  dm_span name = span_tail(text, service.len < text.len ? service.len + 1 : text.len);
  if (consists_of(service, SPAN("-")) && consists_of(name, SPAN("*?")))
    return NULL;
  return "Action must be \"*\" or \"service:Name\", such as iot:Receive, not";
}

/* Whether a pattern may match an ARN, arn:partition:service:region:account:resource.
 * One that never does would silently allow or deny nothing. */
static bool may_be_arn(dm_span text) {
  size_t colons = 0;
  for (size_t i = 0; text.len > 0; i++) {
    char next = pattern_next(&text, PATTERN_WILDCARDS);
    if (next == GLOB_RUN)
      return true;
    if (i < 4 && next != GLOB_ONE && next != "arn:"[i])
      return false;
    colons += next == ':' || next == GLOB_ONE;
  }
  return colons >= 5;
}

const char *pattern_resource_problem(dm_span text) {
  const char *problem = pattern_problem(text);
  if (problem != NULL || may_be_arn(text))
    return problem;
  return "Resource must be \"*\" or arn:partition:service:region:account:resource, not";
}
