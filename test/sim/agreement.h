/* The model held against the context.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_SIM_AGREEMENT_H
#define TEST_SIM_AGREEMENT_H

/* Outside of every API call: what the context says of itself is what the model says. */
void agreement_check(void);

/* The context is gone: every call has had its answer. */
void agreement_check_end(void);

#endif
