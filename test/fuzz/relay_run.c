/* A run of the fuzzer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_run.h"

uint8_t run_next(dmi_relay_run *r) {
  if (r->size == 0)
    return 0;
  r->size--;
  return *r->data++;
}

void *run_resize(void *user, void *old, size_t size) {
  dmi_relay_run *r = user;
  if (size == 0) {
    free(old);
    return NULL;
  }
  if (r->refuse) {
    r->refuse = false;
    return NULL;
  }
  return realloc(old, size);
}

void run_give(dmi_relay_run *r, int from) {
  side *s = &r->model.sides[from];
  if (s->busy || r->model.ended) {
    s->again = true;
    return;
  }
  do {
    s->again = false;
    size_t len = model_given(s);
    char *copy = malloc(len == 0 ? 1 : len);
    check(copy != NULL);
    if (len > 0)
      memcpy(copy, s->bytes, len);
    s->seen = 0;
    s->busy = true;
    s->input = dm_bytes(copy, len);
    size_t used = SIZE_MAX;
    int result = (from == DEVICE ? dm_relay_from_device : dm_relay_from_broker)(r->relay, s->input,
                                                                                r->now, &used);
    s->input = dm_bytes(NULL, 0);
    s->busy = false;
    free(copy);
    check(used <= len);
    model_skip(&r->model, from, used);
    check(s->seen == used);
    if (used > 0)
      memmove(s->bytes, s->bytes + used, s->len - used);
    s->len -= used;
    s->seen = 0;
    if (result == DM_RELAY_NOT_A_CONNECT || result == DM_RELAY_CONNECT_TOO_LARGE) {
      check(from == DEVICE && r->model.state == NEW && used == 0);
      r->model.ended = true;
      dm_relay_end(r->relay);
    }
    if (result == DM_RELAY_PROTOCOL_ERROR)
      r->model.ended = true; /* it has ended itself */
    check(result == DM_OK || from == DEVICE);
    s->again = s->again || result == DM_ERROR_NO_MEMORY;
  } while (s->again && !r->model.ended);
  model_check_kept(&r->model, from);
}

void run_arrive(dmi_relay_run *r, int from, size_t count) {
  side *s = &r->model.sides[from];
  s->fresh -= count < s->fresh ? count : s->fresh;
  run_give(r, from);
}

void run_send(dmi_relay_run *r, int from, dm_span bytes, bool cut) {
  side *s = &r->model.sides[from];
  s->bytes = realloc(s->bytes, s->len + bytes.len + 1);
  check(s->bytes != NULL);
  if (bytes.len > 0)
    memcpy(s->bytes + s->len, bytes.ptr, bytes.len);
  s->len += bytes.len;
  s->fresh += bytes.len;
  while (s->fresh > 0 && !s->corked && !r->model.ended)
    run_arrive(r, from, cut ? 1U + run_next(r) : s->fresh);
}

void run_end(dmi_relay_run *r) {
  r->model.ended = true;
  dm_relay_end(r->relay);
  check(r->disconnected == r->connected && !model_connected(&r->model));
}

void run_free(dmi_relay_run *r) {
  r->model.ended = r->freed = true;
  r->model.state = OVER;
  dm_relay_free(r->relay);
}

void run_open(dmi_relay_run *r) {
  for (int from = 0; from < SIDES; from++)
    free(r->model.sides[from].bytes);
  memset(&r->model, 0, sizeof r->model);
  r->connected = r->disconnected = 0;
  r->freed = r->refuse = r->quiet = r->answered = false;
  r->hook = 0;
  dm_relay_host *host = NULL; /* that only the relay holds on to */
  check(dm_relay_host_new(&host, &r->config) == DM_OK);
  check(dm_relay_new(&r->relay, host, r) == DM_OK);
  dm_relay_host_free(host);
}

void run_close(dmi_relay_run *r) {
  if (!r->freed)
    run_end(r);
  if (!r->freed)
    dm_relay_free(r->relay);
  for (int from = 0; from < SIDES; from++) {
    free(r->model.sides[from].bytes);
    r->model.sides[from].bytes = NULL;
  }
}
