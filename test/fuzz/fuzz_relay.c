/* Fuzzes the relay. The input is a script: four bytes that set up the connection, then steps,
 * in which device and broker send packets and rubbish, cut anywhere, and messages are injected,
 * from inside of callbacks too.
 *
 * A model follows every byte. What comes out is what went in, without the PUBACKs of injected
 * messages and the PINGRESPs of the relay's own PINGREQs, and injected packets lie between
 * others; nothing is kept back without a reason; identifiers in flight are told apart; and
 * every callback comes when it may.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stdlib.h>

#include "dm/relay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
  DEVICE,
  BROKER,
  SIDES,
  TABLE = 100, /* as many of the broker's identifiers are told apart */
  PINGS = 65536,
  CONNECT_MAX = 256
};

typedef enum model_state {
  NEW,
  CONNECTING,
  OPEN,
  LEAVING,
  OVER
} model_state;

/* What is known of an identifier of the broker's. */
enum {
  HELD = 1,
  SENT = 2,
  QOS_2 = 4
};

/* What a side has sent. */
typedef struct side {
  char *bytes; /* not used by the relay */
  size_t len;
  size_t seen;   /* of these, what the model has followed during the call */
  size_t left;   /* of the packet that is passed on */
  size_t skip;   /* of the packet that is taken out */
  size_t fresh;  /* at the end: not given to the relay yet */
  dm_span input; /* of the call */
  bool raw, busy, again;
  bool corked; /* what is sent stays fresh */
  bool partly; /* more of a packet was needed when it was given last */
} side;

static size_t given(const side *s) {
  return s->len - s->fresh;
}

typedef struct injection {
  uint16_t id;
  uint64_t message;
} injection;

typedef struct fuzz {
  const uint8_t *data;
  size_t size;

  dm_relay *relay;
  dm_relay_config config;
  dm_memory memory;
  bool refuse; /* the next allocation */
  bool ended, freed;
  dm_time now;

  side sides[SIDES];
  model_state state;
  uint8_t level;
  uint32_t receive_maximum, maximum_packet_size, keep_alive;
  unsigned connected, disconnected;

  /* The broker's identifiers. Above TABLE the relay guesses. */
  uint8_t brokers[65536];
  unsigned held, sent;
  bool approximate;

  /* Injected messages; `waiting` of them are not written. One leaves when its PUBACK is seen,
   * which may be before acknowledged(). */
  injection injected[DM_RELAY_UNACKNOWLEDGED_MAX];
  injection leaving; /* its id is 0: none */
  unsigned count, waiting;
  uint64_t messages;

  /* Who asked for a PINGRESP. */
  bool pings[PINGS];
  unsigned ping_first, ping_last;
  dm_time sent_at;
  bool quiet;    /* a PUBACK was taken out since */
  bool answered; /* and its PINGREQ came first */

  uint8_t hook; /* what the next callback does */
} fuzz;

static void check(bool holds) {
  if (!holds)
    abort();
}

static uint8_t next(fuzz *f) {
  if (f->size == 0)
    return 0;
  f->size--;
  return *f->data++;
}

/* ---- The model: identifiers ------------------------------------------------------- */

static bool connected_now(const fuzz *f) {
  return f->state == OPEN || f->state == LEAVING;
}

static unsigned injected_at(const fuzz *f, unsigned id) {
  unsigned place = 0;
  while (place < f->count && f->injected[place].id != id)
    place++;
  return place;
}

static bool injected_has(const fuzz *f, unsigned id) {
  return injected_at(f, id) < f->count;
}

static void injected_remove(fuzz *f, unsigned place) {
  f->injected[place] = f->injected[--f->count];
}

static void brokers_note(fuzz *f, unsigned id, uint8_t state) {
  uint8_t before = f->brokers[id];
  f->brokers[id] = before | HELD | state;
  f->held += (before & HELD) == 0;
  f->sent += (state & SENT) != 0 && (before & SENT) == 0;
  f->approximate = f->approximate || f->held > TABLE;
}

static void brokers_end(fuzz *f, unsigned id, bool qos_2) {
  uint8_t before = f->brokers[id];
  bool only_remembered = before == HELD;
  if ((before & HELD) == 0 || (!only_remembered && ((before & QOS_2) != 0) != qos_2))
    return;
  f->brokers[id] = 0;
  f->held--;
  f->sent -= (before & SENT) != 0;
}

