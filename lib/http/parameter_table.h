/* Tables of the parameters that a query may hold.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_HTTP_PARAMETER_TABLE_H
#define DM_HTTP_PARAMETER_TABLE_H

#include "http/fault.h"

typedef struct dmi_parameter {
  dm_span name;
  dmi_fault undecodable;
  dmi_fault repeated;
  dmi_fault misspelt;
} dmi_parameter;

/* A row for a parameter whose faults are answered with this outcome. */
#define PARAMETER(literal, outcome)                                                                \
  {                                                                                                \
    {literal, sizeof(literal) - 1},                                                                \
        {outcome, "The parameter " literal " is not percent-encoded correctly."},                  \
        {outcome, "The parameter " literal " is given more than once."}, {                         \
      outcome, "A parameter is misspelt: it is called " literal "."                                \
    }                                                                                              \
  }

/* Decodes the parameters of a table into `values`, absent at first. Others are left alone, for a
 * custom authorizer's tokens stand among them, unless they are almost one of the table: whoever
 * wrote `confirm` would not get what he asked for. `room` holds query.len bytes
 * and has the values afterwards. */
dmi_fault dmi_parameters_collect(const dmi_parameter *table, size_t count, dm_span query,
                                 char *room, dm_span *values);

/* Whether a value says true, in any letter case; *truth is 0 where it says false or is
 * absent. False where it says anything else. */
bool dmi_parameter_truth(dm_span value, int *truth);

#endif
