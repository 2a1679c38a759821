/* Every code of libdm-auth in words.
 *
 * SPDX-License-Identifier: MIT
 */
#include "dm/auth.h"

static const char *signature_text(int code) {
  switch (code) {
  case DM_SIGV4_NOT_SIGNED:
    return "The request bears no AWS signature.";
  case DM_SIGV4_AMBIGUOUS:
    return "The signature, or a part of it, is given in two places.";
  case DM_SIGV4_UNSUPPORTED_ALGORITHM:
    return "The signature's algorithm is not AWS4-HMAC-SHA256.";
  case DM_SIGV4_MALFORMED_AUTHORIZATION:
    return "A part of the signature is missing, empty, repeated or unknown.";
  case DM_SIGV4_MALFORMED_CREDENTIAL:
    return "The credential is not KEY/YYYYMMDD/region/service/aws4_request.";
  case DM_SIGV4_MALFORMED_SIGNED_HEADERS:
    return "The signed headers are not a sorted list of lower-case names.";
  case DM_SIGV4_MALFORMED_SIGNATURE:
    return "The signature is not 64 lower-case hexadecimal digits.";
  case DM_SIGV4_MALFORMED_DATE:
    return "The request's date is missing or malformed.";
  case DM_SIGV4_MALFORMED_EXPIRES:
    return "X-Amz-Expires is not a number of seconds.";
  case DM_SIGV4_MALFORMED_PAYLOAD_HASH:
    return "x-amz-content-sha256 is neither a hash nor UNSIGNED-PAYLOAD.";
  case DM_SIGV4_MALFORMED_REQUEST:
    return "The request's method or target is malformed.";
  case DM_SIGV4_MALFORMED_HEADER:
    return "A header field is malformed.";
  case DM_SIGV4_REPEATED_HEADER:
    return "A header of which there may be only one is repeated.";
  case DM_SIGV4_TOO_MANY:
    return "The request has too many header fields, query parameters or path segments.";
  case DM_SIGV4_NO_HOST:
    return "The request has no Host header.";
  case DM_SIGV4_SIGNED_HEADER_MISSING:
    return "A signed header is not there.";
  case DM_SIGV4_HEADER_NOT_SIGNED:
    return "A header that must be signed is not: Host, Date, or one that begins with x-amz-.";
  default:
    return NULL;
  }
}

static const char *verification_text(int code) {
  switch (code) {
  case DM_SIGV4_WRONG_SERVICE:
    return "The credential is for another service.";
  case DM_SIGV4_WRONG_REGION:
    return "The credential is for another region.";
  case DM_SIGV4_WRONG_SCOPE_DATE:
    return "The credential is for another day than the request's date.";
  case DM_SIGV4_NOT_YET_VALID:
    return "The request's date lies in the future.";
  case DM_SIGV4_TOO_OLD:
    return "The request's date lies too far in the past.";
  case DM_SIGV4_EXPIRED:
    return "The presigned URL has expired.";
  case DM_SIGV4_EXPIRES_TOO_LATE:
    return "X-Amz-Expires is longer than presigned URLs may live.";
  case DM_SIGV4_UNSIGNED_PAYLOAD:
    return "The body is not signed.";
  case DM_SIGV4_PAYLOAD_MISMATCH:
    return "The body is not the one that x-amz-content-sha256 stands for.";
  case DM_SIGV4_WRONG_SIGNATURE:
    return "The signature does not match: another secret key, or the request was changed.";
  default:
    return NULL;
  }
}

static const char *other_text(int code) {
  switch (code) {
  case DM_OK:
    return "Success.";
  case DM_ERROR_INVALID_ARGUMENT:
    return "An argument is invalid.";
  case DM_ERROR_NO_MEMORY:
    return "Out of memory.";
  case DM_ERROR_BUFFER_TOO_SMALL:
    return "The buffer is too small.";
  case DM_X509_MALFORMED:
    return "This is not an X.509 certificate.";
  case DM_X509_UNUSABLE_VALUE:
    return "A value in the certificate is empty, too long, or not text.";
  case DM_PASSWORD_MALFORMED:
    return "The stored password is not $pbkdf2-sha512$i=ITERATIONS$SALT$HASH.";
  case DM_PASSWORD_WRONG:
    return "The password is wrong.";
  default:
    return "Unknown code.";
  }
}

const char *dm_auth_strerror(int code) {
  const char *text = signature_text(code);
  if (text == NULL)
    text = verification_text(code);
  return text != NULL ? text : other_text(code);
}
