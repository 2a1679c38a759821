/* libdm: policies in the syntax of AWS IoT and IAM: documents in, decisions out.
 *
 * A policy is parsed once, is immutable from then on, and may be evaluated by several
 * threads at once. Evaluation allocates nothing and takes bounded time.
 *
 * Structures begin with their own size, as dm/types.h says, those that the library fills in too;
 * but for three small ones, which many are made of and which cannot grow.
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
 * from the document is shortened and holds no control characters. Cannot grow. */
typedef struct dm_policy_error {
  unsigned line;
  unsigned column;
  char text[200];
} dm_policy_error;

/* The size limit AWS sets for a document, white space not counted. */
#define DM_POLICY_SIZE_LIMIT 2048

/* Compiles the JSON text of one policy document.
 *
 * Understood is the whole language of identity policies: Version ("2012-10-17",
 * "2008-10-17" or absent), Id, and Statement, one object or an array of them, each with
 * Sid, Effect, Action or NotAction, Resource or NotResource, and Condition.
 *
 * The condition operators are StringEquals, StringNotEquals, StringEqualsIgnoreCase,
 * StringNotEqualsIgnoreCase, StringLike, StringNotLike; Numeric... and Date... each with
 * Equals, NotEquals, LessThan, LessThanEquals, GreaterThan, GreaterThanEquals; Bool;
 * BinaryEquals; IpAddress, NotIpAddress; ArnEquals, ArnLike, ArnNotEquals, ArnNotLike;
 * Null. All but Null may end in IfExists and begin with ForAllValues: or ForAnyValue:.
 * Values are strings; numbers and truths may go without quotation marks where they are
 * compared as such. IgnoreCase knows the letters of ASCII. IPv4 addresses are no part of
 * IPv6; one that is written as IPv6, ::ffff:192.0.2.1, is an IPv4 address.
 *
 * The condition keys are iot:Topic, iot:ClientId, iot:DomainName,
 * iot:IncludeSocketInformation; iot:Connection.Thing.ThingName, .ThingTypeName,
 * .IsAttached, .Attributes[NAME]; iot:CertificateId; iot:Certificate.SerialNumber,
 * .AvailableKeys and, behind .Subject or .Issuer, the attributes of a certificate and
 * .AlternativeName, also followed by .1, .2 ... or .List; aws:CurrentTime, EpochTime,
 * MultiFactorAuthAge, MultiFactorAuthPresent, PrincipalAccount, PrincipalArn, PrincipalTag/NAME,
 * PrincipalType, RequestedRegion, SecureTransport, SourceAccount, SourceArn, SourceIp,
 * TokenIssueTime, UserAgent, userid and username.
 *
 * With Version "2012-10-17", Resource, NotResource and the values of String and Arn
 * operators may hold policy variables, ${key} or ${key, 'default'}, and what makes
 * wildcards literal: ${*} ${?} ${$}, or $(*) $(?) $($).
 *
 * An empty Condition is none. The service in an ARN has no capital letters: ARNs are compared
 * letter by letter, and a Deny of arn:aws:IOT:... would deny nothing.
 *
 * Anything else (another element, operator or key, a duplicate key, a wrong type, a limit
 * passed) refuses the whole document: a document never becomes a weaker one than its
 * author wrote.
 *
 * `size_limit` bounds the document's bytes that are not white space; 0 stands for
 * DM_POLICY_SIZE_LIMIT. `memory` may be NULL for realloc() and free(); its content is
 * copied. (The JSON is read by jansson, which uses its own allocator.) `json` is not
 * kept. `error` may be NULL.
 *
 * Returns DM_OK and the policy in *out, to be given to dm_policy_free(), or with *out
 * untouched
 *   DM_ERROR_NOT_UNDERSTOOD    the document is refused; *error says where and why
 *   DM_ERROR_NO_MEMORY
 *   DM_ERROR_INVALID_ARGUMENT  a NULL where none may be */
DM_EXPORT int dm_policy_parse(dm_policy **out, dm_span json, size_t size_limit,
                              const dm_memory *memory, dm_policy_error *error);

/* Releases a policy that no call in progress uses; NULL is fine. */
DM_EXPORT void dm_policy_free(dm_policy *policy);

/* ---- Decisions ---------------------------------------------------------- */

/* The policies of one principal: all of them count. Borrowed. Cannot grow. */
typedef struct dm_policy_list {
  const dm_policy *const *policies;
  size_t count;
} dm_policy_list;

/* One value known about a request, such as iot:Topic. A key with several values
 * stands several times. Keys match without regard to letter case. Dates are as in policies,
 * truths "true" or "false", binary values as they are; an absent value does not count.
 * Cannot grow.
 *
 * There is no clock here: who wants conditions on aws:CurrentTime ("2026-05-28T10:00:00Z") and
 * aws:EpochTime (its seconds) to work gives both with every request. */
