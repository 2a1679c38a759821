/* Certificates, and what policies may ask of them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_UNIT_CERTIFICATES_H
#define TEST_UNIT_CERTIFICATES_H

#include "dm/auth.h"

typedef struct certificate_sample {
  const char *name;
  int status; /* what reading it returns */
  const char *base64;
  const char *certificate_id;
  const char *values; /* "key=value\n" for each, in any order; without the keys that follow
                       * from these */
} certificate_sample;

extern const certificate_sample certificate_samples[];
extern const size_t certificate_sample_count;

#endif