static bool window_full(const fuzz *f, unsigned id) {
  return connected_now(f) && f->count > 0 && (f->brokers[id] & SENT) == 0 &&
         f->sent + f->count >= f->receive_maximum;
}

/* ---- The model: packets -------------------------------------------------------------- */

typedef enum sight {
  VISIBLE,
  PARTLY, /* more of it is needed */
  BROKEN
} sight;

typedef struct packet {
  dm_mqtt_header header;
  const uint8_t *bytes;
  size_t there; /* of its bytes */
  size_t size;
  unsigned id, qos, reason;
} packet;

static unsigned two(const packet *p, size_t at) {
  return (unsigned)p->bytes[at] << 8 | p->bytes[at + 1];
}

static sight see_id(packet *p, size_t at) {
  if (at + 2 > p->size)
    return BROKEN;
  if (at + 2 > p->there)
    return PARTLY;
  p->id = two(p, at);
  return VISIBLE;
}

static sight see_publish(packet *p) {
  p->qos = p->header.flags >> 1 & 3;
  if (p->qos == 0)
    return VISIBLE;
  sight s = see_id(p, p->header.length);
  if (s == VISIBLE)
    s = see_id(p, p->header.length + 2U + p->id);
  return s == VISIBLE && p->id == 0 ? BROKEN : s;
}

static sight see_answer(const fuzz *f, packet *p) {
  size_t at = p->header.length;
  if (p->header.remaining_length < 2)
    return VISIBLE;
  sight s = see_id(p, at);
  bool has_reason = f->level == 5 && p->header.remaining_length > 2;
  if (s == VISIBLE && has_reason && p->there < at + 3)
    return PARTLY;
  p->reason = s == VISIBLE && has_reason ? p->bytes[at + 2] : 0;
  return s;
}

static sight see_whole(const packet *p) {
  return p->size <= CONNECT_MAX && p->there < p->size ? PARTLY : VISIBLE;
}

static sight see_device(const fuzz *f, packet *p) {
  uint8_t type = p->header.type;
  if (f->state == NEW)
    return see_whole(p);
  if (type == DM_MQTT_PUBACK || type == DM_MQTT_PUBREC || type == DM_MQTT_PUBCOMP)
    return see_answer(f, p);
  return type == DM_MQTT_DISCONNECT && connected_now(f) ? see_whole(p) : VISIBLE;
}

static sight see_broker(const fuzz *f, packet *p) {
  switch (p->header.type) {
  case DM_MQTT_CONNACK:
    return f->state == CONNECTING ? see_whole(p) : VISIBLE;
  case DM_MQTT_PUBLISH:
    return see_publish(p);
  case DM_MQTT_PUBREL: {
    sight s = see_id(p, p->header.length);
    return s == VISIBLE && p->id == 0 ? BROKEN : s;
  }
  default:
    return VISIBLE;
  }
}

/* The packet that begins where the model is. */
static sight see(const fuzz *f, int from, packet *p) {
  const side *s = &f->sides[from];
  memset(p, 0, sizeof *p);
  p->bytes = (const uint8_t *)s->bytes + s->seen;
  p->there = given(s) - s->seen;
  int result = dm_mqtt_read_header(dm_bytes(p->bytes, p->there), &p->header);
  if (result != 0)
    return result == DM_MQTT_INCOMPLETE ? PARTLY : BROKEN;
  p->size = dm_mqtt_packet_size(&p->header);
  return from == DEVICE ? see_device(f, p) : see_broker(f, p);
}

static int decode(const fuzz *f, const packet *p, dm_mqtt_packet *out) {
  return dm_mqtt_decode(f->level, &p->header,
                        dm_bytes(p->bytes + p->header.length, p->header.remaining_length), out);
}

/* Whether it must be held back. */
static bool held_back(const fuzz *f, const packet *p) {
  if (!connected_now(f))
    return false;
  if (p->header.type == DM_MQTT_PUBLISH && p->qos > 0)
    return injected_has(f, p->id) || window_full(f, p->id);
  return p->header.type == DM_MQTT_PUBREL && injected_has(f, p->id);
}

/* ---- The model: what passes ------------------------------------------------------------- */

static void lose(fuzz *f, int from) {
  f->sides[from].raw = true;
  check(!connected_now(f)); /* disconnected() has come */
  if (f->state != NEW)
    f->state = OVER;
}

