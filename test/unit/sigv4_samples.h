/* Signed requests whose signatures are known to be right.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_SIGV4_SAMPLES_H
#define TEST_UNIT_SIGV4_SAMPLES_H

#include "dm/auth.h"

typedef struct sigv4_sample {
  const char *name;
  const char *method;
  const char *target;
  const char *headers; /* "Name:value\n" for each */
  const char *body;
  const char *secret_key;
  dm_wall_time signed_at;
} sigv4_sample;

extern const sigv4_sample sigv4_samples[];
extern const size_t sigv4_sample_count;

#endif
