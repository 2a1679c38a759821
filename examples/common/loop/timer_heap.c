/* A heap of points in time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/loop/timer_heap.h"

#include <stddef.h>

/* Makes one heap of two; either may be empty. */
static timer_node *meld(timer_node *a, timer_node *b) {
  if (a == NULL || b == NULL)
    return a == NULL ? b : a;
  if (b->at < a->at) {
    timer_node *later = a;
    a = b;
    b = later;
  }
  b->next = a->child;
  b->previous = a;
  if (b->next != NULL)
    b->next->previous = b;
  a->child = b;
  a->next = a->previous = NULL;
  return a;
}

/* The first step: pairs, from the front. They come back in opposite order. */
static timer_node *meld_pairs(timer_node *first) {
  timer_node *pairs = NULL;
  while (first != NULL) {
    timer_node *second = first->next;
    timer_node *rest = second == NULL ? NULL : second->next;
    timer_node *pair = meld(first, second);
    pair->next = pairs;
    pairs = pair;
    first = rest;
  }
  return pairs;
}

/* The second step: one heap of all, from the back. */
static timer_node *meld_all(timer_node *first) {
  timer_node *top = NULL;
  timer_node *pairs = meld_pairs(first);
  while (pairs != NULL) {
    timer_node *next = pairs->next;
    pairs->next = NULL;
    top = meld(top, pairs);
    pairs = next;
  }
  if (top != NULL)
    top->next = top->previous = NULL;
  return top;
}

static void cut(timer_node *node) {
  if (node->previous->child == node)
    node->previous->child = node->next;
  else
    node->previous->next = node->next;
  if (node->next != NULL)
    node->next->previous = node->previous;
}

void timer_heap_insert(timer_node **top, timer_node *node) {
  node->child = node->next = node->previous = NULL;
  *top = meld(*top, node);
}

void timer_heap_remove(timer_node **top, timer_node *node) {
  timer_node *below = meld_all(node->child);
  if (node == *top) {
    *top = below;
  } else {
    cut(node);
    *top = meld(*top, below);
  }
  node->child = node->next = node->previous = NULL;
}