static void pass_connect(fuzz *f, const packet *p) {
  dm_mqtt_packet connect;
  check(p->header.type == DM_MQTT_CONNECT && p->size <= CONNECT_MAX && p->there >= p->size);
  f->state = CONNECTING;
  f->level = 5;
  if (decode(f, p, &connect) != 0) {
    f->level = 0;
    lose(f, DEVICE);
    return;
  }
  f->level = connect.connect.level;
  f->keep_alive = connect.connect.keep_alive;
  f->receive_maximum = UINT16_MAX;
  if (dm_mqtt_has(&connect.properties, DM_MQTT_RECEIVE_MAXIMUM))
    f->receive_maximum = connect.properties.receive_maximum;
  f->maximum_packet_size = connect.properties.maximum_packet_size;
}

static void pass_from_device(fuzz *f, const packet *p) {
  switch (p->header.type) {
  case DM_MQTT_PUBACK:
    check(!injected_has(f, p->id));
    brokers_end(f, p->id, false);
    break;
  case DM_MQTT_PUBREC:
    if (p->reason >= 0x80)
      brokers_end(f, p->id, true);
    break;
  case DM_MQTT_PUBCOMP:
    brokers_end(f, p->id, true);
    break;
  case DM_MQTT_PINGREQ:
    check(f->ping_last < PINGS);
    f->pings[f->ping_last++] = false;
    break;
  case DM_MQTT_DISCONNECT:
    if (f->state == CONNECTING)
      f->state = OVER;
    break;
  default:
    break;
  }
}

static void pass_connack(fuzz *f, const packet *p) {
  dm_mqtt_packet connack;
  if (f->state != CONNECTING)
    return;
  if (p->size > CONNECT_MAX || decode(f, p, &connack) != 0 || connack.reason_code != 0)
    f->state = OVER;
  else if (dm_mqtt_has(&connack.properties, DM_MQTT_SERVER_KEEP_ALIVE))
    f->keep_alive = connack.properties.server_keep_alive;
}

static void pass_from_broker(fuzz *f, const packet *p) {
  check(f->approximate || !held_back(f, p));
  check(!connected_now(f) || p->id == 0 || !injected_has(f, p->id));
  switch (p->header.type) {
  case DM_MQTT_CONNACK:
    pass_connack(f, p);
    break;
  case DM_MQTT_PUBLISH:
    if (p->qos > 0)
      brokers_note(f, p->id, p->qos == 2 ? SENT | QOS_2 : SENT);
    break;
  case DM_MQTT_PUBREL:
    brokers_note(f, p->id, QOS_2);
    break;
  case DM_MQTT_PINGRESP:
    if (f->ping_first < f->ping_last)
      check(!f->pings[f->ping_first++]);
    break;
  case DM_MQTT_DISCONNECT:
    if (f->state == OPEN)
      f->state = LEAVING;
    break;
  default:
    break;
  }
}

/* Whether the PUBACK of an injected message is being taken out. */
static bool leave(fuzz *f) {
  packet p;
  if (f->leaving.id == 0 && see(f, DEVICE, &p) == VISIBLE && p.header.type == DM_MQTT_PUBACK &&
      injected_has(f, p.id)) {
    unsigned place = injected_at(f, p.id);
    f->leaving = f->injected[place];
    injected_remove(f, place);
  }
  return f->leaving.id != 0;
}

/* Goes over what is taken out without a word, up to `end`. */
static void skip(fuzz *f, int from, size_t end) {
  side *s = &f->sides[from];
  while (s->seen < end) {
    packet p;
    if (s->skip == 0 && s->left == 0 && !s->raw && see(f, from, &p) == VISIBLE) {
      bool ours = p.header.type == DM_MQTT_PINGRESP && f->ping_first < f->ping_last &&
                  f->pings[f->ping_first];
      if (from == BROKER && ours) {
        f->ping_first++;
        s->skip = p.size;
      } else if (from == DEVICE && !connected_now(f) && leave(f)) {
        f->leaving.id = 0;
        s->skip = p.size;
      }
    }
    if (s->skip == 0)
      return;
    size_t step = s->skip < end - s->seen ? s->skip : end - s->seen;
    s->skip -= step;
    s->seen += step;
  }
}

static void begin(fuzz *f, int from) {
  side *s = &f->sides[from];
  packet p;
  sight sees = see(f, from, &p);
  check(sees != PARTLY);
  if (sees == BROKEN) {
    lose(f, from);
    return;
  }
  s->left = p.size;
  if (from == BROKER)
    pass_from_broker(f, &p);
  else if (f->state == NEW)
    pass_connect(f, &p);
  else
    pass_from_device(f, &p);
}

