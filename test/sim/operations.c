/* Operations.
 *
 * SPDX-License-Identifier: MIT
 */
#include "operations.h"

#include <stddef.h>

#include "chance.h"
#include "sim_connections.h"
#include "sim_queries.h"
#include "sends.h"
#include "settling.h"

static int depth;

void operations_any(void) {
  static const struct {
    unsigned weight;
    void (*run)(void);
  } operations[] = {
      {3000, sends_send},         {2500, settling_puback}, {800, settling_tick},
      {500, connections_connect}, {400, settling_cancel},  {250, connections_disconnect},
      {600, queries_query},       {1, settling_stop},      {2, settling_free}};
  unsigned total = 0;
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
    total += operations[i].weight;
  unsigned pick = chance_below(total);
  size_t at = 0;
  while (pick >= operations[at].weight)
    pick -= operations[at++].weight;
  depth++;
  operations[at].run();
  depth--;
}

void operations_inside(unsigned rarely) {
  if (depth < OPERATIONS_DEPTH && chance_one_in(rarely))
    operations_any();
}
