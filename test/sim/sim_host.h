/* The host of the context: its configuration, and who may do what.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_SIM_SIM_HOST_H
#define TEST_SIM_SIM_HOST_H

/* What stays from context to context. */
void host_begin(void);
void host_end(void);

/* A new context, in which nothing has happened. */
void host_new_context(void);

#endif