/* The relay passes these bytes on. */
static void pass(fuzz *f, int from, dm_span run) {
  side *s = &f->sides[from];
  check(!f->ended && s->busy && run.len > 0);
  while (run.len > 0) {
    skip(f, from, given(s));
    check(s->skip == 0 && s->seen < given(s));
    if (!s->raw && s->left == 0) {
      check(from == DEVICE || f->waiting == 0); /* their turn came before this packet's */
      begin(f, from);
    }
    size_t step = s->raw || s->left > run.len ? run.len : s->left;
    check(step <= given(s) - s->seen && memcmp(s->bytes + s->seen, run.ptr, step) == 0);
    s->seen += step;
    s->left -= s->raw ? 0 : step;
    run = dm_bytes(run.ptr + step, run.len - step);
  }
}

/* Nothing that was given is kept back without a reason. */
static void check_kept(fuzz *f, int from) {
  side *s = &f->sides[from];
  packet p;
  s->partly = false;
  if (given(s) == 0 || f->ended || s->busy)
    return;
  check(!s->raw && s->left == 0 && s->skip == 0);
  sight sees = see(f, from, &p);
  check(sees != BROKEN);
  check(sees == PARTLY || (from == BROKER && (held_back(f, &p) || f->approximate)));
  check(sees == PARTLY || f->count > 0);
  s->partly = sees == PARTLY;
}

/* ---- The host ------------------------------------------------------------------------------ */

static void *resize(void *user, void *old, size_t size) {
  fuzz *f = user;
  if (size == 0) {
    free(old);
    return NULL;
  }
  if (f->refuse) {
    f->refuse = false;
    return NULL;
  }
  return realloc(old, size);
}

static void give(fuzz *f, int from) {
  side *s = &f->sides[from];
  if (s->busy || f->ended) {
    s->again = true;
    return;
  }
  do {
    s->again = false;
    size_t len = given(s);
    char *copy = malloc(len == 0 ? 1 : len);
    check(copy != NULL);
    if (len > 0)
      memcpy(copy, s->bytes, len);
    s->seen = 0;
    s->busy = true;
    s->input = dm_bytes(copy, len);
    size_t used = SIZE_MAX;
    int result = (from == DEVICE ? dm_relay_from_device : dm_relay_from_broker)(f->relay, s->input,
                                                                                f->now, &used);
    s->input = dm_bytes(NULL, 0);
    s->busy = false;
    free(copy);
    check(used <= len);
    skip(f, from, used);
    check(s->seen == used);
    if (used > 0)
      memmove(s->bytes, s->bytes + used, s->len - used);
    s->len -= used;
    s->seen = 0;
    if (result == DM_RELAY_NOT_A_CONNECT || result == DM_RELAY_CONNECT_TOO_LARGE) {
      check(from == DEVICE && f->state == NEW && used == 0);
      f->ended = true;
      dm_relay_end(f->relay);
    }
    check(result == DM_OK || from == DEVICE);
    s->again = s->again || result == DM_ERROR_NO_MEMORY;
  } while (s->again && !f->ended);
  check_kept(f, from);
}

static size_t put_two(char *at, unsigned value) {
  at[0] = (char)(value >> 8);
  at[1] = (char)value;
  return 2;
}

/* The next of what was sent arrives. */
static void arrive(fuzz *f, int from, size_t count) {
  side *s = &f->sides[from];
  s->fresh -= count < s->fresh ? count : s->fresh;
  give(f, from);
}

static void send(fuzz *f, int from, dm_span bytes, bool cut) {
  side *s = &f->sides[from];
  s->bytes = realloc(s->bytes, s->len + bytes.len + 1);
  check(s->bytes != NULL);
  if (bytes.len > 0)
    memcpy(s->bytes + s->len, bytes.ptr, bytes.len);
  s->len += bytes.len;
  s->fresh += bytes.len;
  while (s->fresh > 0 && !s->corked && !f->ended)
    arrive(f, from, cut ? 1U + next(f) : s->fresh);
}

