/* The strings of a policy: wildcards, the escapes that make them literal, and policy
 * variables.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/pattern.h"

#include "base/glob.h"
#include "base/span.h"
#include "policy/vocabulary.h"

/* ---- Elements ---- */

static bool opens_escape(dm_span text) {
  return text.len > 1 && text.ptr[0] == '$' && (text.ptr[1] == '{' || text.ptr[1] == '(');
}

static bool escapable(char c) {
  return c == '*' || c == '?' || c == '$';
}

static bool take_escape(dm_span *text, char *byte) {
  dm_span escape = *text;
  char closing = escape.ptr[1] == '{' ? '}' : ')';
  if (escape.len < 4 || !escapable(escape.ptr[2]) || escape.ptr[3] != closing)
    return false;
  *text = dmi_span_tail(escape, 4);
  *byte = escape.ptr[2];
  return true;
}

static dm_span skip_spaces(dm_span text) {
  while (text.len > 0 && text.ptr[0] == ' ')
    text = dmi_span_tail(text, 1);
  return text;
}

static dm_span without_spaces_behind(dm_span text) {
  while (text.len > 0 && text.ptr[text.len - 1] == ' ')
    text.len--;
  return text;
}

static bool take_byte(dm_span *text, char byte) {
  if (text->len == 0 || text->ptr[0] != byte)
    return false;
  *text = dmi_span_tail(*text, 1);
  return true;
}

/* A key ends at a comma or a brace that is not in the brackets of a thing's attribute. */
static dm_span take_key(dm_span *text) {
  dm_span rest = skip_spaces(*text);
  size_t len = 0;
  for (bool inside = false; len < rest.len; len++) {
    char c = rest.ptr[len];
    if (!inside && (c == ',' || c == '}'))
      break;
    inside = c == '[' || (inside && c != ']');
  }
  *text = dmi_span_tail(rest, len);
  return without_spaces_behind(dmi_span_head(rest, len));
}

/* 'default' */
static bool take_fallback(dm_span *text, dm_span *fallback) {
  dm_span rest = skip_spaces(*text);
  if (!take_byte(&rest, '\''))
    return false;
  *fallback = dmi_span_head(rest, dmi_span_find(rest, '\''));
  rest = dmi_span_tail(rest, fallback->len);
  if (!take_byte(&rest, '\''))
    return false;
  *text = skip_spaces(rest);
  return true;
}

static bool take_variable(dm_span *text, dmi_variable *out) {
  dm_span rest = *text;
  if (!take_byte(&rest, '$') || !take_byte(&rest, '{'))
    return false;
  out->key = take_key(&rest);
  out->fallback = dm_text(NULL);
  if ((take_byte(&rest, ',') && !take_fallback(&rest, &out->fallback)) || !take_byte(&rest, '}') ||
      !dmi_vocabulary_knows(out->key))
    return false;
  *text = rest;
  return true;
}

static dmi_element take_sequence(dm_span *text) {
  dmi_element e = {.kind = ELEMENT_BYTE};
  if (!take_escape(text, &e.byte))
    e.kind = take_variable(text, &e.variable) ? ELEMENT_VARIABLE : ELEMENT_UNKNOWN;
  return e;
}

dmi_element dmi_pattern_next(dm_span *text, dmi_pattern_kind kind) {
  if (opens_escape(*text))
    return take_sequence(text);
  dmi_element e = {.kind = ELEMENT_BYTE, .byte = text->ptr[0]};
  *text = dmi_span_tail(*text, 1);
  if (kind == PATTERN_WILDCARDS && e.byte == '*')
    e.kind = ELEMENT_RUN;
  else if (kind == PATTERN_WILDCARDS && e.byte == '?')
    e.kind = ELEMENT_ONE;
  return e;
}

bool dmi_pattern_begins_wild(dm_span text, dmi_pattern_kind kind) {
  if (text.len == 0)
    return false;
  dmi_element e = dmi_pattern_next(&text, kind);
  return e.kind == ELEMENT_RUN || e.kind == ELEMENT_ONE;
}

static bool is_byte(const dmi_element *e, char byte) {
  return e->kind == ELEMENT_BYTE && e->byte == byte;
}

dm_span dmi_pattern_before_colon(dm_span text) {
  dm_span rest = text;
  while (rest.len > 0) {
    size_t len = text.len - rest.len;
    dmi_element e = dmi_pattern_next(&rest, PATTERN_WILDCARDS);
    if (is_byte(&e, ':'))
      return dmi_span_head(text, len);
  }
  return text;
}

/* ---- Compiling ---- */

static char compiled_byte(const dmi_element *e) {
  switch (e->kind) {
  case ELEMENT_RUN:
    return GLOB_RUN;
  case ELEMENT_ONE:
    return GLOB_ONE;
  case ELEMENT_VARIABLE:
    return GLOB_VALUE;
  case ELEMENT_BYTE:
  case ELEMENT_UNKNOWN:
    break;
  }
  return e->byte;
}

