/* Reading one principal of a file: what its parts share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_ACCESS_PRINCIPAL_READING_H
#define COMMON_ACCESS_PRINCIPAL_READING_H

#include "common/access/principals.h"

/* What stands where: "/3/accessKeys/0/secret". */
typedef char principal_place[96];

/* Where things are being read: the file, and one of its principals. */
typedef struct principal_reading {
  principals *all;
  size_t number;
  principal *who;
  problem *p;
} principal_reading;

/* Fills *p; `rest` is the place without the principal's number. Each returns false. */
bool principal_wrong(const principal_reading *r, const char *rest, const char *text);
bool principal_no_memory(const principal_reading *r);

/* Reads the objects of a list into a new array of structures; free() it. NULL with *p filled
 * where that fails. */
void *principal_read_list(const principal_reading *r, const struct json_t *list, const char *key,
                          const settings_field *fields, size_t size);

#endif
