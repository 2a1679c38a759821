/* libdm: the relay, a filter in the byte stream between one device and its broker.
 *
 * For hosts that are not the broker themselves. The host accepts a device's connection,
 * opens one to a broker, any broker, and moves bytes through a relay:
 *
 *   device  --->  dm_relay_from_device()  --->  to_broker()  --->  broker
 *           <---  to_device()  <---  dm_relay_from_broker()  <---
 *
 * The relay passes on what it is given, byte by byte the same, and adds or takes out single
 * packets. It adds the PUBLISH of a direct message, with a packet identifier that the broker
 * does not use, and takes out the PUBACK that answers it; it adds a PINGREQ where a PUBACK
 * was all that the device had to say, and takes out that PINGRESP. Broker and device cannot
 * tell that it is there, and neither loses, repeats or reorders anything because of it.
 *
 * There are no sockets, clocks or threads here, and nothing of dm.h: a host joins the two by
 * calling dm_connected() from connected(), dm_puback() from acknowledged(), dm_disconnected()
 * from disconnected(), and dm_relay_inject() from its deliver().
 *
 * One thread at a time may use a relay, and the relays that were made from one dm_relay_host.
 * Every function here may be called from every callback, dm_relay_free() included. A relay
 * takes less than 1 KB; while CONNECT waits for
 * its CONNACK also a copy of CONNECT. Passing bytes on and injecting allocate nothing, and
 * nothing copies a payload.
 *
 * Structures begin with their own size, as dm/types.h says.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_RELAY_H
#define DM_RELAY_H

#include "dm/mqtt.h"
#include "dm/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Results -------------------------------------------------------------- */

enum {
  DM_RELAY_WAIT = 1, /* dm_relay_inject(): write it when between_packets() is called */

  /* The device's first packet. Close both connections; the broker was told nothing. */
  DM_RELAY_NOT_A_CONNECT = -50,
  DM_RELAY_CONNECT_TOO_LARGE = -51,

  /* The device has answered an injected message with PUBREC. It was told so where it can be, and
   * the relay has ended: close both connections. */
  DM_RELAY_PROTOCOL_ERROR = -56,

  /* Why a message cannot be injected. Nothing has changed. */
  DM_RELAY_NOT_CONNECTED = -52,    /* not yet, or no longer */
  DM_RELAY_PACKET_TOO_LARGE = -53, /* above the device's Maximum Packet Size */
  DM_RELAY_WINDOW_FULL = -54,      /* Receive Maximum or max_unacknowledged is reached; the
                                    * broker's stream is held back, which goes first; or the
                                    * broker has more than 100 messages in flight */
  DM_RELAY_UNFOLLOWED = -55        /* it is connected, but see unfollowed() */
};

/* A sentence for people; never NULL. */
DM_EXPORT const char *dm_relay_strerror(int code);

/* ---- What the host gives --------------------------------------------------- */

/* A device whose CONNECT the broker has accepted. Borrowed for the callback. */
typedef struct dm_relay_connection {
  size_t size;
  const dm_mqtt_packet *connect; /* as the device sent it; the password is blotted out */
  const dm_mqtt_packet *connack; /* as the broker answered */

  /* What follows from both. */
  dm_span client_id;            /* the assigned one where the broker assigned it; empty where
                                 * nobody knows: such a device cannot be addressed */
  uint8_t protocol_level;       /* 3 (MQTT 3.1), 4 (3.1.1) or 5 */
  uint8_t session_present;      /* 1: see dm_relay_restore() */
  uint8_t persistent;           /* 1: its session outlives this connection */
  uint16_t keep_alive;          /* seconds; 0: off; the server's where it gave one */
  uint16_t receive_maximum;     /* of the device; 65535 where not stated */
  uint32_t session_expiry;      /* seconds; UINT32_MAX: never */
  uint32_t maximum_packet_size; /* bytes, of the device; 0: not stated, no limit */
} dm_relay_connection;

/* The most injected messages that one device may have without PUBACK. */
#define DM_RELAY_UNACKNOWLEDGED_MAX 50