size_t dmi_pattern_compile(dm_span text, dmi_pattern_kind kind, char *out) {
  size_t written = 0;
  while (text.len > 0) {
    dmi_element e = dmi_pattern_next(&text, kind);
    char next = compiled_byte(&e);
    /* One run takes whatever two in a row would. */
    if (next != GLOB_RUN || written == 0 || out[written - 1] != GLOB_RUN)
      out[written++] = next;
  }
  return written;
}

size_t dmi_pattern_variables(dm_span text) {
  size_t count = 0;
  while (text.len > 0)
    count += dmi_pattern_next(&text, PATTERN_WILDCARDS).kind == ELEMENT_VARIABLE;
  return count;
}

/* ---- Checking ---- */

bool dmi_pattern_has_escape(dm_span text) {
  for (; text.len > 0; text = dmi_span_tail(text, 1))
    if (opens_escape(text))
      return true;
  return false;
}

const char *dmi_pattern_problem(dm_span text) {
  for (dm_span rest = text; rest.len > 0;)
    if (dmi_pattern_next(&rest, PATTERN_WILDCARDS).kind == ELEMENT_UNKNOWN)
      return rest.ptr[1] == '{' ? "policy variable not understood"
                                : "\"$(\" not understood, only $(*), $(?) and $($) are";
  return dmi_pattern_variables(text) <= PATTERN_VARIABLES_MAX
             ? NULL
             : "more than 32 policy variables in one string";
}

_Static_assert(PATTERN_VARIABLES_MAX == 32, "as the text says");

static bool letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Whether `text` is not empty and holds letters, digits and what is in `others` only. */
static bool consists_of(dm_span text, dm_span others) {
  for (size_t i = 0; i < text.len; i++)
    if (!letter_or_digit(text.ptr[i]) && dmi_span_find(others, text.ptr[i]) == others.len)
      return false;
  return text.len > 0;
}

const char *dmi_pattern_action_problem(dm_span text) {
  if (dmi_span_equal(text, SPAN("*")))
    return NULL;
  dm_span service = dmi_span_head(text, dmi_span_find(text, ':'));
  dm_span name = dmi_span_tail(text, service.len < text.len ? service.len + 1 : text.len);
  if (consists_of(service, SPAN("-")) && consists_of(name, SPAN("*?")))
    return NULL;
  return "Action must be \"*\" or \"service:Name\", such as iot:Receive, not";
}

/* Whether a pattern may match an ARN, arn:partition:service:region:account:resource, and
 * has variables in the resource only ("you can't use a variable to replace parts of the ARN
 * before the fifth colon"). One that never does would silently allow or deny nothing. */
static bool may_be_arn(dm_span text) {
  size_t colons = 0;
  for (size_t i = 0; text.len > 0; i++) {
    dmi_element e = dmi_pattern_next(&text, PATTERN_WILDCARDS);
    if (e.kind == ELEMENT_RUN)
      return true;
    if ((i < 4 && e.kind != ELEMENT_ONE && !is_byte(&e, "arn:"[i])) ||
        (e.kind == ELEMENT_VARIABLE && colons < 5))
      return false;
    colons += is_byte(&e, ':') || e.kind == ELEMENT_ONE;
  }
  return colons >= 5;
}

static bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

/* The third part of an ARN, as it is written. */
static dm_span service_of(dm_span arn) {
  for (int i = 0; i < 2; i++) {
    size_t part = dmi_pattern_before_colon(arn).len;
    arn = dmi_span_tail(arn, part < arn.len ? part + 1 : part);
  }
  return dmi_pattern_before_colon(arn);
}

/* ARNs are compared letter by letter, and no service has capital letters: a Deny of
 * arn:aws:IOT:... would deny nothing, and a NotResource with it leave nothing out. What a
 * wildcard before it shifts into its place is no service's name. */
static const char *service_problem(dm_span arn) {
  dm_span service = service_of(arn);
  bool capitals = false;
  for (size_t i = 0; i < service.len; i++)
    capitals |= is_capital(service.ptr[i]);
  return capitals && consists_of(service, SPAN("-*?"))
             ? "the service in an ARN, such as iot, has no capital letters, not"
             : NULL;
}

const char *dmi_pattern_resource_problem(dm_span text) {
  const char *problem = dmi_pattern_problem(text);
  if (problem != NULL)
    return problem;
  if (may_be_arn(text))
    return service_problem(text);
  return "Resource must be \"*\" or arn:partition:service:region:account:resource, variables only "
         "in the last part, not";
}

const char *dmi_pattern_arn_problem(dm_span text) {
  const char *problem = dmi_pattern_problem(text);
  size_t colons = 0;
  for (dm_span rest = text; problem == NULL && rest.len > 0;) {
    dmi_element e = dmi_pattern_next(&rest, PATTERN_WILDCARDS);
    colons += is_byte(&e, ':');
  }
  if (problem != NULL)
    return problem;
  if (colons >= 5)
    return service_problem(text);
  return "an ARN operator compares six parts, arn:partition:service:region:account:resource, not";
}