static int expected_refusal(const fuzz *f, const dm_mqtt_packet *publish) {
  dm_mqtt_packet sized = *publish;
  size_t size;
  sized.packet_id = 1;
  if (f->state != OPEN)
    return DM_RELAY_NOT_CONNECTED;
  check(dm_mqtt_encoded_size(f->level, &sized, &size) == DM_OK);
  if (f->maximum_packet_size != 0 && size > f->maximum_packet_size)
    return DM_RELAY_PACKET_TOO_LARGE;
  if (publish->publish.qos == 1 &&
      (f->count >= f->config.max_unacknowledged || f->sent + f->count >= f->receive_maximum))
    return DM_RELAY_WINDOW_FULL;
  return DM_OK;
}

/* Something of the broker's is kept back, or was when it was looked at last. */
static bool broker_waits(const fuzz *f) {
  return given(&f->sides[BROKER]) > f->sides[BROKER].seen;
}

static void inject(fuzz *f, uint8_t how) {
  dm_mqtt_packet publish = {.type = DM_MQTT_PUBLISH};
  char head[64];
  size_t len = 0;
  publish.publish.qos = how & 1;
  publish.publish.topic = dm_text("direct");
  publish.publish.payload = dm_bytes(head, (how >> 1) % 64);
  if ((how & 0x80) != 0) {
    publish.properties.content_type = dm_text("text");
    dm_mqtt_set(&publish.properties, DM_MQTT_CONTENT_TYPE);
  }
  int expected = expected_refusal(f, &publish);
  int result = dm_relay_inject(f->relay, &publish, f->messages + 1, head, sizeof head, &len);
  if (result < 0) {
    bool own_reason = result == DM_RELAY_WINDOW_FULL && publish.publish.qos == 1 &&
                      (broker_waits(f) || f->approximate);
    check(result == expected || own_reason);
    return;
  }
  check(expected == DM_OK || (f->approximate && expected == DM_RELAY_WINDOW_FULL));
  bool inside = f->sides[BROKER].left > 0 || f->waiting > 0;
  check(result == (inside ? DM_RELAY_WAIT : DM_OK));
  check(!f->sides[BROKER].raw);
  f->waiting += result == DM_RELAY_WAIT;
  dm_mqtt_header header;
  check(dm_mqtt_read_header(dm_bytes(head, len), &header) == 0);
  check(header.flags == publish.publish.qos << 1);
  check(dm_mqtt_packet_size(&header) == len + publish.publish.payload.len);
  if (publish.publish.qos == 0)
    return;
  const uint8_t *at = (const uint8_t *)head + header.length + 2 + 6;
  unsigned id = (unsigned)at[0] << 8 | at[1];
  check(id != 0 && !injected_has(f, id));
  check(f->approximate || f->brokers[id] == 0);
  f->injected[f->count].id = (uint16_t)id;
  f->injected[f->count].message = ++f->messages;
  f->count++;
}

