/* The QoS 1 messages that a session holds: first those without PUBACK, in the order in
 * which they were sent, then those that wait to be sent.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKER_QUEUE_H
#define BROKER_QUEUE_H

#include <stdbool.h>
#include <sys/queue.h>

#include "stored_message.h"

struct queued {
  TAILQ_ENTRY(queued) link;
  struct message *message;
  uint16_t packet_id; /* 0: not sent yet */
  bool sent;          /* on the present connection */
  size_t identifier_count;
  uint32_t identifiers[]; /* MQTT 5 Subscription Identifiers */
};

struct queue {
  TAILQ_HEAD(queued_list, queued) list;
  struct queued *next; /* the first that is not sent on the present connection */
  size_t count;
  size_t bytes;
};

/* An empty queue. */
void queue_start(struct queue *queue);

/* Appends a message, which gets one more reference; false when out of memory. */
bool queue_append(struct queue *queue, struct message *message, const uint32_t *identifiers,
                  size_t identifier_count);

/* Goes to the next message after sending queue->next. */
void queue_advance(struct queue *queue);

/* Takes a message out and releases it. */
void queue_remove(struct queue *queue, struct queued *queued);

/* Another connection begins: everything is to be sent once more. */
void queue_rewind(struct queue *queue);

/* Releases everything. */
void queue_clear(struct queue *queue);

#endif
