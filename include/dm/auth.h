/* libdm-auth: who is calling. AWS Signature Version 4, X.509 certificates, passwords.
 *
 * A library of its own, for hosts that need it: it stands on mbedtls, libdm does not. It is
 * made of functions over requests that were parsed and certificates that were verified by
 * somebody else, the host's HTTP server and its TLS. No sockets, no files, no clock, no
 * threads, no global state: any thread may call any function at any time.
 *
 *   a signed request came in      dm_sigv4_read(): who does it claim to be?
 *                                 the host looks that access key's secret up
 *                                 dm_sigv4_verify(): is it so?
 *   a client certificate          dm_x509_read(): its ID, and what policies may ask of it
 *   a password                    dm_password_verify() against what the configuration says
 *
 * What these answer is who somebody is; what they may do is decided by policies (dm/dm.h).
 *
 * Structures begin with their own size, as dm/types.h says: a field left zero has its default.
 * Those that the library fills in have their size set by the host as well.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_AUTH_H
#define DM_AUTH_H

#include "dm/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Results -------------------------------------------------------------- */

/* Every refusal has its own code. To the caller all of them are one and the same 401; the
 * code is for the log. Functions also return the codes of dm/types.h; DM_ERROR_NO_MEMORY
 * where mbedtls, which has its own allocator, is out of memory. */
enum {
  /* No signature of this kind: another kind of caller, or nobody. */
  DM_SIGV4_NOT_SIGNED = -60,

  /* Signed, but not as the standard says. */
  DM_SIGV4_AMBIGUOUS = -61,               /* signed, or a value given, in two places at once */
  DM_SIGV4_UNSUPPORTED_ALGORITHM = -62,   /* only AWS4-HMAC-SHA256 is */
  DM_SIGV4_MALFORMED_AUTHORIZATION = -63, /* a part is missing, repeated or unknown */
  DM_SIGV4_MALFORMED_CREDENTIAL = -64,    /* KEY/YYYYMMDD/region/service/aws4_request */
  DM_SIGV4_MALFORMED_SIGNED_HEADERS = -65,
  DM_SIGV4_MALFORMED_SIGNATURE = -66, /* 64 lower-case hexadecimal digits */
  DM_SIGV4_MALFORMED_DATE = -67,
  DM_SIGV4_MALFORMED_EXPIRES = -68,
  DM_SIGV4_MALFORMED_PAYLOAD_HASH = -69,
  DM_SIGV4_MALFORMED_REQUEST = -70, /* its method or its target */
  DM_SIGV4_MALFORMED_HEADER = -71,
  DM_SIGV4_REPEATED_HEADER = -72, /* one of which there may be only one */
  DM_SIGV4_TOO_MANY = -73,        /* header fields, query parameters or path segments */
  DM_SIGV4_NO_HOST = -74,
  DM_SIGV4_SIGNED_HEADER_MISSING = -75, /* SignedHeaders names one that is not there */
  DM_SIGV4_HEADER_NOT_SIGNED = -76,     /* one that must be */

  /* Well formed, but not acceptable. */
  DM_SIGV4_WRONG_SERVICE = -77,
  DM_SIGV4_WRONG_REGION = -78,
  DM_SIGV4_WRONG_SCOPE_DATE = -79, /* the credential's day is not the request's */
  DM_SIGV4_NOT_YET_VALID = -80,    /* from the future by more than the clock skew */
  DM_SIGV4_TOO_OLD = -81,          /* from the past by more than the clock skew */
  DM_SIGV4_EXPIRED = -82,          /* a presigned URL after its X-Amz-Expires */
  DM_SIGV4_EXPIRES_TOO_LATE = -83, /* X-Amz-Expires above max_expires */
  DM_SIGV4_UNSIGNED_PAYLOAD = -84, /* not allowed here */
  DM_SIGV4_PAYLOAD_MISMATCH = -85, /* the body is not the one that was signed */
  DM_SIGV4_WRONG_SIGNATURE = -86,  /* not this secret key, or not this request */

  DM_X509_MALFORMED = -90,
  DM_X509_UNUSABLE_VALUE = -91, /* a certificate, but see dm_x509_read() */

  DM_PASSWORD_MALFORMED = -92, /* the stored form */
  DM_PASSWORD_WRONG = -93
};

/* A sentence for people, for any code that this library returns; never NULL. */
DM_EXPORT const char *dm_auth_strerror(int code);

/* ---- AWS Signature Version 4 ---------------------------------------------- */

/* More of these and a request is refused (DM_SIGV4_TOO_MANY), so that every call takes a
 * bounded time, and a few kilobytes of stack. */
#define DM_SIGV4_HEADERS_MAX    128
#define DM_SIGV4_PARAMETERS_MAX 64
#define DM_SIGV4_SEGMENTS_MAX   64

/* The longest secret access key, in bytes; those of AWS have 40. */
#define DM_SIGV4_SECRET_MAX 128

