/* Tables of the parameters that a query may hold.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/parameter_table.h"

#include "base/query_string.h"
#include "base/span.h"
#include "http/spelling.h"

/* The place of a name in the table; `count` where it is not known. */
static size_t parameter_find(const dmi_parameter *table, size_t count, dm_span name) {
  size_t i = 0;
  while (i < count && !dmi_span_equal(table[i].name, name))
    i++;
  return i;
}

static dmi_fault misspelt(const dmi_parameter *table, size_t count, dm_span name) {
  for (size_t i = 0; i < count; i++)
    if (dmi_spelling_near(name, table[i].name))
      return table[i].misspelt;
  return NO_FAULT;
}

dmi_fault dmi_parameters_collect(const dmi_parameter *table, size_t count, dm_span query,
                                 char *room, dm_span *values) {
  dm_span name, value;
  while (dmi_query_next(&query, &name, &value)) {
    if (!dmi_percent_decode(name, room, &name))
      return (dmi_fault){DM_INVALID_REQUEST,
                         "The name of a query parameter is not percent-encoded correctly."};
    size_t which = parameter_find(table, count, name);
    if (which == count) {
      dmi_fault found = misspelt(table, count, name);
      if (dmi_failed(found))
        return found;
      continue;
    }
    if (dmi_span_present(values[which]))
      return table[which].repeated;
    if (!dmi_percent_decode(value, room, &values[which]))
      return table[which].undecodable;
    room += values[which].len;
  }
  return NO_FAULT;
}

bool dmi_parameter_truth(dm_span value, int *truth) {
  *truth = dmi_span_equal_ignoring_case(value, SPAN("true"));
  return *truth || !dmi_span_present(value) || dmi_span_equal_ignoring_case(value, SPAN("false"));
}
