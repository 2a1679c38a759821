/* libdm: policies in the syntax of AWS IoT and IAM: documents in, decisions out.
 *
 * A policy is parsed once, is immutable from then on, and may be evaluated by several
 * threads at once. Evaluation allocates nothing and takes bounded time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_H
#define DM_POLICY_H

#include "dm/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Documents ---------------------------------------------------------- */

/* One compiled policy document. */
typedef struct dm_policy dm_policy;

/* Why a document was refused, and where: line and column count from 1, the column in
 * bytes. The text is NUL-terminated, in English, without the position; what it quotes
 * from the document is shortened and holds no control characters. */
typedef struct dm_policy_error {
  unsigned line;
  unsigned column;
  char text[200];
} dm_policy_error;

/* The size limit AWS sets for a document, white space not counted. */
#define DM_POLICY_SIZE_LIMIT 2048

/* Compiles the JSON text of one policy document.
 *
 * Understood: Version ("2012-10-17", "2008-10-17" or absent), Id, and Statement, one
 * object or an array of them, each with Sid, Effect, Action, Resource and Condition
 * with StringEquals and StringLike on the key iot:Topic. Strings may hold '*' and '?'
 * where AWS lets them, and with Version "2012-10-17" what makes them literal: ${*} ${?}
 * ${$}, or $(*) $(?) $($). Anything else (another element or operator, a policy variable,
 * a duplicate key, a wrong type, a limit passed) refuses the whole document: a
 * document never becomes a weaker one than its author wrote.
 *
 * `size_limit` bounds the document's bytes that are not white space; 0 stands for
 * DM_POLICY_SIZE_LIMIT. `memory` may be NULL for realloc() and free(); its content is
 * copied. (The JSON is read by jansson, which uses its own allocator.) `json` is not
 * kept. `error` may be NULL.
 *
 * Returns DM_OK and the policy in *out, to be given to dm_policy_free();
 * DM_ERROR_NOT_UNDERSTOOD with *error filled; DM_ERROR_NO_MEMORY;
 * DM_ERROR_INVALID_ARGUMENT. *out is untouched unless DM_OK. */
DM_EXPORT int dm_policy_parse(dm_policy **out, dm_span json, size_t size_limit,
                              const dm_memory *memory, dm_policy_error *error);

/* Releases a policy that no call in progress uses; NULL is fine. */
DM_EXPORT void dm_policy_free(dm_policy *policy);

/* ---- Decisions ---------------------------------------------------------- */

/* The policies of one principal: all of them count. Borrowed. */
typedef struct dm_policy_list {
  const dm_policy *const *policies;
  size_t count;
} dm_policy_list;

/* One value known about a request, such as iot:Topic. A key with several values
 * stands several times. Keys match without regard to letter case. */
typedef struct dm_policy_value {
  dm_span key;
  dm_span value;
} dm_policy_value;

/* What is asked: may this action be done on this resource, with these values known.
 * Everything is literal here: a '*' in a resource is an asterisk. */
typedef struct dm_policy_request {
  dm_span action;   /* "iot:SendDirectMessage" */
  dm_span resource; /* "arn:aws:iot:eu-west-1:123456789012:client/boiler-7" */
  const dm_policy_value *values;
  size_t value_count;
} dm_policy_request;

/* An explicit deny anywhere wins, else an explicit allow permits, else nothing does. */
enum {
  DM_POLICY_IMPLICIT_DENY = 0,
  DM_POLICY_ALLOWED = 1,
  DM_POLICY_EXPLICIT_DENY = 2
};

/* Decides a request against all policies of a list. An empty list denies; a NULL
 * in a list denies explicitly, for the policy it stands for might have. Returns one of
 * the three above and never fails; allocates nothing; safe from several threads. */
DM_EXPORT int dm_policy_evaluate(const dm_policy_list *policies, const dm_policy_request *request);

/* ---- Places in JSON text ------------------------------------------------ */

/* Finds where in a JSON text the value named by a JSON Pointer (RFC 6901) stands, for
 * error messages about configuration that embeds or accompanies policies: the member's
 * key in an object, the value itself in an array. `json` must be valid JSON. Line and
 * column count from 1, the column in bytes; both are 1 when the pointer leads nowhere. */
DM_EXPORT void dm_json_position(dm_span json, const char *pointer, unsigned *line,
                                unsigned *column);

#ifdef __cplusplus
}
#endif
#endif
