/* A connection as its owner sees it: what all layers have in common.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/net/stream.h"

#include "common/loop/loop.h"

stream_room stream_room_of(const stream *s) {
  if (s->events->room != NULL)
    return s->events->room(s->user);
  return (stream_room){s->loop->read_buffer, sizeof s->loop->read_buffer};
}

bool stream_describe_tls(const stream *s, stream_tls *out) {
  *out = (stream_tls){.server_name = ""};
  while (s != NULL && s->layer->describe_tls == NULL)
    s = s->below;
  if (s != NULL)
    s->layer->describe_tls(s, out);
  return s != NULL;
}

const char *stream_error_text(int error) {
  return loop_error_text(error);
}
