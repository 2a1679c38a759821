/* Sets of objects that are found by a name.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/base/names.h"

#include <search.h>

static int compare(const void *left, const void *right) {
  const dm_span *a = left;
  const dm_span *b = right;
  if (a->len != b->len)
    return a->len < b->len ? -1 : 1;
  return a->len == 0 ? 0 : memcmp(a->ptr, b->ptr, a->len);
}

void *tree_find(const tree *root, dm_span name) {
  void *const *node = tfind(&name, root, compare);
  return node == NULL ? NULL : *node;
}

bool tree_insert(tree *root, void *object) {
  return tsearch(object, root, compare) != NULL;
}

void tree_remove(tree *root, const void *object) {
  tdelete(object, root, compare);
}

void *tree_any(const tree *root) {
  return *root == NULL ? NULL : *(void **)*root;
}
