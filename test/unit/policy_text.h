/* Whether documents are understood, and what is said where they are not.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_POLICY_TEXT_H
#define TEST_UNIT_POLICY_TEXT_H

#include "dm/policy.h"

/* The most bytes that the documents below may have. */
#define TEXT_MAX 6000

/* Parses a document and frees the policy again. */
int policy_text_parse(dm_span json, size_t size_limit, dm_policy_error *error);

/* Fails the test unless the document is understood. */
void expect_accepted(const char *json);

/* Fails the test unless the document is refused with a text like this one. An '@' in the
 * document marks the byte that the error has to name. */
void expect_refused(const char *marked, const char *text);

#endif
