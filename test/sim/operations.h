/* Operations, of any kind: at the top and inside of callbacks.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_SIM_OPERATIONS_H
#define TEST_SIM_OPERATIONS_H

enum {
  OPERATIONS_DEPTH = 4 /* at which callbacks do nothing more */
};

void operations_any(void);

/* For a callback: one of so many times it does something. */
void operations_inside(unsigned rarely);

#endif
