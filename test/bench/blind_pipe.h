/* The least that any program between a device and its broker has to do: a read and a write
 * for what comes. It looks at nothing. What the sidecar takes above it is the sidecar's own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_BENCH_BLIND_PIPE_H
#define TEST_BENCH_BLIND_PIPE_H

#include <stdint.h>

/* Listens on one port of 127.0.0.1 and joins each connection to one of its own to the other
 * port, for ever. Runs in a process of its own; exits where something goes wrong. */
_Noreturn void blind_pipe_run(uint16_t port, uint16_t broker_port);

#endif
