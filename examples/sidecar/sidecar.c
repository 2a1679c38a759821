/* The sidecar: what its links share.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sidecar.h"

void sidecar_warn(struct sidecar *sidecar, struct repeated_warning *warning, const char *what,
                  const char *why) {
  problem line; /* which keeps control characters out */
  if (repeated_warning_due(warning, what, why, sidecar_now(sidecar), &line))
    service_say(sidecar->service, "%s", line.text);
}
