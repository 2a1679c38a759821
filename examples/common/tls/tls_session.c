/* One TLS session without a socket.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/tls/tls_session.h"

#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/tls/tls_config.h"

/* A record with an alert that is not encrypted. */
#define ALERT_SIZE 7

struct tls_session {
  tls_credentials *credentials;
  tls_clients clients;
  tls_choice choice;
  mbedtls_ssl_config config;
  mbedtls_ssl_context ssl;
  dm_span input; /* borrowed */
  bytes output;
  bool open;                      /* the handshake is over */
  bool begun;                     /* something came */
  bool is_tls;                    /* and it began as a handshake does */
  unsigned char last[ALERT_SIZE]; /* bytes that came */
  uint32_t flaws;                 /* of the certificate shown: MBEDTLS_X509_BADCERT_... */
  const char *reason;
  char problem[160];
};

/* ---- The wire --------------------------------------------------------------------- */

static int on_send(void *user, const unsigned char *data, size_t len) {
  tls_session *s = user;
  if (!bytes_append(&s->output, dm_bytes((const char *)data, len)))
    return MBEDTLS_ERR_SSL_ALLOC_FAILED;
  return (int)len;
}

static void keep_last(tls_session *s, size_t len) {
  size_t taken = len < ALERT_SIZE ? len : ALERT_SIZE;
  memmove(s->last, s->last + taken, ALERT_SIZE - taken);
  memcpy(s->last + ALERT_SIZE - taken, s->input.ptr + len - taken, taken);
}

static int on_receive(void *user, unsigned char *out, size_t size) {
  tls_session *s = user;
  size_t len = s->input.len < size ? s->input.len : size;
  if (len == 0)
    return MBEDTLS_ERR_SSL_WANT_READ;
  if (!s->begun)
    s->is_tls = s->input.ptr[0] == MBEDTLS_SSL_MSG_HANDSHAKE;
  s->begun = true;
  memcpy(out, s->input.ptr, len);
  keep_last(s, len);
  s->input = dm_bytes(s->input.ptr + len, s->input.len - len);
  return (int)len;
}

void tls_session_feed(tls_session *s, dm_span wire) {
  s->input = wire;
}

dm_span tls_session_unread(tls_session *s) {
  dm_span rest = s->input;
  s->input = dm_bytes(NULL, 0);
  return rest;
}

bytes *tls_session_output(tls_session *s) {
  return &s->output;
}

/* ---- Failing ------------------------------------------------------------------------ */

/* The words for the log. */
static const char no_certificate[] = "CLIENT_CERTIFICATE_MISSING";
static const char bad_certificate[] = "CLIENT_CERTIFICATE_REFUSED";
static const char bad_handshake[] = "TLS_HANDSHAKE_FAILURE";

static tls_status fail(tls_session *s, const char *reason, const char *why) {
  s->reason = reason;
  snprintf(s->problem, sizeof s->problem, "%s", why);
  return TLS_FAILED;
}

/* The alert by which the other side has ended the handshake; 0: it has sent none. With TLS 1.3
 * it may have no keys yet to encrypt that with, and mbedtls takes it for a broken message. */
static int alert_of(const tls_session *s) {
  static const unsigned char fatal[] = {MBEDTLS_SSL_MSG_ALERT, 3, 3, 0, 2, 2};
  bool is_alert = !s->open && memcmp(s->last, fatal, sizeof fatal) == 0;
  return is_alert ? s->last[sizeof fatal] : 0;
}

static const char *meaning_of(int alert) {
  bool of_certificate =
      alert >= MBEDTLS_SSL_ALERT_MSG_BAD_CERT && alert <= MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA;
  return of_certificate ? ": it does not accept our certificate" : "";
}

static tls_status fail_by_alert(tls_session *s, int alert) {
  char text[100];
  snprintf(text, sizeof text, "alert %d from the other side%s", alert, meaning_of(alert));
  return fail(s, bad_handshake, text);
}

static void describe_flaws(uint32_t flaws, char *out, size_t size) {
  mbedtls_x509_crt_verify_info(out, size, "", flaws);
  out[strcspn(out, "\n")] = '\0';
}

