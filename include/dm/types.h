/* libdm: the few types that every public header shares.
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
 * means absent and a non-NULL ptr with len 0 means present and empty. */
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

/* A name with a value: an MQTT 5 User Property. */
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
 * aligned for any object. The library never asks for 0 bytes with old NULL. */
typedef struct dm_memory {
  void *user;
  void *(*resize)(void *user, void *old, size_t size);
} dm_memory;

/* ---- Errors of misuse --------------------------------------------------- */

/* What every function may return. Values below zero are failures; what became of a
 * message (dm.h) lies at -100 and below, so that one int holds either. */
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