static void puback(fuzz *f, unsigned id, uint8_t how) {
  char bytes[64] = {0x40, 2};
  size_t len = 2 + put_two(bytes + 2, id);
  if (f->level == 5 && (how & 3) != 0) {
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
  send(f, DEVICE, dm_bytes(bytes, len), (how & 0x80) != 0);
}

static void end(fuzz *f) {
  f->ended = true;
  dm_relay_end(f->relay);
  check(f->disconnected == f->connected && !connected_now(f));
}

/* The host should have ended it. */
static void free_early(fuzz *f) {
  f->ended = f->freed = true;
  f->state = OVER;
  dm_relay_free(f->relay);
}

/* What a callback does, once. */
static void act(fuzz *f) {
  uint8_t hook = f->hook;
  f->hook = 0;
  switch (hook & 7) {
  case 1:
  case 2:
    inject(f, hook >> 3);
    break;
  case 3:
    inject(f, 1);
    inject(f, 0);
    inject(f, 1);
    break;
  case 4:
    if (f->count > 0)
      puback(f, f->injected[hook % f->count].id, 0);
    break;
  case 5:
    send(f, DEVICE, dm_bytes("\xC0", 2), false);
    break;
  case 6:
    send(f, BROKER, dm_bytes("\xD0", 2), false);
    break;
  case 7:
    if (hook > 0xE0)
      free_early(f);
    else if (hook > 0xC0)
      end(f);
    else if (hook > 0x80)
      send(f, DEVICE, dm_bytes("\xE0", 2), false);
    else
      f->hook = hook >> 3; /* the next one */
    break;
  default:
    break;
  }
}

static void to_device(void *user, dm_span bytes) {
  fuzz *f = user;
  pass(f, BROKER, bytes);
  act(f);
}

static bool lies_in(dm_span run, dm_span input) {
  return input.ptr != NULL && (uintptr_t)run.ptr >= (uintptr_t)input.ptr &&
         (uintptr_t)run.ptr < (uintptr_t)input.ptr + input.len;
}

static bool ping_due(const fuzz *f) {
  return connected_now(f) && f->quiet && f->keep_alive != 0 &&
         f->now - f->sent_at >= (dm_time)f->keep_alive * 500;
}

static void check_ping(fuzz *f) {
  const side *s = &f->sides[DEVICE];
  if (s->busy)
    skip(f, DEVICE, given(s));
  check(!f->ended && s->left == 0 && s->skip == 0 && !s->raw);
  if (!f->quiet && s->busy && leave(f))
    f->quiet = f->answered = true;
  check(ping_due(f) && f->ping_last < PINGS);
  f->pings[f->ping_last++] = true;
}

static void to_broker(void *user, dm_span bytes) {
  fuzz *f = user;
  if (lies_in(bytes, f->sides[DEVICE].input)) {
    pass(f, DEVICE, bytes);
    if (f->sides[DEVICE].left == 0 && !f->sides[DEVICE].raw && f->state != NEW)
      leave(f);
  } else {
    check(bytes.len == 2 && memcmp(bytes.ptr, "\xC0", 2) == 0);
    check_ping(f);
  }
  f->sent_at = f->now;
  f->quiet = false;
  act(f);
}

static void between_packets(void *user) {
  fuzz *f = user;
  check(!f->ended && f->waiting > 0 && f->sides[BROKER].left == 0);
  f->waiting = 0;
  act(f);
}

static void resume(void *user) {
  fuzz *f = user;
  check(!f->ended && !f->sides[BROKER].busy);
  act(f);
  give(f, BROKER);
}

static void connected(void *user, const dm_relay_connection *connection) {
  fuzz *f = user;
  check(f->state == CONNECTING && f->connected == 0);
  check(connection->protocol_level == f->level && connection->keep_alive == f->keep_alive);
  check(connection->receive_maximum == f->receive_maximum);
  check(connection->maximum_packet_size == f->maximum_packet_size);
  check(connection->connack->type == DM_MQTT_CONNACK && connection->connack->reason_code == 0);
  for (size_t i = 0; i < connection->connect->connect.password.len; i++)
    check(connection->connect->connect.password.ptr[i] == 0);
  f->connected++;
  f->state = OPEN;
  act(f);
}

static void acknowledged(void *user, uint64_t message, uint8_t reason_code) {
  fuzz *f = user;
  side *s = &f->sides[DEVICE];
  packet p;
  skip(f, DEVICE, given(s));
  check(connected_now(f) && !f->ended && s->left == 0 && s->skip == 0 && !s->raw);
  check(see(f, DEVICE, &p) == VISIBLE && p.header.type == DM_MQTT_PUBACK);
  check(leave(f) && f->leaving.id == p.id && f->leaving.message == message);
  check(p.reason == reason_code);
  f->leaving.id = 0;
  s->skip = p.size;
  f->quiet = !f->answered;
  f->answered = false;
  act(f);
}

static void disconnected(void *user, const dm_mqtt_packet *disconnect) {
  fuzz *f = user;
  check(connected_now(f) && f->disconnected == 0);
  check(disconnect == NULL || disconnect->type == DM_MQTT_DISCONNECT);
  f->disconnected++;
  f->state = OVER;
  f->waiting = 0;
  f->quiet = false;
  act(f);
}

/* ---- The script --------------------------------------------------------------------------------
 */

static void send_connect(fuzz *f, const uint8_t how[4]) {
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
  send(f, DEVICE, dm_bytes(bytes, len), (how[0] & 0x20) != 0);
}

static void send_connack(fuzz *f, uint8_t how) {
  char bytes[16] = {0x20, 2};
  size_t len = 4;
  bytes[3] = (char)((how & 7) == 7 ? 0x05 : 0);
  if (f->level == 5) {
    bytes[3] = (char)((how & 7) == 7 ? 0x87 : 0);
    bytes[len++] = 0;
    if ((how & 8) != 0) { /* Server Keep Alive */
      bytes[4] = 3;
      bytes[len++] = 0x13;
      len += put_two(bytes + len, how >> 4);
    }
  }
  bytes[1] = (char)(len - 2);
  send(f, BROKER, dm_bytes(bytes, len), (how & 0x80) != 0);
}

/* An identifier that somebody uses, or any. */
static unsigned pick_id(fuzz *f) {
  uint8_t how = next(f);
  if (how >= 0xC0 && f->count > 0)
    return f->injected[how % f->count].id;
  if (how >= 0xB8)
    return (unsigned)next(f) << 8 | next(f);
  return how % 16U;
}

static void send_publish(fuzz *f, int from, uint8_t how) {
  char bytes[600] = {0};
  unsigned qos = how % 3;
  unsigned payload = (how & 0x40) != 0 ? 2U * next(f) : 3;
  size_t body = 3 + (qos > 0 ? 2U : 0U) + (f->level == 5 ? 1U : 0U) + payload;
  size_t len = 0;
  bytes[len++] = (char)(0x30 | qos << 1 | (qos > 0 && (how & 0x20) != 0 ? 8 : 0));
  if (body >= 128)
    bytes[len++] = (char)(body % 128 | 128);
  bytes[len++] = (char)(body >= 128 ? body / 128 : body);
  memcpy(bytes + len, "\0\1t", 3);
  len += 3;
  if (qos > 0)
    len += put_two(bytes + len, pick_id(f));
  len += (f->level == 5 ? 1U : 0U) + payload;
  send(f, from, dm_bytes(bytes, len), (how & 0x80) != 0);
}

/* Two bytes of header, an identifier, maybe a reason. */
static void send_receipt(fuzz *f, int from, unsigned first, uint8_t how) {
  char bytes[8] = {(char)first, 2};
  put_two(bytes + 2, pick_id(f));
  bytes[4] = (char)0x80;
  bytes[1] = (char)((how & 1) != 0 && f->level == 5 ? 3 : 2);
  send(f, from, dm_bytes(bytes, 2U + (unsigned)bytes[1]), (how & 0x80) != 0);
}

static void send_rubbish(fuzz *f, int from, uint8_t how) {
  size_t len = how % 32U;
  len = len < f->size ? len : f->size;
  const uint8_t *bytes = f->data;
  f->data += len;
  f->size -= len;
  send(f, from, dm_bytes(bytes, len), (how & 0x80) != 0);
}

/* Many of the broker's at once, answered or not. */
static void burst(fuzz *f, uint8_t how) {
  unsigned count = how % 128U;
  unsigned id = next(f) * 100U + 1;
  for (unsigned i = 0; i < count && !f->ended; i++) {
    char bytes[10] = {0x32, (char)(f->level == 5 ? 6 : 5), 0, 1, 't'};
    put_two(bytes + 5, (id + i) % 65535 + 1);
    send(f, BROKER, dm_bytes(bytes, f->level == 5 ? 8 : 7), false);
    if ((how & 0x80) != 0)
      puback(f, (id + i) % 65535 + 1, 0);
  }
}

static void tick(fuzz *f, uint8_t how) {
  f->now += (how & 0x80) != 0 ? 0 : how * 50U;
  unsigned asked = f->ping_last;
  bool due = ping_due(f) && f->ping_last - f->ping_first < 64 && f->hook == 0;
  check(!due || dm_relay_next_deadline(f->relay) <= f->now);
  dm_relay_tick(f->relay, f->now);
  check(!due || f->ping_last == asked + 1);
  check(f->ended || !ping_due(f) || dm_relay_next_deadline(f->relay) != DM_NEVER ||
        f->ping_last - f->ping_first >= 64);
}

static void open_relay(fuzz *f) {
  f->ended = f->freed = false;
  f->state = NEW;
  f->level = 0;
  f->connected = f->disconnected = 0;
  f->count = f->waiting = 0;
  f->leaving.id = 0;
  f->ping_first = f->ping_last = 0;
  f->quiet = f->answered = false;
  f->hook = 0;
  f->refuse = false;
  memset(f->brokers, 0, sizeof f->brokers);
  f->held = f->sent = 0;
  f->approximate = false;
  for (int from = 0; from < SIDES; from++) {
    free(f->sides[from].bytes);
    memset(&f->sides[from], 0, sizeof f->sides[from]);
  }
  check(dm_relay_new(&f->relay, &f->config, f) == DM_OK);
}

static void close_relay(fuzz *f) {
  if (!f->freed)
    end(f);
  if (!f->freed)
    dm_relay_free(f->relay);
  for (int from = 0; from < SIDES; from++) {
    free(f->sides[from].bytes);
    f->sides[from].bytes = NULL;
  }
}

/* The next connection of the session. The relay is told what it knew, or something else. */
static void reconnect(fuzz *f, uint8_t how) {
  static uint8_t before[65536];
  char saved[DM_RELAY_SAVED_MAX];
  bool approximate = f->approximate;
  size_t len = dm_relay_save(f->relay, saved);
  check(len <= sizeof saved);
  memcpy(before, f->brokers, sizeof before);
  close_relay(f);
  open_relay(f);
  uint8_t set_up[4] = {next(f), next(f), 0, 0};
  if ((how & 3) == 0)
    saved[next(f) % sizeof saved] ^= (char)(how | 1);
  int result = dm_relay_restore(f->relay, dm_bytes(saved, len));
  check(result == DM_OK || (how & 3) == 0);
  f->approximate = approximate || (how & 3) == 0;
  for (unsigned id = 1; id < 65536 && !f->approximate; id++)
    if (before[id] != 0)
      brokers_note(f, id, 0);
  send_connect(f, set_up);
  send_connack(f, how & 0x78);
}

static void step(fuzz *f) {
  uint8_t what = next(f);
  uint8_t how = next(f);
  static const uint8_t from_device[] = {0x40, 0x50, 0x70, 0x62, 0x40};
  static const uint8_t from_broker[] = {0x62, 0x40, 0x50, 0x70, 0x62};
  switch (what % 20) {
  case 0:
  case 1:
  case 2:
    inject(f, how);
    break;
  case 3:
  case 4:
    puback(f, f->count > 0 ? f->injected[what / 20U % f->count].id : 1, how);
    break;
  case 5:
  case 6:
    send_publish(f, BROKER, how);
    break;
  case 7:
    send_publish(f, DEVICE, how);
    break;
  case 8:
  case 9:
    send_receipt(f, DEVICE, from_device[what / 20 % 5], how);
    break;
  case 10:
    send_receipt(f, BROKER, from_broker[what / 20 % 5], how);
    break;
  case 11:
    send(f, DEVICE, dm_bytes("\xC0", 2), (how & 1) != 0);
    break;
  case 12:
    send(f, BROKER, dm_bytes("\xD0", 2), (how & 1) != 0);
    break;
  case 13:
    tick(f, how);
    break;
  case 14:
    f->hook = how;
    break;
  case 15:
    burst(f, how);
    break;
  case 16:
    send_rubbish(f, what / 20 % SIDES, how);
    break;
  case 17:
    reconnect(f, how);
    break;
  case 18:
    send_connack(f, how);
    break;
  default:
    if (how < 32)
      send(f, what / 20 % SIDES, dm_bytes("\xE0", 2), false);
    else if (how < 64)
      f->sides[what / 20 % SIDES].corked = !f->sides[what / 20 % SIDES].corked;
    else if (how < 240)
      arrive(f, what / 20 % SIDES, how - 64U);
    else if (how > 250)
      end(f);
    else
      f->refuse = true;
    break;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static fuzz f;
  memset(&f, 0, sizeof f);
  f.data = data;
  f.size = size;
  f.now = 1000;
  f.memory = (dm_memory){&f, resize};
  const uint8_t set_up[4] = {next(&f), next(&f), next(&f), next(&f)};
  f.config = (dm_relay_config){
      .size = sizeof f.config,
      .memory = &f.memory,
      .max_connect_size = CONNECT_MAX,
      .max_unacknowledged = set_up[3] % DM_RELAY_UNACKNOWLEDGED_MAX + 1U,
      .to_device = to_device,
      .to_broker = to_broker,
      .between_packets = between_packets,
      .resume = resume,
      .connected = connected,
      .acknowledged = acknowledged,
      .disconnected = disconnected,
  };
  open_relay(&f);
  if ((set_up[0] & 0xC0) != 0xC0) { /* else the script begins with nothing */
    send_connect(&f, set_up);
    send_connack(&f, set_up[2] & 0x78);
  }
  for (unsigned steps = 0; f.size > 0 && steps < 1000; steps++) {
    if (f.freed)
      open_relay(&f);
    step(&f);
    if (!f.sides[BROKER].partly)
      check_kept(&f, BROKER);
  }
  close_relay(&f);
  return 0;
}