/* mbedtls has sent an alert, but for one thing. */
static tls_status fail_with(tls_session *s, int error) {
  char text[160];
  bool none = error == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE;
  if (none)
    mbedtls_ssl_send_alert_message(&s->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                   MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE);
  if (s->flaws != 0) {
    describe_flaws(s->flaws, text, sizeof text);
    return fail(s, bad_certificate, text);
  }
  if (alert_of(s) != 0)
    return fail_by_alert(s, alert_of(s));
  if (!s->is_tls)
    return fail(s, bad_handshake, "what came is not TLS");
  mbedtls_strerror(error, text, sizeof text);
  return fail(s, none ? no_certificate : bad_handshake, text);
}

static tls_status fail_with_alert(tls_session *s, unsigned char alert, const char *reason,
                                  const char *why) {
  mbedtls_ssl_send_alert_message(&s->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert);
  return fail(s, reason, why);
}

const char *tls_session_reason(const tls_session *s) {
  return s->reason;
}

const char *tls_session_problem(const tls_session *s) {
  return s->problem[0] == '\0' ? NULL : s->problem;
}

/* ---- The client's certificate --------------------------------------------------------- */

/* Only what says so may be a client, or what says nothing (RFC 5280 section 4.2.1.12). */
static bool is_for_clients(const mbedtls_x509_crt *certificate) {
  return mbedtls_x509_crt_check_key_usage(certificate, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0 &&
         mbedtls_x509_crt_check_extended_key_usage(certificate, MBEDTLS_OID_CLIENT_AUTH,
                                                   MBEDTLS_OID_SIZE(MBEDTLS_OID_CLIENT_AUTH)) == 0;
}

/* With TLS 1.3 mbedtls leaves it to check_certificate() to refuse, see tls_config.c. */
static bool is_checked_later(const tls_session *s) {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
  return mbedtls_ssl_get_version_number(&s->ssl) == MBEDTLS_SSL_VERSION_TLS1_3;
#else
  (void)s;
  return false;
#endif
}

/* Called for each certificate of a chain, the client's own last. Left alone, mbedtls would
 * let a bad certificate pass where none is required. */
static int on_verify(void *user, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  tls_session *s = user;
  if (depth == 0 && !is_for_clients(certificate))
    *flags |= MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
  s->flaws |= *flags;
  bool passes = s->flaws == 0 || s->clients != TLS_CLIENTS_OPTIONAL || is_checked_later(s);
  return passes ? 0 : MBEDTLS_ERR_X509_FATAL_ERROR;
}

static unsigned char alert_for(uint32_t flaws) {
  if ((flaws & MBEDTLS_X509_BADCERT_REVOKED) != 0)
    return MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED;
  if ((flaws & MBEDTLS_X509_BADCERT_EXPIRED) != 0)
    return MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED;
  if ((flaws & (MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE)) != 0)
    return MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT;
  if ((flaws & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0)
    return MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA;
  return MBEDTLS_SSL_ALERT_MSG_BAD_CERT;
}

static tls_status fail_for_none(tls_session *s) {
  unsigned char alert = MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED;
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
  if (is_checked_later(s))
    alert = MBEDTLS_SSL_ALERT_MSG_CERT_REQUIRED;
#endif
  return fail_with_alert(s, alert, no_certificate, "no certificate was shown");
}

static tls_status fail_for_flaws(tls_session *s, uint32_t flaws) {
  char text[160];
  describe_flaws(flaws, text, sizeof text);
  return fail_with_alert(s, alert_for(flaws), bad_certificate, text);
}

/* What was verified when the session began may have run out before it was resumed. */
static tls_status check_certificate(tls_session *s) {
  const mbedtls_x509_crt *certificate = mbedtls_ssl_get_peer_cert(&s->ssl);
  if (s->clients == TLS_CLIENTS_OFF)
    return TLS_DONE;
  if (certificate == NULL)
    return s->clients == TLS_CLIENTS_OPTIONAL ? TLS_DONE : fail_for_none(s);
  if (mbedtls_x509_time_is_past(&certificate->valid_to))
    return fail_with_alert(s, MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED, bad_certificate,
                           "The certificate validity has expired");
  uint32_t flaws = s->flaws | mbedtls_ssl_get_verify_result(&s->ssl);
  return flaws == 0 ? TLS_DONE : fail_for_flaws(s, flaws);
}

static const mbedtls_x509_crt *verified(const tls_session *s) {
  return s->open && s->clients != TLS_CLIENTS_OFF ? mbedtls_ssl_get_peer_cert(&s->ssl) : NULL;
}

/* Others may read names up to a NUL, or write them into lines: such names say nothing. */
static bool is_plain_text(const mbedtls_x509_buf *text) {
  if (text->tag != MBEDTLS_ASN1_UTF8_STRING && text->tag != MBEDTLS_ASN1_PRINTABLE_STRING)
    return false;
  for (size_t i = 0; i < text->len; i++)
    if (text->p[i] < 0x20 || text->p[i] == 0x7f)
      return false;
  return true;
}

dm_span tls_session_peer_name(const tls_session *s) {
  const mbedtls_x509_crt *certificate = verified(s);
  const mbedtls_x509_name *name = certificate == NULL ? NULL : &certificate->subject;
  while (name != NULL &&
         (name->oid.p == NULL || MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid) != 0))
    name = name->next;
  return name == NULL || !is_plain_text(&name->val) ? dm_text("")
                                                    : dm_bytes(name->val.p, name->val.len);
}

const char *tls_session_server_name(const tls_session *s) {
  return s->choice.server_name;
}

const char *tls_session_version(const tls_session *s) {
  return mbedtls_ssl_get_version(&s->ssl);
}

dm_span tls_session_peer_certificate(const tls_session *s) {
  const mbedtls_x509_crt *certificate = verified(s);
  return certificate == NULL ? dm_bytes(NULL, 0)
                             : dm_bytes((const char *)certificate->raw.p, certificate->raw.len);
}

/* ---- Life -------------------------------------------------------------------------------- */

tls_session *tls_session_new(tls_credentials *credentials, tls_protocol protocol) {
  tls_session *s = calloc(1, sizeof *s);
  if (s == NULL)
    return NULL;
  mbedtls_ssl_config_init(&s->config);
  mbedtls_ssl_init(&s->ssl);
  s->credentials = tls_credentials_hold(credentials);
  s->clients = tls_credentials_clients(credentials, protocol);
  if (tls_configure(credentials, protocol, &s->choice, &s->config) != 0 ||
      mbedtls_ssl_setup(&s->ssl, &s->config) != 0) {
    tls_session_free(s);
    return NULL;
  }
  mbedtls_ssl_set_bio(&s->ssl, s, on_send, on_receive, NULL);
  mbedtls_ssl_set_verify(&s->ssl, on_verify, s);
  return s;
}

void tls_session_free(tls_session *s) {
  if (s == NULL)
    return;
  mbedtls_ssl_free(&s->ssl);
  mbedtls_ssl_config_free(&s->config);
  tls_credentials_release(s->credentials);
  bytes_free(&s->output);
  free(s);
}

/* ---- Handshake and after ------------------------------------------------------------------- */

tls_status tls_session_handshake(tls_session *s) {
  int result = mbedtls_ssl_handshake(&s->ssl);
  if (result == MBEDTLS_ERR_SSL_WANT_READ)
    return TLS_WANTS_MORE;
  if (result != 0)
    return fail_with(s, result);
  tls_status status = check_certificate(s);
  s->open = status == TLS_DONE;
  return status;
}

/* What mbedtls_ssl_read() returns, other than bytes. */
static tls_status status_of(tls_session *s, int result) {
  if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
    return TLS_ENDED;
  if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE)
    return TLS_WANTS_MORE;
  return fail_with(s, result);
}

tls_status tls_session_read(tls_session *s, char *out, size_t size, size_t *len) {
  *len = 0;
  while (*len < size) {
    int result = mbedtls_ssl_read(&s->ssl, (unsigned char *)out + *len, size - *len);
    if (result <= 0)
      return status_of(s, result);
    *len += (size_t)result;
  }
  return TLS_DONE;
}

size_t tls_session_write(tls_session *s, dm_span plain) {
  int result = mbedtls_ssl_write(&s->ssl, (const unsigned char *)plain.ptr, plain.len);
  if (result > 0)
    return (size_t)result;
  fail_with(s, result);
  return 0;
}

void tls_session_end_output(tls_session *s) {
  mbedtls_ssl_close_notify(&s->ssl);
}
