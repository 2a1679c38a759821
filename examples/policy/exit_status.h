/* What the program exits with.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef POLICY_EXIT_STATUS_H
#define POLICY_EXIT_STATUS_H

enum {
  EXIT_GOOD = 0,   /* all documents are fine, the request is allowed */
  EXIT_BAD = 1,    /* a document is refused, the request is denied */
  EXIT_MISUSED = 2 /* nothing could be found out */
};

#endif
