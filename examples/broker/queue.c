/* The QoS 1 messages that a session holds.
 *
 * SPDX-License-Identifier: MIT
 */
#include "queue.h"

#include <stdlib.h>

static size_t size_of(const struct queued *queued) {
  return sizeof *queued + queued->identifier_count * sizeof(uint32_t) + queued->message->size;
}

void queue_start(struct queue *queue) {
  *queue = (struct queue){0};
  TAILQ_INIT(&queue->list);
}

bool queue_append(struct queue *queue, struct message *message, const uint32_t *identifiers,
                  size_t identifier_count) {
  struct queued *queued = calloc(1, sizeof *queued + identifier_count * sizeof *identifiers);
  if (queued == NULL)
    return false;
  queued->message = message_hold(message);
  queued->identifier_count = identifier_count;
  if (identifier_count != 0)
    memcpy(queued->identifiers, identifiers, identifier_count * sizeof *identifiers);

  TAILQ_INSERT_TAIL(&queue->list, queued, link);
  if (queue->next == NULL)
    queue->next = queued;
  queue->count++;
  queue->bytes += size_of(queued);
  return true;
}

void queue_advance(struct queue *queue) {
  queue->next->sent = true;
  queue->next = TAILQ_NEXT(queue->next, link);
}

void queue_remove(struct queue *queue, struct queued *queued) {
  if (queue->next == queued)
    queue->next = TAILQ_NEXT(queued, link);
  TAILQ_REMOVE(&queue->list, queued, link);
  queue->count--;
  queue->bytes -= size_of(queued);
  message_release(queued->message);
  free(queued);
}

void queue_rewind(struct queue *queue) {
  struct queued *queued;
  TAILQ_FOREACH(queued, &queue->list, link) {
    queued->sent = false;
  }
  queue->next = TAILQ_FIRST(&queue->list);
}

void queue_clear(struct queue *queue) {
  while (!TAILQ_EMPTY(&queue->list))
    queue_remove(queue, TAILQ_FIRST(&queue->list));
}
