/* A run of the fuzzer: the script it reads, the relay, and the model of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_FUZZ_RELAY_RUN_H
#define TEST_FUZZ_RELAY_RUN_H

#include "relay_model.h"

typedef struct dmi_relay_run {
  const uint8_t *data;
  size_t size;

  dm_relay *relay;
  dm_relay_config config;
  dm_memory memory;
  bool refuse; /* the next allocation */
  bool freed;
  dm_time now;

  relay_model model;
  unsigned connected, disconnected;
  uint64_t messages; /* injected so far */

  dm_time sent_at;
  bool quiet;    /* a PUBACK was taken out since */
  bool answered; /* and its PINGREQ came first */

  uint8_t hook; /* what the next callback does */
} dmi_relay_run;

/* The next byte of the script; 0 at its end. */
uint8_t run_next(dmi_relay_run *r);

/* For dm_memory; `user` is the run. */
void *run_resize(void *user, void *old, size_t size);

/* A new relay, to which nothing has come. */
void run_open(dmi_relay_run *r);
void run_close(dmi_relay_run *r);

/* Ends the relay; or frees it, though the host should have ended it. */
void run_end(dmi_relay_run *r);
void run_free(dmi_relay_run *r);

/* A side sends bytes, which arrive at once unless it is corked; or cut anywhere. */
void run_send(dmi_relay_run *r, int from, dm_span bytes, bool cut);

/* The next of what was sent arrives. */
void run_arrive(dmi_relay_run *r, int from, size_t count);

/* The relay is given what it has not used. */
void run_give(dmi_relay_run *r, int from);

#endif