/* What all relays of a host have in common. `user` is the one given to dm_relay_new(). */
typedef struct dm_relay_config {
  size_t size;
  const dm_memory *memory; /* NULL: realloc() and free(); the content is copied */

  uint32_t max_connect_size;   /* bytes of CONNECT and of CONNACK, header and all; default
                                * 16,384; a longer CONNACK is passed on, the device then
                                * cannot be addressed */
  uint32_t max_unacknowledged; /* injected messages without PUBACK; default and at most
                                * DM_RELAY_UNACKNOWLEDGED_MAX; devices below MQTT 5 cannot
                                * say how many they can take */

  /* Required. Bytes to be written, in this order, after all that were given before; borrowed
   * for the call. Often they lie in the bytes that the host is just passing in, and then
   * they are as long a run of them as can be. */
  void (*to_device)(void *user, dm_span bytes);
  void (*to_broker)(void *user, dm_span bytes);

  /* Required. A packet on the way to the device was in progress when dm_relay_inject()
   * returned DM_RELAY_WAIT, and is complete now: write what waits, in the order in which it
   * was injected. */
  void (*between_packets)(void *user);

  /* Required. dm_relay_from_broker() had to hold bytes back: call it again with what it did
   * not use, now or as soon as you can. */
  void (*resume)(void *user);

  /* Optional. The broker accepted the device; its CONNACK was given to to_device(). From
   * here on messages can be injected. Called at most once. */
  void (*connected)(void *user, const dm_relay_connection *connection);

  /* Required. The device acknowledged an injected message, with this reason code (0 below
   * MQTT 5). `message` is what dm_relay_inject() was given. A PUBREC, which answers nothing that is
   * injected, counts as a refusal with DM_MQTT_PROTOCOL_ERROR, before dm_relay_from_device()
   * returns DM_RELAY_PROTOCOL_ERROR. */
  void (*acknowledged)(void *user, uint64_t message, uint8_t reason_code);

  /* Optional. Nothing can be injected or acknowledged any more: a side closed, or the device
   * sent DISCONNECT, after which bytes go on being passed on. What has no PUBACK by now may or
   * may not have arrived. `disconnect` is the device's DISCONNECT, NULL where it sent none that
   * can be read. Called once after connected() or unfollowed(). */
  void (*disconnected)(void *user, const dm_mqtt_packet *disconnect);

  /* Optional, for hosts that want to know what devices are subscribed to. A SUBSCRIBE or
   * UNSUBSCRIBE of the device, or a SUBACK or UNSUBACK of the broker, was passed on. One that
   * is longer than max_connect_size, or not as the standard wants it, is not reported. */
  void (*subscription)(void *user, const dm_mqtt_packet *packet);

  /* Optional, for hosts that want to know why a connection ends: the broker's DISCONNECT was
   * passed on (MQTT 5). Nothing is injected any more; PUBACKs may still come. Reported under
   * the same conditions. */
  void (*dismissed)(void *user, const dm_mqtt_packet *disconnect);

  /* Optional. The device is connected and its bytes are passed on, but nothing can be injected:
   * `why` says why in English and is static. Either one side has sent what is not MQTT after
   * connected(), client_id is empty then; PUBACKs that can still be found are taken out. Or the
   * broker has accepted a CONNECT, or with a CONNACK, that cannot be read: connected() is not
   * called, and client_id is the one that CONNECT names, empty where it is not found. Called at
   * most once; without it, only the first is told apart from a device that is not connected. */
  void (*unfollowed)(void *user, dm_span client_id, const char *why);
} dm_relay_config;

/* ---- Life ------------------------------------------------------------------ */

typedef struct dm_relay_host dm_relay_host;
typedef struct dm_relay dm_relay;

/* Copies what all relays of a thread have in common, once for all of them.
 *
 * Returns DM_OK and *out, or with *out untouched
 *   DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, a missing callback, or a field out
 *                              of range
 *   DM_ERROR_NO_MEMORY */
DM_EXPORT int dm_relay_host_new(dm_relay_host **out, const dm_relay_config *config);

/* No more relays are made from it: it is released when the last one is. NULL is fine. */
DM_EXPORT void dm_relay_host_free(dm_relay_host *host);

/* Creates the relay for one device's connection.
 *
 * Returns DM_OK and *out, or with *out untouched
 *   DM_ERROR_INVALID_ARGUMENT  a NULL where none may be
 *   DM_ERROR_NO_MEMORY */
DM_EXPORT int dm_relay_new(dm_relay **out, dm_relay_host *host, void *user);

/* Ends the connection, where the host wants to: gives to_device() a DISCONNECT with this reason
 * code, if the device speaks MQTT 5; gives to_broker() one in the device's name, if the will
 * is to be prevented or the session to end; then does as dm_relay_end(), and the host what is
 * said there. Where a packet is in progress, the DISCONNECT after it is left out: the broker
 * then publishes the will.
 *
 * With `end_session` 1 the session ends as well, where that can be said: in MQTT 5, for one
 * that was to outlive the connection.
 *
 * Returns DM_OK, or with nothing done
 *   DM_RELAY_NOT_CONNECTED
 *   DM_ERROR_INVALID_ARGUMENT  no DISCONNECT of a server has this reason code */
DM_EXPORT int dm_relay_disconnect(dm_relay *relay, uint8_t reason_code, int prevent_will,
                                  int end_session);

/* One of the connections has closed: calls disconnected() if it is due. Bytes are no longer
 * taken. The host closes the other connection, after writing what is still to be written,
 * and without a DISCONNECT of its own, so that the broker publishes the will. Harmless when
 * called again. */
DM_EXPORT void dm_relay_end(dm_relay *relay);

/* Releases it, after dm_relay_end(). NULL is fine. From a callback it takes effect when the
 * outermost function returns. */
