/* One page out of all the subscriptions of a client.
 *
 * SPDX-License-Identifier: MIT
 */
#include "query/subscription_page.h"

#include "base/base64.h"
#include "base/memory.h"
#include "base/span.h"
#include "core/text_limits.h"

_Static_assert(BASE64URL_LENGTH(TOKEN_BYTES_MAX) == DM_NEXT_TOKEN_MAX, "the longest token");

/* ---- The order ---------------------------------------------------------- */

/* What the order compares. Of a short filter the head is all there is. */
typedef struct order_key {
  dm_span head;
  uint64_t hash;
} order_key;

static order_key key_of(const dmi_subscription_page *page, dm_span filter) {
  if (filter.len <= POSITION_HEAD_MAX)
    return (order_key){filter, 0};
  return (order_key){dmi_span_head(filter, POSITION_HEAD_MAX), dmi_siphash(page->key, filter)};
}

static bool before(const order_key *a, const order_key *b) {
  size_t common = a->head.len < b->head.len ? a->head.len : b->head.len;
  int bytes = memcmp(a->head.ptr, b->head.ptr, common);
  if (bytes != 0)
    return bytes < 0;
  return a->head.len != b->head.len ? a->head.len < b->head.len : a->hash < b->hash;
}

static bool precedes(const dmi_subscription_page *page, const order_key *key, size_t index) {
  order_key other = key_of(page, page->list[index].topic_filter);
  return before(key, &other);
}

/* ---- Visiting ----------------------------------------------------------- */

static void drop_last(dmi_subscription_page *page) {
  dmi_memory_release(page->memory, (void *)(uintptr_t)page->list[--page->count].topic_filter.ptr);
}

static void insert(dmi_subscription_page *page, const order_key *key, dm_span copy, int qos) {
  size_t at = page->count++;
  for (; at > 0 && precedes(page, key, at - 1); at--)
    page->list[at] = page->list[at - 1];
  page->list[at] = (dm_subscription){copy, qos};
}

static void take(dmi_subscription_page *page, const order_key *key, dm_span filter, int qos) {
  char *copy = dmi_memory_resize(page->memory, NULL, filter.len, 1);
  if (copy == NULL) {
    page->why = "Out of memory.";
    return;
  }
  memcpy(copy, filter.ptr, filter.len);
  if (page->count == page->wanted) {
    page->more = true;
    drop_last(page);
  }
  insert(page, key, dm_bytes(copy, filter.len), qos);
}

void dmi_subscription_page_visit(void *visitor, dm_span filter, int qos) {
  dmi_subscription_page *page = visitor;
  if (page->why != NULL)
    return;
  if (filter.ptr == NULL || filter.len == 0 || qos < 0 || qos > 2) {
    page->why = "The broker told a subscription that is none.";
    return;
  }
  order_key key = key_of(page, filter),
            after = {{page->after.head, page->after.len}, page->after.hash};
  if (!before(&after, &key))
    return;
  if (page->count == page->wanted && !precedes(page, &key, page->count - 1))
    page->more = true;
  else
    take(page, &key, filter, qos);
}

void dmi_subscription_page_release(dmi_subscription_page *page) {
  while (page->count > 0)
    drop_last(page);
}

/* ---- Tokens ------------------------------------------------------------- */

static char *put_word(char *at, uint64_t word) {
  for (size_t i = 0; i < 8; i++)
    *at++ = (char)(unsigned char)(word >> 8 * i);
  return at;
}

static uint64_t get_word(const char *at) {
  uint64_t word = 0;
  for (size_t i = 0; i < 8; i++)
    word |= (uint64_t)(unsigned char)at[i] << 8 * i;
  return word;
}

/* Binds a position to a client. A client ID holds no NUL, so that one stands between. */
static uint64_t tag_of(dmi_siphash_key key, dm_span client_id, dm_span said) {
  char bytes[DM_CLIENT_ID_MAX + 1 + TOKEN_HASH + POSITION_HEAD_MAX];
  char *at = dmi_span_put(bytes, client_id);
  *at++ = '\0';
  at = dmi_span_put(at, said);
  return dmi_siphash(key, dm_bytes(bytes, (size_t)(at - bytes)));
}

static bool token_read(dmi_subscription_page *page, dm_span client_id, dm_span token) {
  char bytes[TOKEN_BYTES_MAX];
  size_t len;
  if (token.len > DM_NEXT_TOKEN_MAX || !dmi_base64url_decode(token, bytes, &len) ||
      len <= TOKEN_TAG + TOKEN_HASH)
    return false;
  dm_span said = dm_bytes(bytes + TOKEN_TAG, len - TOKEN_TAG);
  if (get_word(bytes) != tag_of(page->key, client_id, said))
    return false;
  page->after.hash = get_word(said.ptr);
  page->after.len = said.len - TOKEN_HASH;
  memcpy(page->after.head, said.ptr + TOKEN_HASH, page->after.len);
  return true;
}

bool dmi_subscription_page_begin(dmi_subscription_page *page, const dm_memory *memory,
                                 dmi_siphash_key key, dm_span client_id, dm_span token,
                                 size_t wanted) {
  page->memory = memory;
  page->key = key;
  page->after.len = 0;
  page->after.hash = 0;
  page->wanted = wanted;
  page->count = 0;
  page->more = false;
  page->why = NULL;
  return !dmi_span_present(token) || token_read(page, client_id, token);
}

dm_span dmi_subscription_page_token(const dmi_subscription_page *page, dm_span client_id,
                                    char out[DM_NEXT_TOKEN_MAX]) {
  if (!page->more)
    return dm_text(NULL);
  order_key last = key_of(page, page->list[page->count - 1].topic_filter);
  char bytes[TOKEN_BYTES_MAX];
  char *said = bytes + TOKEN_TAG;
  char *end = dmi_span_put(put_word(said, last.hash), last.head);
  put_word(bytes, tag_of(page->key, client_id, dm_bytes(said, (size_t)(end - said))));
  size_t len = (size_t)(end - bytes);
  dmi_base64url_encode(dm_bytes(bytes, len), out);
  return dm_bytes(out, BASE64URL_LENGTH(len));
}
