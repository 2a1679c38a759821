/* Fuzzes the relay. The input is a script: four bytes that set up the connection, then steps,
 * in which device and broker send packets and rubbish, cut anywhere, and messages are injected,
 * from inside of callbacks too. A model follows every byte, and every callback must come when
 * it may.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_peer.h"
#include "relay_inject.h"
#include "relay_packets.h"
#include "relay_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tick(dmi_relay_run *r, uint8_t how) {
  r->now += (how & 0x80) != 0 ? 0 : how * 50U * DM_MILLISECOND;
  unsigned asked = r->model.ping_last;
  bool due = host_ping_due(r) && r->model.ping_last - r->model.ping_first < 64 && r->hook == 0;
  check(!due || dm_relay_next_deadline(r->relay) <= r->now);
  dm_relay_tick(r->relay, r->now);
  check(!due || r->model.ping_last == asked + 1);
  check(r->model.ended || !host_ping_due(r) || dm_relay_next_deadline(r->relay) != DM_NEVER ||
        r->model.ping_last - r->model.ping_first >= 64);
}

/* The next connection of the session. The relay is told what it knew, or something else. */
static void reconnect(dmi_relay_run *r, uint8_t how) {
  static uint8_t before[65536];
  char saved[DM_RELAY_SAVED_MAX];
  bool approximate = r->model.approximate;
  size_t len = dm_relay_save(r->relay, saved);
  check(len <= sizeof saved);
  memcpy(before, r->model.brokers, sizeof before);
  run_close(r);
  run_open(r);
  uint8_t set_up[4] = {run_next(r), run_next(r), 0, 0};
  if ((how & 3) == 0)
    saved[run_next(r) % sizeof saved] ^= (char)(how | 1);
  int result = dm_relay_restore(r->relay, dm_bytes(saved, len));
  check(result == DM_OK || (how & 3) == 0);
  r->model.approximate = approximate || (how & 3) == 0;
  for (unsigned id = 1; id < 65536 && !r->model.approximate; id++)
    if (before[id] != 0)
      model_note(&r->model, id, 0);
  packets_connect(r, set_up);
  packets_connack(r, how & 0x78);
}

/* Says goodbye, corks a side, lets some of it arrive, ends, or runs out of memory. */
static void control(dmi_relay_run *r, int from, uint8_t how) {
  if (how < 32)
    run_send(r, from, dm_bytes("\xE0", 2), false);
  else if (how < 64)
    r->model.sides[from].corked = !r->model.sides[from].corked;
  else if (how < 240)
    run_arrive(r, from, how - 64U);
  else if (how > 250)
    run_end(r);
  else
    r->refuse = true;
}

/* The device acknowledges one of the injected messages, or something else. */
static void acknowledge(dmi_relay_run *r, unsigned which, uint8_t how) {
  packets_puback(r, r->model.count > 0 ? r->model.injected[which % r->model.count].id : 1, how);
}

static void receipt(dmi_relay_run *r, int from, unsigned which, uint8_t how) {
  static const uint8_t first[SIDES][5] = {
      [DEVICE] = {0x40, 0x50, 0x70, 0x62, 0x40}, [BROKER] = {0x62, 0x40, 0x50, 0x70, 0x62}};
  packets_receipt(r, from, first[from][which % 5], how);
}

static void step(dmi_relay_run *r) {
  uint8_t what = run_next(r);
  uint8_t how = run_next(r);
  switch (what % 20) {
  case 0:
  case 1:
  case 2:
    run_inject(r, how);
    break;
  case 3:
  case 4:
    acknowledge(r, what / 20, how);
    break;
  case 5:
  case 6:
    packets_publish(r, BROKER, how);
    break;
  case 7:
    packets_publish(r, DEVICE, how);
    break;
  case 8:
  case 9:
    receipt(r, DEVICE, what / 20, how);
    break;
  case 10:
    receipt(r, BROKER, what / 20, how);
    break;
  case 11:
    run_send(r, DEVICE, dm_bytes("\xC0", 2), (how & 1) != 0);
    break;
  case 12:
    if (what >= 120)
      packets_reported(r, what / 20 % SIDES, how);
    else
      run_send(r, BROKER, dm_bytes("\xD0", 2), (how & 1) != 0);
    break;
  case 13:
    tick(r, how);
    break;
  case 14:
    r->hook = how;
    break;
  case 15:
    packets_burst(r, how);
    break;
  case 16:
    packets_rubbish(r, what / 20 % SIDES, how);
    break;
  case 17:
    reconnect(r, how);
    break;
  case 18:
    packets_connack(r, how);
    break;
  default:
    control(r, what / 20 % SIDES, how);
    break;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static dmi_relay_run r;
  memset(&r, 0, sizeof r);
  r.data = data;
  r.size = size;
  r.now = DM_SECOND;
  r.memory = (dm_memory){&r, run_resize};
  const uint8_t set_up[4] = {run_next(&r), run_next(&r), run_next(&r), run_next(&r)};
  r.config = (dm_relay_config){
      .size = sizeof r.config,
      .memory = &r.memory,
      .max_connect_size = CONNECT_MAX,
      .max_unacknowledged = set_up[3] % DM_RELAY_UNACKNOWLEDGED_MAX + 1U,
  };
  host_callbacks(&r.config);
  run_open(&r);
  if ((set_up[0] & 0xC0) != 0xC0) { /* else the script begins with nothing */
    packets_connect(&r, set_up);
    packets_connack(&r, set_up[2] & 0x78);
  }
  for (unsigned steps = 0; r.size > 0 && steps < 1000; steps++) {
    if (r.freed)
      run_open(&r);
    step(&r);
    if (!r.model.sides[BROKER].partly)
      model_check_kept(&r.model, BROKER);
  }
  run_close(&r);
  return 0;
}