/* A request as the host's HTTP server read it. */
typedef struct dm_sigv4_request {
  size_t size;
  dm_span method;
  dm_span target; /* as it stood in the request line: still percent-encoded, with its query;
                   * in absolute form, too */
  const dm_property *headers; /* in the order received, Host among them */
  size_t header_count;
  dm_span body;
  const uint8_t *body_sha256; /* its 32 bytes, for a host that hashed the body while reading
                               * it; NULL: `body` is the body */
} dm_sigv4_request;

/* What a request says of itself. Nothing of it is true before dm_sigv4_verify() says so. */
typedef struct dm_sigv4_claims {
  size_t size;
  dm_span access_key_id;  /* whose secret key is to be looked up */
  dm_span security_token; /* of temporary credentials; absent with others. The host checks
                           * that it belongs to the access key: a signature does not */
  dm_span scope_date;     /* "20260528" */
  dm_span region;
  dm_span service;
  dm_span signed_headers; /* "host;x-amz-date" */
  dm_span signature;      /* in hexadecimal digits */
  dm_span payload_hash;   /* as stated; absent where it is not */
  dm_wall_time signed_at;
  dm_duration expires; /* of a presigned URL; 0 where it does not say */
  int presigned;       /* 1: the signature stands in the query */
} dm_sigv4_claims;

/* Reads the signature of a request: its Authorization header, or the X-Amz-... parameters
 * of a presigned URL. Needs no secret and no clock.
 *
 * Strict where one request could be taken for two: each part exactly once; SignedHeaders in
 * lower case and in order, without repetition; one Host, and it is signed; every x-amz-...
 * header that is there is signed, and so is Date where it is the request's date (nobody may
 * add to what was signed: what such a header says would count, and yet come from anybody).
 *
 * AWS signs a path without its empty segments, "." and "..": "/a/./b" and "/a/b" have one
 * signature. Who gives the first a meaning of its own has to mind that.
 *
 * `claims` borrows from the request, and from `room`, which holds what had to be
 * percent-decoded: as many bytes as the target has are always enough.
 *
 * Returns DM_OK, or with *claims untouched
 *   DM_SIGV4_NOT_SIGNED        there is no such signature
 *   DM_SIGV4_AMBIGUOUS         and the codes from there to DM_SIGV4_HEADER_NOT_SIGNED
 *   DM_ERROR_BUFFER_TOO_SMALL  `room` is
 *   DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, or a NULL where none may be */
DM_EXPORT int dm_sigv4_read(const dm_sigv4_request *request, char *room, size_t capacity,
                            dm_sigv4_claims *claims);

/* How to verify. NULL and zeroes stand for the defaults. */
typedef struct dm_sigv4_options {
  size_t size;
  const dm_span *services; /* NULL: "iotdata" and "iotdevicegateway" */
  size_t service_count;
  dm_span region;          /* absent: any */
  dm_duration clock_skew;  /* 5 minutes */
  dm_duration max_expires; /* of a presigned URL: 7 days */

  /* 1: a request may say that its body is not signed (UNSIGNED-PAYLOAD). Whoever stands
   * between can then exchange the body. */
  int allow_unsigned_payload;

  /* 1: X-Amz-Security-Token may have been added to a presigned URL after it was signed, as
   * AWS wants it for MQTT over WebSocket. */
  int allow_unsigned_token;
} dm_sigv4_options;

/* Verifies what dm_sigv4_read() read from the same request, with the secret key that
 * belongs to the access key, at the time `now`: here, the wall clock decides. Comparisons
 * take the same time whatever differs. `options` may be NULL.
 *
 * A request is good for `clock_skew` before and after its date, a presigned URL that says
 * X-Amz-Expires from `clock_skew` before its date to its end. Within that time the same
 * request is as good a second time: who minds that keeps the signatures it has seen.
 *
 * The body counts: x-amz-content-sha256 must be its hash where it is given, and else its
 * hash is part of what was signed.
 *
 * An access key that is not known is the host's to refuse.
 *
 * Returns DM_OK, or
 *   DM_SIGV4_WRONG_SERVICE     and the codes from there to DM_SIGV4_WRONG_SIGNATURE
 *   DM_ERROR_NO_MEMORY
 *   DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, a NULL where none may be, or a
 *                              secret key that is empty or too long */
DM_EXPORT int dm_sigv4_verify(const dm_sigv4_request *request, const dm_sigv4_claims *claims,
                              dm_span secret_key, dm_wall_time now,
                              const dm_sigv4_options *options);

/* ---- X.509 certificates --------------------------------------------------- */

/* The longest value of a certificate that a policy may ask for, in bytes. */
#define DM_X509_VALUE_MAX 1024

/* What a certificate says about its owner. The host gives the room for it. */
typedef struct dm_x509_principal {
  size_t size;

  dm_property *values; /* in: room for this many values; may be NULL with 0 */
  size_t value_capacity;
  char *text; /* in: room for text made for them; may be NULL with 0 */
  size_t text_capacity;

  size_t value_count; /* out; as needed with DM_ERROR_BUFFER_TOO_SMALL */
  size_t text_len;    /* out; likewise */

  /* Out. The SHA-256 of the certificate, in lower-case hexadecimal digits, and a NUL: AWS's
   * certificateId, and a good name for a principal. */
  char certificate_id[65];
} dm_x509_principal;

