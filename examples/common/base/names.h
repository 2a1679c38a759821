/* Sets of objects that are found by a name: the balanced trees of POSIX <search.h>.
 *
 * Names come from outside. A balanced tree stays fast whatever they are, so it needs no
 * secret key.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_BASE_NAMES_H
#define COMMON_BASE_NAMES_H

#include <stdbool.h>

#include "dm/types.h"

/* An empty tree is a NULL root. An object in it begins with a dm_span, its name, which
 * does not change and stands once in the tree. */
typedef void *tree;

/* The object with this name, or NULL. */
void *tree_find(const tree *root, dm_span name);

/* Puts an object in whose name is not there yet; false when out of memory. */
bool tree_insert(tree *root, void *object);

/* Takes out the object with this one's name. */
void tree_remove(tree *root, const void *object);

/* Any one object, or NULL when the tree is empty: to take out one after the other. */
void *tree_any(const tree *root);

#endif
