/* The packets of device and broker.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_packets.h"

static size_t put_two(char *at, unsigned value) {
  at[0] = (char)(value >> 8);
  at[1] = (char)value;
  return 2;
}

void packets_connect(dmi_relay_run *r, const uint8_t how[4]) {
  static const unsigned windows[] = {0, 1, 2, 3, 10, 120, 300, 65535};
  static const unsigned sizes[] = {0, 0, 20, 60};
  char bytes[64] = {0x10, 0, 0, 4, 'M', 'Q', 'T', 'T'};
  unsigned level = how[0] % 4 < 2 ? 5 : 4;
  unsigned window = windows[how[1] % 8];
  unsigned largest = sizes[how[1] / 8 % 4];
  size_t len = 8;
  bytes[len++] = (char)level;
  bytes[len++] = (char)(how[0] & 0x10 ? 0xC2 : 0x02);
  len += put_two(bytes + len, how[2] % 4 * 3U);
  if (level == 5) {
    size_t properties = len++;
    if (window != 0) {
      bytes[len++] = 0x21;
      len += put_two(bytes + len, window);
    }
    if (largest != 0) {
      bytes[len++] = 0x27;
      len += put_two(bytes + len, 0);
      len += put_two(bytes + len, largest);
    }
    bytes[properties] = (char)(len - properties - 1);
  }
  memcpy(bytes + len, "\0\2c1", 4);
  len += 4;
  if ((how[0] & 0x10) != 0) {
    memcpy(bytes + len, "\0\1u\0\3pwd", 8);
    len += 8;
  }
  bytes[1] = (char)(len - 2);
  run_send(r, DEVICE, dm_bytes(bytes, len), (how[0] & 0x20) != 0);
}

void packets_connack(dmi_relay_run *r, uint8_t how) {
  char bytes[16] = {0x20, 2};
  size_t len = 4;
  bytes[3] = (char)((how & 7) == 7 ? 0x05 : 0);
  if (r->model.level == 5) {
    bytes[3] = (char)((how & 7) == 7 ? 0x87 : 0);
    bytes[len++] = 0;
    if ((how & 8) != 0) { /* Server Keep Alive */
      bytes[4] = 3;
      bytes[len++] = 0x13;
      len += put_two(bytes + len, how >> 4);
    }
  }
  bytes[1] = (char)(len - 2);
  run_send(r, BROKER, dm_bytes(bytes, len), (how & 0x80) != 0);
}

void packets_puback(dmi_relay_run *r, unsigned id, uint8_t how) {
  char bytes[64] = {0x40, 2};
  size_t len = 2 + put_two(bytes + 2, id);
  if (r->model.level == 5 && (how & 3) != 0) {
    bytes[len++] = (char)(how & 4 ? 0x80 : 0);
    if ((how & 3) > 1) { /* a Reason String */
      unsigned text = how >> 3;
      bytes[len++] = (char)(3 + text);
      bytes[len++] = 0x1F;
      len += put_two(bytes + len, text);
      memset(bytes + len, 'x', text);
      len += text;
    }
    bytes[1] = (char)(len - 2);
  }
  run_send(r, DEVICE, dm_bytes(bytes, len), (how & 0x80) != 0);
}

/* An identifier that somebody uses, or any. */
static unsigned pick_id(dmi_relay_run *r) {
  uint8_t how = run_next(r);
  if (how >= 0xC0 && r->model.count > 0)
    return r->model.injected[how % r->model.count].id;
  if (how >= 0xB8)
    return (unsigned)run_next(r) << 8 | run_next(r);
  return how % 16U;
}

void packets_publish(dmi_relay_run *r, int from, uint8_t how) {
  char bytes[600] = {0};
  unsigned qos = how % 3;
  unsigned payload = (how & 0x40) != 0 ? 2U * run_next(r) : 3;
  size_t body = 3 + (qos > 0 ? 2U : 0U) + (r->model.level == 5 ? 1U : 0U) + payload;
  size_t len = 0;
  bytes[len++] = (char)(0x30 | qos << 1 | (qos > 0 && (how & 0x20) != 0 ? 8 : 0));
  if (body >= 128)
    bytes[len++] = (char)(body % 128 | 128);
  bytes[len++] = (char)(body >= 128 ? body / 128 : body);
  memcpy(bytes + len, "\0\1t", 3);
  len += 3;
  if (qos > 0)
    len += put_two(bytes + len, pick_id(r));
  len += (r->model.level == 5 ? 1U : 0U) + payload;
  run_send(r, from, dm_bytes(bytes, len), (how & 0x80) != 0);
}

void packets_receipt(dmi_relay_run *r, int from, unsigned first, uint8_t how) {
  char bytes[8] = {(char)first, 2};
  put_two(bytes + 2, pick_id(r));
  bytes[4] = (char)0x80;
  bytes[1] = (char)((how & 1) != 0 && r->model.level == 5 ? 3 : 2);
  run_send(r, from, dm_bytes(bytes, 2U + (unsigned)bytes[1]), (how & 0x80) != 0);
}

void packets_reported(dmi_relay_run *r, int from, uint8_t how) {
  static const char *const of_device[] = {"\x82\6\0\7\0\1a\1", "\xA2\5\0\7\0\1a"};
  static const char *const of_device_5[] = {"\x82\7\0\7\0\0\1a\1", "\xA2\6\0\7\0\0\1a"};
  static const char *const of_broker[] = {"\x90\3\0\7\1", "\xB0\2\0\7", "\xE0\0"};
  static const char *const of_broker_5[] = {"\x90\4\0\7\0\1", "\xB0\4\0\7\0\0", "\xE0\1\x8E"};
  bool level_5 = r->model.level == 5;
  const char *bytes = from == DEVICE ? (level_5 ? of_device_5 : of_device)[how % 2]
                                     : (level_5 ? of_broker_5 : of_broker)[how % 3];
  run_send(r, from, dm_bytes(bytes, 2U + (unsigned)bytes[1]), (how & 0x80) != 0);
}

void packets_rubbish(dmi_relay_run *r, int from, uint8_t how) {
  size_t len = how % 32U;
  len = len < r->size ? len : r->size;
  const uint8_t *bytes = r->data;
  r->data += len;
  r->size -= len;
  run_send(r, from, dm_bytes(bytes, len), (how & 0x80) != 0);
}

void packets_burst(dmi_relay_run *r, uint8_t how) {
  unsigned count = how % 128U;
  unsigned id = run_next(r) * 100U + 1;
  for (unsigned i = 0; i < count && !r->model.ended; i++) {
    char bytes[10] = {0x32, (char)(r->model.level == 5 ? 6 : 5), 0, 1, 't'};
    put_two(bytes + 5, (id + i) % 65535 + 1);
    run_send(r, BROKER, dm_bytes(bytes, r->model.level == 5 ? 8 : 7), false);
    if ((how & 0x80) != 0)
      packets_puback(r, (id + i) % 65535 + 1, 0);
  }
}