/* Reads one certificate (DER) that TLS has verified: nothing here looks at signatures,
 * issuers' rights or dates.
 *
 * The values are AWS IoT's policy variables, as they stand in the certificate (AWS puts a
 * backslash before some characters, and drops values with '*', '$', '+', '?' or '#'; here a
 * value in a policy is literal anyway):
 *
 *   iot:CertificateId
 *   iot:Certificate.SerialNumber   in decimal digits
 *   iot:Certificate.Subject.X      and .Issuer.X, where X is CommonName, Country,
 *       DistinguishedNameQualifier, GenerationQualifier, GivenName, Initials, Organization,
 *       OrganizationalUnit, Pseudonym, SerialNumber, State, Surname or Title
 *   iot:Certificate.Subject.AlternativeName.X   and .Issuer..., where X is DNSName,
 *       DirectoryName ("cn=Boiler,o=Example,c=US"), IPAddress, RFC822Name or
 *       UniformResourceIdentifier
 *   iot:Certificate.AvailableKeys  each of these keys that has a value
 *
 * A key alone is the first value, with .1 the second, .2 the third; with .List all of them
 * are there, each as a value of its own. Keys and values borrow from `der`, from `text` and
 * from *principal. No key is there without a value.
 *
 * A value is unusable that is empty, longer than DM_X509_VALUE_MAX, holds a NUL, or is not
 * text in UTF-8 or ASCII. Then value_count is 0, but certificate_id is set, and a host may go
 * on without variables, where no policy denies anything because of one.
 *
 * Returns DM_OK, or
 *   DM_X509_MALFORMED          this is no certificate
 *   DM_X509_UNUSABLE_VALUE     one that has such a value
 *   DM_ERROR_BUFFER_TOO_SMALL  with value_count and text_len what is needed, and
 *                              certificate_id set
 *   DM_ERROR_NO_MEMORY
 *   DM_ERROR_INVALID_ARGUMENT  the structure has a wrong size, or a NULL stands where none
 *                              may; *principal is untouched */
DM_EXPORT int dm_x509_read(dm_span der, dm_x509_principal *principal);

/* ---- Passwords ------------------------------------------------------------ */

/* What a stored password takes at most, without a NUL. */
#define DM_PASSWORD_STORED_MAX 200

/* Fewer or more are refused. So many iterations are so many times the work of one SHA-512,
 * for whoever guesses, and for the host, which does nothing else meanwhile: 210,000 take a
 * tenth of a second or two. */
#define DM_PASSWORD_ITERATIONS_MIN     1000
#define DM_PASSWORD_ITERATIONS_MAX     10000000
#define DM_PASSWORD_ITERATIONS_DEFAULT 210000

/* Makes the form in which a configuration file may hold a password: PBKDF2 (RFC 8018) with
 * HMAC-SHA-512,
 *
 *   $pbkdf2-sha512$i=210000$SALT$HASH
 *
 * with salt (8 to 32 bytes) and hash (64 bytes) in base64 (RFC 4648 section 4). `salt` is
 * random and the host's; `iterations` 0 stands for the default.
 *
 * Returns DM_OK and the length in *len, or
 *   DM_ERROR_BUFFER_TOO_SMALL
 *   DM_ERROR_NO_MEMORY
 *   DM_ERROR_INVALID_ARGUMENT  a length or a number out of range, or a NULL where none may be */
DM_EXPORT int dm_password_hash(dm_span password, dm_span salt, uint32_t iterations, char *out,
                               size_t capacity, size_t *len);

/* Whether `password` is the one that `stored` was made of. Takes the same time whatever
 * differs.
 *
 * Returns DM_OK, or
 *   DM_PASSWORD_WRONG          it is another one
 *   DM_PASSWORD_MALFORMED      `stored` is no such form
 *   DM_ERROR_NO_MEMORY
 *   DM_ERROR_INVALID_ARGUMENT  a NULL where none may be */
DM_EXPORT int dm_password_verify(dm_span stored, dm_span password);

/* Whether this is such a form, without the work. For reading configuration files.
 *
 * Returns DM_OK, or
 *   DM_PASSWORD_MALFORMED      it is not
 *   DM_ERROR_INVALID_ARGUMENT  a NULL where none may be */
DM_EXPORT int dm_password_check(dm_span stored);

/* ---- Secrets -------------------------------------------------------------- */

/* Whether two secrets are the same: 1 or 0. The time it takes depends on their lengths
 * only. */
DM_EXPORT int dm_auth_equal(dm_span a, dm_span b);

/* Overwrites a secret that has done its work with zeroes, which no compiler takes for needless.
 * `secret` may be NULL with 0. The library does so itself with all that it derives from secret
 * keys and passwords. */
DM_EXPORT void dm_auth_wipe(void *secret, size_t len);

#ifdef __cplusplus
}
#endif
#endif
