/* Tables of the parameters that a query may hold.
 *
 * SPDX-License-Identifier: MIT
 */
#include "http/parameter_table.h"

#include "base/query.h"
#include "base/span.h"

/* The place of a name in the table; `count` where it is not known. */
static size_t parameter_find(const parameter *table, size_t count, dm_span name) {
  size_t i = 0;
  while (i < count && !span_equal(table[i].name, name))
    i++;
  return i;
}

fault parameters_collect(const parameter *table, size_t count, dm_span query, char *room,
                         dm_span *values) {
  dm_span name, value;
  while (query_next(&query, &name, &value)) {
    if (!percent_decode(name, room, &name))
      return (fault){DM_INVALID_REQUEST,
                     "The name of a query parameter is not percent-encoded correctly."};
    size_t which = parameter_find(table, count, name);
    if (which == count)
      continue;
    if (span_present(values[which]))
      return table[which].repeated;
    if (!percent_decode(value, room, &values[which]))
      return table[which].undecodable;
    room += values[which].len;
  }
  return NO_FAULT;
}

bool parameter_truth(dm_span value, int *truth) {
  *truth = span_equal_ignoring_case(value, SPAN("true"));
  return *truth || !span_present(value) || span_equal_ignoring_case(value, SPAN("false"));
}
