/* What settles a message that waits: PUBACK, cancel, time, the end of the context.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_SIM_SETTLING_H
#define TEST_SIM_SETTLING_H

void settling_puback(void);
void settling_cancel(void);
void settling_tick(void);
void settling_stop(void);
void settling_free(void);

#endif
