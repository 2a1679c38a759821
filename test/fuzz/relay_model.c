/* A model of the relay for its fuzzer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "relay_model.h"

/* ---- Identifiers ------------------------------------------------------- */

bool model_follows(const relay_model *m) {
  return m->state == OPEN || m->state == LEAVING;
}

bool model_connected(const relay_model *m) {
  return model_follows(m) || m->state == UNFOLLOWED;
}

static unsigned injected_at(const relay_model *m, unsigned id) {
  unsigned place = 0;
  while (place < m->count && m->injected[place].id != id)
    place++;
  return place;
}

bool model_injected(const relay_model *m, unsigned id) {
  return injected_at(m, id) < m->count;
}

static void injected_remove(relay_model *m, unsigned place) {
  m->injected[place] = m->injected[--m->count];
}

void model_note(relay_model *m, unsigned id, uint8_t state) {
  uint8_t before = m->brokers[id];
  m->brokers[id] = before | HELD | state;
  m->held += (before & HELD) == 0;
  m->sent += (state & SENT) != 0 && (before & SENT) == 0;
  m->approximate = m->approximate || m->held > TABLE;
}

static void brokers_end(relay_model *m, unsigned id, bool qos_2) {
  uint8_t before = m->brokers[id];
  bool only_remembered = before == HELD;
  if ((before & HELD) == 0 || (!only_remembered && ((before & QOS_2) != 0) != qos_2))
    return;
  m->brokers[id] = 0;
  m->held--;
  m->sent -= (before & SENT) != 0;
}

static bool window_full(const relay_model *m, unsigned id) {
  return model_follows(m) && m->count > 0 && (m->brokers[id] & SENT) == 0 &&
         m->sent + m->count >= m->receive_maximum;
}

/* ---- Packets -------------------------------------------------------------- */

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
  if (p->qos == 3)
    return BROKEN;
  sight s = see_id(p, p->header.length);
  if (s == VISIBLE)
    s = see_id(p, p->header.length + 2U + p->id);
  return s == VISIBLE && p->id == 0 ? BROKEN : s;
}

static sight see_answer(const relay_model *m, packet *p) {
  size_t at = p->header.length;
  if (p->header.remaining_length < 2)
    return VISIBLE;
  sight s = see_id(p, at);
  bool has_reason = m->level == 5 && p->header.remaining_length > 2;
  if (s == VISIBLE && has_reason && p->there < at + 3)
    return PARTLY;
  p->reason = s == VISIBLE && has_reason ? p->bytes[at + 2] : 0;
  return s;
}

static sight see_whole(const packet *p) {
  return p->size <= CONNECT_MAX && p->there < p->size ? PARTLY : VISIBLE;
}

static sight see_device(const relay_model *m, packet *p) {
  uint8_t type = p->header.type;
  if (m->state == NEW)
    return see_whole(p);
  if (type == DM_MQTT_PUBACK || type == DM_MQTT_PUBREC || type == DM_MQTT_PUBCOMP)
    return see_answer(m, p);
  if (type == DM_MQTT_DISCONNECT)
    return model_connected(m) ? see_whole(p) : VISIBLE;
  return (type == DM_MQTT_SUBSCRIBE || type == DM_MQTT_UNSUBSCRIBE) && m->state != OVER
             ? see_whole(p)
             : VISIBLE;
}

static sight see_broker(const relay_model *m, packet *p) {
  switch (p->header.type) {
  case DM_MQTT_CONNACK:
    if (m->state != CONNECTING)
      return VISIBLE;
    return p->size > CONNECT_MAX && p->there < p->header.length + 2U ? PARTLY : see_whole(p);
  case DM_MQTT_PUBLISH:
    return see_publish(p);
  case DM_MQTT_PUBREL: {
    sight s = see_id(p, p->header.length);
    return s == VISIBLE && p->id == 0 ? BROKEN : s;
  }
  case DM_MQTT_SUBACK:
  case DM_MQTT_UNSUBACK:
  case DM_MQTT_DISCONNECT:
    return m->state != OVER ? see_whole(p) : VISIBLE;
  default:
    return VISIBLE;
  }
}

