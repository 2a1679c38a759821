/* The programs under test: started, measured and stopped.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_BENCH_PROGRAMS_H
#define TEST_BENCH_PROGRAMS_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

typedef struct program {
  const char *name;
  pid_t pid;
  FILE *errors; /* what it says on standard error; shown when something goes wrong */
} program;

/* Raises the limit of descriptors as far as the system lets us; returns it. */
unsigned programs_raise_descriptors(void);

/* A port between 20000 and 32000 that nobody listens on just now: the system hands out others
 * by itself. */
uint16_t programs_free_port(void);

/* A path in a folder that is gone when this process has ended, or programs_remove_files() was
 * called. Valid until then. */
const char *programs_path(const char *name);

/* Writes a file to such a path, which is returned. */
const char *programs_file(const char *name, const char *content);
void programs_remove_files(void);

/* Starts a program, argv[0]. Standard output goes to /dev/null. It ends with this process,
 * however that ends. */
void program_start(program *p, const char *const argv[]);

/* The same with a function of ours: the new process calls run(user). */
void program_start_own(program *p, const char *name, void (*run)(void *user), void *user);

/* Waits until somebody listens on `port`. */
void program_await(const program *p, uint16_t port);

void program_stop(program *p);

/* Nanoseconds of CPU that it has used, in user space and in the kernel. */
uint64_t program_cpu(const program *p);

/* The part of that in user space, 0 to 1, since `before`, which is updated; all zero at first.
 * Counted in ticks of the clock: for long times only. */
typedef struct program_ticks {
  unsigned long user, kernel;
} program_ticks;
double program_user_part(const program *p, program_ticks *before);

/* Bytes of its memory that are resident. */
size_t program_resident(const program *p);

#endif
