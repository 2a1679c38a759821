/* A heap of points in time, the earliest on top: a pairing heap, whose nodes live in their
 * owners' structures. Nothing here can fail.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_LOOP_TIMER_HEAP_H
#define COMMON_LOOP_TIMER_HEAP_H

#include "dm/types.h"

typedef struct timer_node {
  dm_time at;
  struct timer_node *child;    /* the first of those that are later; the rest is private */
  struct timer_node *next;     /* of the same parent's */
  struct timer_node *previous; /* or the parent */
} timer_node;

/* `*top` is NULL in an empty heap. */
void timer_heap_insert(timer_node **top, timer_node *node);

/* `node` must be in the heap. */
void timer_heap_remove(timer_node **top, timer_node *node);

#endif