DM_EXPORT void dm_relay_free(dm_relay *relay);

/* ---- Bytes ----------------------------------------------------------------- */

/* Takes bytes that came from the device, or from the broker. *used tells how many were
 * passed on or taken out. Keep the others, and give them again with more behind them as soon
 * as more has come: a packet whose beginning has to be seen in one piece, at most 65,544
 * bytes of a PUBLISH with QoS 1 or 2, or max_connect_size. Where dm_relay_from_broker() used
 * less because it holds the broker's stream back (see resume()), more need not be read
 * before. A host that cannot write what it is given stops reading: the relay queues nothing.
 *
 * The device's first packet must be CONNECT and is passed on when it is complete. The host
 * bounds the time that may take. After its header, what is not MQTT, or not in a version known
 * here, is passed on unseen, for the broker to judge; such a device cannot be addressed: see
 * unfollowed(). Type, length, QoS and identifier of a packet are followed; reserved flags, and
 * lengths longer than they need be, are for the other side to judge, at every level.
 *
 * The broker's stream is held back only where a PUBLISH (QoS 1, 2) or PUBREL names a packet
 * identifier that an injected message holds, or where a PUBLISH would exceed the device's
 * Receive Maximum because of injected messages: until a PUBACK makes room.
 *
 * *used is always set, and may be more than 0 with an error; it is 0 where a callback calls
 * the function that it was called from.
 *
 * Returns DM_OK, or
 *   DM_RELAY_NOT_A_CONNECT      device only
 *   DM_RELAY_CONNECT_TOO_LARGE  device only
 *   DM_RELAY_PROTOCOL_ERROR     device only
 *   DM_ERROR_NO_MEMORY          for CONNECT's copy; device only; may be tried again
 *   DM_ERROR_CLOSED             after dm_relay_end() */
DM_EXPORT int dm_relay_from_device(dm_relay *relay, dm_span bytes, dm_time now, size_t *used);
DM_EXPORT int dm_relay_from_broker(dm_relay *relay, dm_span bytes, dm_time now, size_t *used);

/* ---- Injecting ------------------------------------------------------------- */

/* Injects a PUBLISH with QoS 0 or 1, RETAIN 0 and DUP 0, a topic and no topic alias. The
 * relay chooses the packet identifier (publish->packet_id is not looked at) and leaves out
 * what the device's protocol level has no place for. With QoS 1, acknowledged() is called
 * with `message` when the PUBACK comes.
 *
 * Encodes all but the payload into `head`, *len bytes. The host then writes head and
 * payload to the device: at once, before it calls the relay again, where DM_OK is returned;
 * in between_packets() where DM_RELAY_WAIT is. A host that cannot must not call this.
 *
 * Returns DM_OK, DM_RELAY_WAIT, or with nothing changed
 *   DM_RELAY_NOT_CONNECTED
 *   DM_RELAY_PACKET_TOO_LARGE
 *   DM_RELAY_WINDOW_FULL
 *   DM_ERROR_BUFFER_TOO_SMALL  *len is the size needed
 *   DM_ERROR_INVALID_ARGUMENT  a packet that may not be sent */
DM_EXPORT int dm_relay_inject(dm_relay *relay, const dm_mqtt_packet *publish, uint64_t message,
                              char *head, size_t capacity, size_t *len);

/* ---- Time ------------------------------------------------------------------ */

/* The broker has to hear from a device that lives. Where the PUBACKs taken out were all that
 * it sent for half of its keep-alive, the relay sends a PINGREQ in its place. A device that
 * says nothing at all gets no such help: the broker notices as it would without the relay.
 * Call dm_relay_tick() when dm_relay_next_deadline() has come; DM_NEVER: no need. */
DM_EXPORT dm_time dm_relay_next_deadline(const dm_relay *relay);
DM_EXPORT void dm_relay_tick(dm_relay *relay, dm_time now);

/* ---- Sessions -------------------------------------------------------------- */

/* A broker that resumes a session sends again what was not acknowledged, with the packet
 * identifiers of old. So that the relay keeps away from them, a host saves what it knows of
 * them when a connection with a persistent session ends, keeps it by client ID as long as the
 * session may live, and restores it in connected() where session_present is 1. Without that,
 * nothing goes wrong, but the broker's stream may have to be held back for a moment.
 *
 * dm_relay_save() writes at most DM_RELAY_SAVED_MAX bytes and returns how many. May be called
 * until dm_relay_free(). dm_relay_restore() returns DM_OK, or
 *   DM_ERROR_INVALID_ARGUMENT  dm_relay_save() never wrote such bytes */
#define DM_RELAY_SAVED_MAX 256
DM_EXPORT size_t dm_relay_save(const dm_relay *relay, char out[DM_RELAY_SAVED_MAX]);
DM_EXPORT int dm_relay_restore(dm_relay *relay, dm_span saved);

#ifdef __cplusplus
}
#endif
#endif