/* The packet that begins where the model is. */
sight model_see(const relay_model *m, int from, packet *p) {
  const side *s = &m->sides[from];
  memset(p, 0, sizeof *p);
  p->bytes = (const uint8_t *)s->bytes + s->seen;
  p->there = model_given(s) - s->seen;
  int result = dm_mqtt_read_header(0, dm_bytes(p->bytes, p->there), &p->header);
  if (result != 0)
    return result == DM_MQTT_INCOMPLETE ? PARTLY : BROKEN;
  p->size = dm_mqtt_packet_size(&p->header);
  return from == DEVICE ? see_device(m, p) : see_broker(m, p);
}

static int decode(const relay_model *m, const packet *p, dm_mqtt_packet *out) {
  dm_mqtt_header header = p->header;
  bool asks = header.type == DM_MQTT_SUBSCRIBE || header.type == DM_MQTT_UNSUBSCRIBE;
  header.flags = asks ? 2 : 0; /* what else it says is the broker's to judge */
  header.length = 2;
  return dm_mqtt_decode(m->level, &header,
                        dm_bytes(p->bytes + p->header.length, p->header.remaining_length), out);
}

/* Whether it must be held back. */
static bool held_back(const relay_model *m, const packet *p) {
  if (!model_follows(m))
    return false;
  if (p->header.type == DM_MQTT_PUBLISH && p->qos > 0)
    return model_injected(m, p->id) || window_full(m, p->id);
  return p->header.type == DM_MQTT_PUBREL && model_injected(m, p->id);
}

/* ---- What passes ------------------------------------------------------------- */

static void lose(relay_model *m, int from) {
  m->sides[from].raw = true;
  check(!model_follows(m)); /* unfollowed() has come */
  if (m->state == CONNECTING && (!m->unread || from == BROKER))
    m->state = OVER;
}

static void pass_connect(relay_model *m, const packet *p) {
  dm_mqtt_packet connect;
  check(p->header.type == DM_MQTT_CONNECT && p->size <= CONNECT_MAX && p->there >= p->size);
  m->state = CONNECTING;
  m->level = 5;
  if (decode(m, p, &connect) != 0) {
    m->level = 0;
    m->unread = true;
    lose(m, DEVICE);
    return;
  }
  m->level = connect.connect.level;
  m->keep_alive = connect.connect.keep_alive;
  m->receive_maximum = UINT16_MAX;
  if (dm_mqtt_has(&connect.properties, DM_MQTT_RECEIVE_MAXIMUM))
    m->receive_maximum = connect.properties.receive_maximum;
  m->maximum_packet_size = connect.properties.maximum_packet_size;
}

static void pass_from_device(relay_model *m, const packet *p) {
  switch (p->header.type) {
  case DM_MQTT_PUBACK:
    check(!model_injected(m, p->id));
    brokers_end(m, p->id, false);
    break;
  case DM_MQTT_PUBREC:
    check(p->header.remaining_length < 2 || !model_connected(m) || !model_injected(m, p->id));
    if (p->reason >= 0x80)
      brokers_end(m, p->id, true);
    break;
  case DM_MQTT_PUBCOMP:
    brokers_end(m, p->id, true);
    break;
  case DM_MQTT_PINGREQ:
    check(m->ping_last < PINGS);
    m->pings[m->ping_last++] = false;
    break;
  case DM_MQTT_DISCONNECT:
    if (m->state == CONNECTING)
      m->state = OVER;
    break;
  default:
    break;
  }
}

static void pass_connack(relay_model *m, const packet *p) {
  dm_mqtt_packet connack;
  if (m->state != CONNECTING)
    return;
  bool accepts = p->size >= p->header.length + 2U && p->bytes[p->header.length + 1] == 0;
  if (p->size > CONNECT_MAX)
    check(!accepts); /* else unfollowed() has come */
  if (p->size > CONNECT_MAX || (!accepts && p->size < p->header.length + 2U))
    m->state = OVER;
  else if (m->unread || decode(m, p, &connack) != 0)
    m->state = accepts ? CONNECTING : OVER; /* unfollowed() will come */
  else if (connack.reason_code != 0)
    m->state = OVER;
  else if (dm_mqtt_has(&connack.properties, DM_MQTT_SERVER_KEEP_ALIVE))
    m->keep_alive = connack.properties.server_keep_alive;
}