typedef struct dm_policy_value {
  dm_span key;
  dm_span value;
} dm_policy_value;

/* What is asked: may this action be done on this resource, with these values known.
 * Everything is literal here: a '*' in a resource is an asterisk. */
typedef struct dm_policy_request {
  size_t size;
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
 * in a list denies explicitly, for the policy it stands for might have. Allocates nothing;
 * safe from several threads.
 *
 * A condition whose key has no value is false; but true, as in IAM, with a negated operator, with
 * ...IfExists and with ForAllValues:, which are therefore dangerous in an Allow without a Null
 * beside them.
 *
 * A key with several values asks for ForAllValues: or ForAnyValue:. A condition on it without
 * either, negated or not, makes a Deny match and an Allow not.
 *
 * A policy variable that the request has no value for, or several, or an empty one where a
 * wildcard follows at once, matches nothing. A Resource, StringEquals or StringLike with it
 * therefore does not match. NotResource and the negated operators do match in a Deny, as in
 * IAM; in an Allow they do not, so that nothing is allowed for want of a value. A value of the
 * request that is not what an operator compares, say an IP address that is none, makes a Deny
 * match and an Allow not.
 *
 * Returns one of the three above, or
 *   DM_ERROR_INVALID_ARGUMENT  a structure of a wrong size, or a NULL where none may be */
DM_EXPORT int dm_policy_evaluate(const dm_policy_list *policies, const dm_policy_request *request);

/* ---- Explaining --------------------------------------------------------- */

/* No policy or no statement. */
#define DM_POLICY_NOWHERE SIZE_MAX

/* A decision, and the first statement in the list's order that made it. */
typedef struct dm_policy_decision {
  size_t size;
  int decision;     /* as dm_policy_evaluate() returns it */
  size_t policy;    /* its place in the list; DM_POLICY_NOWHERE for an implicit deny */
  size_t statement; /* its place in the document's Statement, 0 where that is one object;
                       DM_POLICY_NOWHERE too where a NULL in the list denies */
} dm_policy_decision;

/* Decides as dm_policy_evaluate() does and fills *out, whose size must be set; `out` may be
 * NULL.
 *
 * Returns what dm_policy_evaluate() returns; *out is untouched with an error. */
DM_EXPORT int dm_policy_decide(const dm_policy_list *policies, const dm_policy_request *request,
                               dm_policy_decision *out);

/* How far a statement's match with a request goes. */
enum {
  DM_POLICY_MATCH_FULL = 0, /* the statement applies */
  DM_POLICY_MATCH_NOT_ACTION = 1,
  DM_POLICY_MATCH_NOT_RESOURCE = 2, /* the action matches, the resource does not */
  DM_POLICY_MATCH_NOT_CONDITION = 3 /* all but a condition match */
};

/* What one statement has to say to a request. The spans are part of the policy. */
typedef struct dm_policy_match {
  size_t size;
  int match;         /* one of the above */
  int effect;        /* DM_POLICY_ALLOWED or DM_POLICY_EXPLICIT_DENY, where it applies */
  dm_span sid;       /* absent where the statement has none */
  dm_span condition; /* the operator of the first condition that failed, or absent */
  dm_span key;       /* that condition's key, or absent */
  dm_span variable;  /* a policy variable without a value that is a reason, or absent */
} dm_policy_match;

/* The number of a document's statements; 0 for NULL. */
DM_EXPORT size_t dm_policy_statement_count(const dm_policy *policy);

/* Says how near a statement comes to applying to a request, whatever the others say, in
 * *out, whose size must be set. Allocates nothing; safe from several threads.
 *
 * Returns DM_OK, or with *out untouched
 *   DM_ERROR_INVALID_ARGUMENT  there is no such statement, a structure has a wrong size, or a
 *                              NULL stands where none may */
DM_EXPORT int dm_policy_explain(const dm_policy *policy, size_t statement,
                                const dm_policy_request *request, dm_policy_match *out);

/* ---- What a document asks for ------------------------------------------- */

/* Tells each condition key and each policy variable's key that a document names, as it is
 * written, and the place of its statement; in the document's order, repetitions too. Goes on
 * while visit() returns 0, returns what it returned last, and 0 for NULL.
 *
 * A key that a host never gives a value for is one that its author counted on in vain: a Deny
 * on it never applies. A host does well to refuse such a document when it reads it. */
DM_EXPORT int dm_policy_keys(const dm_policy *policy,
                             int (*visit)(void *user, dm_span key, size_t statement), void *user);

/* Tells each key that a condition tests, with the condition's operator, as dm_policy_keys() does,
 * for a host to warn of what its author cannot have meant: see dm_policy_evaluate() on keys with
 * several values. */
DM_EXPORT int dm_policy_conditions(const dm_policy *policy,
                                   int (*visit)(void *user, dm_span condition, dm_span key,
                                                size_t statement),
                                   void *user);

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
