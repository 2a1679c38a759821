/* Work on other threads.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/loop/workers.h"

static void run(uv_work_t *request) {
  loop_work *work = request->data;
  work->run(work);
}

static void on_done(uv_work_t *request, int status) {
  loop_work *work = request->data;
  work->done(work, status == 0);
}

bool work_start(struct loop *loop, loop_work *work) {
  work->request.data = work;
  return uv_queue_work(&loop->uv, &work->request, run, on_done) == 0;
}

void work_cancel(loop_work *work) {
  uv_cancel((uv_req_t *)&work->request);
}