static void pass_from_broker(relay_model *m, const packet *p) {
  check(m->approximate || !held_back(m, p));
  check(!model_follows(m) || p->id == 0 || !model_injected(m, p->id));
  switch (p->header.type) {
  case DM_MQTT_CONNACK:
    pass_connack(m, p);
    break;
  case DM_MQTT_PUBLISH:
    if (p->qos > 0)
      model_note(m, p->id, p->qos == 2 ? SENT | QOS_2 : SENT);
    break;
  case DM_MQTT_PUBREL:
    model_note(m, p->id, QOS_2);
    break;
  case DM_MQTT_PINGRESP:
    if (m->ping_first < m->ping_last)
      check(!m->pings[m->ping_first++]);
    break;
  case DM_MQTT_DISCONNECT:
    if (m->state == OPEN)
      m->state = LEAVING;
    break;
  default:
    break;
  }
}

/* Whether the PUBACK of an injected message is being taken out. */
bool model_leave(relay_model *m) {
  packet p;
  if (m->leaving.id == 0 && model_see(m, DEVICE, &p) == VISIBLE &&
      p.header.type == DM_MQTT_PUBACK && model_injected(m, p.id)) {
    unsigned place = injected_at(m, p.id);
    m->leaving = m->injected[place];
    injected_remove(m, place);
  }
  return m->leaving.id != 0;
}

/* The device answers an injected message as none may be answered. */
void model_reject(relay_model *m, const packet *p, uint64_t message) {
  unsigned place = injected_at(m, p->id);
  check(place < m->count && m->injected[place].message == message);
  injected_remove(m, place);
}

/* Goes over what is taken out without a word, up to `end`. */
void model_skip(relay_model *m, int from, size_t end) {
  side *s = &m->sides[from];
  while (s->seen < end) {
    packet p;
    if (s->skip == 0 && s->left == 0 && !s->raw && model_see(m, from, &p) == VISIBLE) {
      bool ours = p.header.type == DM_MQTT_PINGRESP && m->ping_first < m->ping_last &&
                  m->pings[m->ping_first];
      if (from == BROKER && ours) {
        m->ping_first++;
        s->skip = p.size;
      } else if (from == DEVICE && !model_connected(m) && model_leave(m)) {
        m->leaving.id = 0;
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

static void begin(relay_model *m, int from) {
  side *s = &m->sides[from];
  packet p;
  sight sees = model_see(m, from, &p);
  check(sees != PARTLY);
  if (sees == BROKEN) {
    lose(m, from);
    return;
  }
  s->left = p.size;
  if (from == BROKER)
    pass_from_broker(m, &p);
  else if (m->state == NEW)
    pass_connect(m, &p);
  else
    pass_from_device(m, &p);
}

/* The relay passes these bytes on. */
void model_pass(relay_model *m, int from, dm_span run) {
  side *s = &m->sides[from];
  check(!m->ended && s->busy && run.len > 0);
  while (run.len > 0) {
    model_skip(m, from, model_given(s));
    check(s->skip == 0 && s->seen < model_given(s));
    if (!s->raw && s->left == 0) {
      check(from == DEVICE || m->waiting == 0); /* their turn came before this packet's */
      begin(m, from);
    }
    size_t step = s->raw || s->left > run.len ? run.len : s->left;
    check(step <= model_given(s) - s->seen && memcmp(s->bytes + s->seen, run.ptr, step) == 0);
    s->seen += step;
    s->left -= s->raw ? 0 : step;
    run = dm_bytes(run.ptr + step, run.len - step);
  }
}

/* Nothing that was given is kept back without a reason. */
void model_check_kept(relay_model *m, int from) {
  side *s = &m->sides[from];
  packet p;
  s->partly = false;
  if (model_given(s) == 0 || m->ended || s->busy)
    return;
  check(!s->raw && s->left == 0 && s->skip == 0);
  sight sees = model_see(m, from, &p);
  check(sees != BROKEN);
  check(sees == PARTLY || (from == BROKER && (held_back(m, &p) || m->approximate)));
  check(sees == PARTLY || m->count > 0);
  s->partly = sees == PARTLY;
}
