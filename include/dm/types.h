/* libdm: the few types that every public header shares.
 *
 * Structures. Most of them begin with their own size, and a field left zero has its default.
 * So `dm_message message = {.size = sizeof message, ...}` is right today and after the
 * library has grown: a structure grows at its end only, and a host that was compiled against
 * a smaller version of it is served as before. What the library is to fill in begins as zeroes,
 * too, with its size set, and is cut to that; what it hands to callbacks tells its own size, and is
 * borrowed for the length of the call. A structure smaller than the first version of its kind, or
 * larger than the library's and not zero beyond it, is refused with DM_ERROR_INVALID_ARGUMENT.
 * Those few that do not begin with their size say so: they cannot grow.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_TYPES_H
#define DM_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define DM_EXPORT __attribute__((visibility("default")))
#else
#define DM_EXPORT
#endif

/* ---- Bytes -------------------------------------------------------------- */

/* Borrowed bytes, text or not, never NUL-terminated by promise. The library keeps
 * no span that it is given beyond the call it is given to, unless a function says
 * otherwise. ptr may be NULL only when len is 0. For optional values a NULL ptr
 * means absent and a non-NULL ptr with len 0 means present and empty. Cannot grow. */
typedef struct dm_span {
  const char *ptr;
  size_t len;
} dm_span;

/* A span over a NUL-terminated string; NULL gives the absent span. */
static inline dm_span dm_text(const char *string) {
  dm_span span;
  span.ptr = string;
  span.len = string == NULL ? 0 : strlen(string);
  return span;
}

/* A span over `len` bytes at `bytes`. */
static inline dm_span dm_bytes(const void *bytes, size_t len) {
  dm_span span;
  span.ptr = (const char *)bytes;
  span.len = len;
  return span;
}

/* A name with a value: an MQTT 5 User Property. Cannot grow. */
typedef struct dm_property {
  dm_span key;
  dm_span value;
} dm_property;

/* ---- Time --------------------------------------------------------------- */

/* A moment on the host's monotonic clock, in microseconds from any origin. The
 * library has no clock: every function that needs the time is told it. A value
 * lower than one seen before, and DM_NEVER, count as the one seen before. */
typedef uint64_t dm_time;

/* A length of time in microseconds: 5 * DM_SECOND. */
typedef uint64_t dm_duration;

#define DM_MILLISECOND ((dm_duration)1000)
#define DM_SECOND      ((dm_duration)1000000)

/* No moment at all: later than every other. */
#define DM_NEVER UINT64_MAX

/* Milliseconds since 1970-01-01T00:00:00Z on the host's wall clock; for people and
 * log lines only, never for a decision, but for signatures (dm/auth.h), which bear dates, and
 * for policies that ask for it (dm_config.values). */
typedef uint64_t dm_wall_time;

/* ---- Memory ------------------------------------------------------------- */

/* The host's allocator. `resize` behaves like realloc() with one meaning for every
 * corner: old NULL allocates, size 0 releases old and returns NULL, NULL for a
 * size above 0 means out of memory and leaves old as it was. Memory must be
 * aligned for any object. The library never asks for 0 bytes with old NULL. Cannot grow. */
typedef struct dm_memory {
  void *user;
  void *(*resize)(void *user, void *old, size_t size);
} dm_memory;

/* ---- Contexts and what is in them --------------------------------------- */

/* What a host has of the library: see dm.h. */
typedef struct dm_context dm_context;

/* A connection and a message. Each value is given out once in the life of a context
 * (until 2^31 have stood in the same place); a stale one is recognised, never
 * followed. 0 stands for none. */
typedef uint64_t dm_connection_id;
typedef uint64_t dm_message_id;

/* Names one call to the people who read logs: a random UUID (RFC 4122, version 4). Cannot
 * grow. */
typedef struct dm_trace_id {
  uint8_t bytes[16];
} dm_trace_id;

/* Writes "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx" and a NUL. */
DM_EXPORT void dm_trace_id_text(dm_trace_id trace_id, char out[37]);

/* The most bytes of a client ID and a topic that a message can name, and of the name of
 * whoever policies are asked about. */
#define DM_CLIENT_ID_MAX 128
#define DM_TOPIC_MAX     256
#define DM_PRINCIPAL_MAX 256

/* ---- Errors of misuse --------------------------------------------------- */

/* What every function may return. Values below zero are failures; what became of a
 * message (outcome.h) lies at -100 and below, so that one int holds either. */
enum {
  DM_OK = 0,
  DM_ERROR_INVALID_ARGUMENT = -1, /* the host broke this function's contract */
  DM_ERROR_NO_MEMORY = -2,        /* the allocator said no; nothing has changed */
  DM_ERROR_STALE_HANDLE = -3,     /* that connection or message is over, or never was */
  DM_ERROR_CLOSED = -4,           /* dm_free() has been called */
  DM_ERROR_LIMIT = -5,            /* a configured maximum is reached */
  DM_ERROR_NOT_UNDERSTOOD = -6,   /* a document was refused; see the error's place and text */
  DM_ERROR_BUFFER_TOO_SMALL = -7  /* the caller's buffer cannot hold the result */
};

#ifdef __cplusplus
}
#endif
#endif
