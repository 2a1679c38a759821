/* What a policy document means, written down a second time without regard to cost.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_FUZZ_NAIVE_POLICY_H
#define TEST_FUZZ_NAIVE_POLICY_H

#include "dm/policy.h"

/* Decides a request against a document that dm_policy_parse() accepts; -1 where it cannot
 * say: the document holds a number with a fraction outside of quotation marks. */
int naive_decide(dm_span json, const dm_policy_request *request);

#endif
