/* The values of conditions that are no strings: numbers, dates, truths, bytes, addresses.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/operand.h"

#include "base/base64.h"
#include "base/span.h"

static bool read_truth(dm_span text, bool *truth) {
  *truth = dmi_span_equal_ignoring_case(text, SPAN("true"));
  return *truth || dmi_span_equal_ignoring_case(text, SPAN("false"));
}

/* ---- Checking ---- */

/* Whether all of a text is base64: decoded four characters at a time, of which only the last
 * may be padded. */
static bool is_base64(dm_span text) {
  char decoded[BASE64_DECODED_MAX(4)];
  while (text.len >= 4) {
    size_t len;
    if (!dmi_base64_decode(dmi_span_head(text, 4), decoded, &len) || (len < 3 && text.len > 4))
      return false;
    text = dmi_span_tail(text, 4);
  }
  return text.len == 0;
}

const char *dmi_operand_problem(dmi_operand_type type, dm_span text) {
  dmi_operand value;
  switch (type) {
  case OPERAND_NUMBER:
    return dmi_decimal_read(text, &value.number) ? NULL
                                                 : "must be a number such as 10 or -2.5, not";
  case OPERAND_DATE:
    return dmi_moment_read(text, &value.date)
               ? NULL
               : "must be a date such as 2026-05-28T10:00:00Z, or seconds since 1970, not";
  case OPERAND_TRUTH:
  case OPERAND_ABSENCE:
    return read_truth(text, &value.truth) ? NULL : "must be true or false, not";
  case OPERAND_BINARY:
    return is_base64(text) ? NULL : "must be base64, not";
  case OPERAND_ADDRESS:
    return dmi_ip_read_range(text, &value.range) ? NULL
                                                 : "must be an IP address or a range such as "
                                                   "203.0.113.0/24 or 2001:db8::/32, not";
  default:
    return NULL;
  }
}

/* ---- Reading ---- */

/* "compares the value of the specified key byte for byte against a base-64 encoded
 * representation of the binary value in the policy": only the policy's is encoded. */
static bool of_request(dmi_operand_type type, dm_span text, dmi_operand *value) {
  switch (type) {
  case OPERAND_NUMBER:
    return dmi_decimal_read(text, &value->number);
  case OPERAND_DATE:
    return dmi_moment_read(text, &value->date);
  case OPERAND_TRUTH:
  case OPERAND_ABSENCE:
    return read_truth(text, &value->truth);
  case OPERAND_BINARY:
    value->bytes = text;
    return true;
  case OPERAND_ADDRESS:
    return dmi_ip_read_address(text, &value->range.first);
  default:
    return false;
  }
}

size_t dmi_operand_of_policy(dmi_operand_type type, dm_span text, char *out, dmi_operand *value) {
  if (type == OPERAND_BINARY) {
    size_t len = 0;
    (void)dmi_base64_decode(text, out, &len);
    value->bytes = (dm_span){out, len};
    return len;
  }
  if (type == OPERAND_ADDRESS)
    (void)dmi_ip_read_range(text, &value->range);
  else
    (void)of_request(type, text, value);
  return 0;
}

/* ---- Comparing ---- */

static unsigned relation_of(int order) {
  return order < 0 ? RELATION_LESS : order > 0 ? RELATION_GREATER : RELATION_EQUAL;
}

static bool matches(const dmi_condition_operator *with, const dmi_operand *asked,
                    const dmi_operand *wanted) {
  switch (with->type) {
  case OPERAND_NUMBER:
    return (relation_of(dmi_decimal_compare(&asked->number, &wanted->number)) & with->relation) !=
           0;
  case OPERAND_DATE:
    return (relation_of(dmi_moment_compare(&asked->date, &wanted->date)) & with->relation) != 0;
  case OPERAND_TRUTH:
  case OPERAND_ABSENCE:
    return asked->truth == wanted->truth;
  case OPERAND_BINARY:
    return dmi_span_equal(asked->bytes, wanted->bytes);
  case OPERAND_ADDRESS:
    return dmi_ip_in_range(&asked->range.first, &wanted->range);
  default:
    return false;
  }
}

dmi_truth dmi_operand_compare(const dmi_condition_operator *with, const dmi_operand *wanted,
                              size_t count, dm_span text) {
  dmi_operand asked;
  if (!of_request(with->type, text, &asked))
    return VERDICT_UNREADABLE;
  for (size_t i = 0; i < count; i++)
    if (matches(with, &asked, &wanted[i]))
      return VERDICT_YES;
  return VERDICT_NO;
}
