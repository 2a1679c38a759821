/* One TLS session, server side, without a socket: bytes from the wire in, plain bytes out,
 * and the other way round.
 *
 *   tls_session_feed(s, from_the_wire)
 *   tls_session_handshake(s)           until TLS_DONE, feeding more after TLS_WANTS_MORE
 *   tls_session_read(s, ...)           until TLS_WANTS_MORE, TLS_ENDED or TLS_FAILED
 *   tls_session_write(s, ...)
 *   tls_session_output(s)              goes to the wire, after each of these
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_TLS_TLS_SESSION_H
#define COMMON_TLS_TLS_SESSION_H

#include "common/base/bytes.h"
#include "common/tls/tls_credentials.h"

typedef struct tls_session tls_session;

typedef enum tls_status {
  TLS_DONE,       /* the handshake is over; something was read */
  TLS_WANTS_MORE, /* bytes from the wire */
  TLS_ENDED,      /* in order: the other side has said that it sends no more */
  TLS_FAILED      /* for good; see tls_session_problem() */
} tls_status;

/* The most that one record carries. */
#define TLS_RECORD_MAX 16384

/* Begins a session; NULL when out of memory. It holds the credentials. */
tls_session *tls_session_new(tls_credentials *credentials, tls_protocol protocol);

/* NULL is harmless. */
void tls_session_free(tls_session *s);

/* Hands in bytes from the wire; borrowed until tls_session_unread() or the next feed. */
void tls_session_feed(tls_session *s, dm_span wire);

/* Takes back what was not used of them: nothing after TLS_WANTS_MORE. */
dm_span tls_session_unread(tls_session *s);

/* Goes on with the handshake: TLS_DONE, TLS_WANTS_MORE or TLS_FAILED. */
tls_status tls_session_handshake(tls_session *s);

/* Reads as much as there is and fits; *len may be above 0 with every status. TLS_DONE: there
 * may be more. Only after the handshake. */
tls_status tls_session_read(tls_session *s, char *out, size_t size, size_t *len);

/* Encrypts at most one record; returns how much it took, 0 when that fails. Only after the
 * handshake. */
size_t tls_session_write(tls_session *s, dm_span plain);

/* Says that nothing more will be written. */
void tls_session_end_output(tls_session *s);

/* What is to go to the wire: the caller takes it out. */
bytes *tls_session_output(tls_session *s);

/* The certificate that the other side has shown and that was verified, in DER; absent when
 * there is none. Lives as long as the session. */
dm_span tls_session_peer_certificate(const tls_session *s);

/* The first common name of that certificate's subject; empty when there is none, or it is not
 * printable text. */
dm_span tls_session_peer_name(const tls_session *s);

/* The server name that the client has asked for, in lower case; "" where it did not, or asked
 * for what is no name of DNS. */
const char *tls_session_server_name(const tls_session *s);

/* The version of TLS: "TLSv1.2". */
const char *tls_session_version(const tls_session *s);

/* Why it has failed, in a few words, and in one for the log; NULL while it has not. */
const char *tls_session_problem(const tls_session *s);
const char *tls_session_reason(const tls_session *s);

#endif
