/* The smallest host of libdm: one thread, one device, and a pretend transport that prints
 * what a broker would write into the device's socket.
 *
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime() */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "dm/dm.h"

/* ---- What a broker has anyway ------------------------------------------- */

/* A device's connection: its socket would be here. */
typedef struct device {
  dm_connection_id id;
  uint16_t packet_id;       /* of the one PUBLISH in flight ... */
  dm_message_id message_id; /* ... and whose it is */
} device;

static dm_time now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (dm_time)t.tv_sec * DM_SECOND + (dm_time)t.tv_nsec / 1000;
}

/* ---- What libdm asks of it ---------------------------------------------- */

/* Put the PUBLISH into the device's stream, and remember whose packet identifier it is. */
static int deliver(void *user, const dm_delivery *delivery) {
  device *receiver = delivery->connection_user;
  const dm_message *message = delivery->message;
  (void)user;
  receiver->packet_id++;
  receiver->message_id = delivery->message_id;
  printf("device <- PUBLISH %u, QoS %u, topic %.*s: %.*s\n", receiver->packet_id, delivery->qos,
         (int)message->topic.len, message->topic.ptr, (int)message->payload.len,
         message->payload.ptr);
  return DM_OK;
}

/* Whose policies count. Here everybody has the same one. */
static dm_policy *policy;

static int policies(void *user, const dm_party *party, dm_policy_list *out) {
  (void)user;
  (void)party;
  *out = (dm_policy_list){(const dm_policy *const *)&policy, 1};
  return DM_OK;
}

static void complete(void *user, const dm_result *result) {
  (void)user;
  printf("caller <- %s\n", dm_outcome_of(result->outcome)->reason);
}

static const char policy_text[] =
    "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\","
    "  \"Action\": [\"iot:SendDirectMessage\", \"iot:Receive\"], \"Resource\": \"*\"}]}";

static void must(int result) {
  if (result < 0) {
    fprintf(stderr, "minimal: %s\n", dm_strerror(result));
    exit(1);
  }
}

int main(void) {
  dm_context *dm = NULL;
  device boiler = {0};
  must(dm_policy_parse(&policy, dm_text(policy_text), 0, NULL, NULL));

  /* README begin */
  dm_config config = {.size = sizeof config, .deliver = deliver, .policies = policies};
  must(getrandom(config.seed, sizeof config.seed, 0) == sizeof config.seed ? DM_OK : -1);
  must(dm_new(&dm, &config));

  /* Your broker accepted a CONNECT: */
  dm_connection connection = {.size = sizeof connection, .protocol_level = 4, .user = &boiler};
  connection.client_id = dm_text("boiler-7");
  must(dm_connected(dm, &connection, now(), &boiler.id));

  /* Somebody has a message for it; libdm calls deliver(), then waits for the PUBACK: */
  dm_message message = {.size = sizeof message, .mode = DM_MODE_ACKNOWLEDGED, .complete = complete};
  message.client_id = dm_text("boiler-7");
  message.topic = dm_text("commands/reboot");
  message.payload = dm_text("now");
  must(dm_send(dm, &message, now(), NULL));

  /* The device's PUBACK came; libdm calls complete(): */
  must(dm_puback(dm, boiler.id, boiler.message_id, 0, now()));
  /* README end */

  /* Its connection ended: from here on it is a precise error, at once. */
  must(dm_disconnected(dm, boiler.id, DM_DISCONNECT_CONNECTION_LOST, now()));
  int outcome = dm_send(dm, &message, now(), NULL);
  printf("caller <- %s\n", dm_strerror(outcome));

  dm_free(dm);
  dm_policy_free(policy);
  return 0;
}
