/* TLS on a connection of libuv's: the part of channel.h that is not plain TCP.
 *
 * What comes is decrypted into the reader's buffers while it reads, and waits undecrypted,
 * at most one read of it, while it does not. What goes is encrypted as fast as the socket
 * takes it, so that no more than some records wait encrypted.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_SECURE_CHANNEL_H
#define COMMON_SECURE_CHANNEL_H

#include <uv.h>

#include "common/tls/tls_options.h"
#include "dm/types.h"

struct channel;
typedef struct secure_channel secure_channel;

/* What there is to say of a channel with TLS. */
typedef struct channel_tls {
  const char *version; /* "TLSv1.2" */
  dm_span certificate; /* of the other side, verified, in DER; absent: it has shown none */
  dm_span common_name; /* of its subject; empty: it has none, or none that is plain text */
} channel_tls;

/* Begins TLS on a channel whose socket is connected, and sets channel->secure; false when
 * out of memory. */
bool secure_open(struct channel *c, tls_protocol protocol);

/* See channel.h. */
int secure_read_start(secure_channel *s, uv_alloc_cb allocate, uv_read_cb read);
void secure_read_stop(secure_channel *s);
int secure_try_write(secure_channel *s, const uv_buf_t *parts, unsigned count);
int secure_write(uv_write_t *request, secure_channel *s, const uv_buf_t *part, uv_write_cb written);
int secure_shutdown(uv_shutdown_t *request, secure_channel *s, uv_shutdown_cb done);
void secure_close(secure_channel *s, uv_close_cb closed);
dm_span secure_peer_certificate(const secure_channel *s);
const char *secure_server_name(const secure_channel *s);
channel_tls secure_describe(const secure_channel *s);
const char *secure_problem(const secure_channel *s);

#endif
