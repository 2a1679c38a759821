/* One HTTP request as it is read.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/http1/http_request.h"

#include <stdlib.h>

#include "common/base/ascii.h"

/* Memory that a request keeps for the next one. */
#define KEEP 16384

http_request *http_request_new(void) {
  return calloc(1, sizeof(http_request));
}

void http_request_free(http_request *request) {
  if (request != NULL) {
    bytes_free(&request->text);
    free(request);
  }
}

void http_request_reset(http_request *request) {
  bytes text = request->text;
  bytes_reset(&text, KEEP);
  *request = (http_request){.text = text};
}

/* Appends to a place that is the last one in the buffer, or begins there. */
static bool extend(http_request *request, http_place *place, dm_span piece) {
  if (place->len == 0)
    place->at = request->text.len;
  place->len += piece.len;
  return bytes_append(&request->text, piece);
}

bool http_request_add_target(http_request *request, dm_span piece) {
  return extend(request, &request->target, piece);
}

bool http_request_add_name(http_request *request, dm_span piece) {
  if (request->field_count == 0 || request->in_value) {
    if (request->field_count == HTTP_FIELDS_MAX)
      return false;
    request->field_count++;
    request->in_value = false;
  }
  return extend(request, &request->fields[request->field_count - 1].name, piece);
}

bool http_request_add_value(http_request *request, dm_span piece) {
  request->in_value = true;
  return extend(request, &request->fields[request->field_count - 1].value, piece);
}

bool http_request_add_body(http_request *request, dm_span piece) {
  return extend(request, &request->body, piece);
}

void http_request_trim(http_request *request) {
  for (size_t i = 0; i < request->field_count; i++) {
    http_place *value = &request->fields[i].value;
    const char *text = request->text.data + value->at;
    while (value->len > 0 && (text[value->len - 1] == ' ' || text[value->len - 1] == '\t'))
      value->len--;
  }
}

dm_span http_request_span(const http_request *request, http_place place) {
  return place.len == 0 ? dm_text("") : dm_bytes(request->text.data + place.at, place.len);
}

size_t http_request_find(const http_request *request, const char *name, dm_span *value) {
  size_t count = 0;
  for (size_t i = 0; i < request->field_count; i++) {
    if (ascii_same(http_request_span(request, request->fields[i].name), dm_text(name))) {
      *value = http_request_span(request, request->fields[i].value);
      count++;
    }
  }
  return count;
}

dm_http_request http_request_view(const http_request *request,
                                  dm_http_header fields[HTTP_FIELDS_MAX]) {
  dm_http_request view = {.size = sizeof view,
                          .method = dm_text(request->method == NULL ? "" : request->method),
                          .target = http_request_span(request, request->target),
                          .headers = fields,
                          .body = http_request_span(request, request->body)};
  if (request->head_complete)
    view.header_count = request->field_count;
  for (size_t i = 0; i < view.header_count; i++) {
    fields[i].name = http_request_span(request, request->fields[i].name);
    fields[i].value = http_request_span(request, request->fields[i].value);
  }
  return view;
}
