/* Bytes to HTTP requests.
 *
 * SPDX-License-Identifier: MIT
 */
#include "common/http1/http_parser.h"

#include <string.h>

#include "common/base/ascii.h"

/* A body in chunks of one byte each takes six bytes for each; more framing than that
 * (chunk extensions, trailers) is not a message but an attack. */
#define CHUNK_OVERHEAD 8

static int refuse(http_parser *parser, int outcome, const char *why) {
  parser->refusal = outcome;
  parser->why = why;
  return HPE_USER;
}

static int refuse_malformed(http_parser *parser, const char *why) {
  return refuse(parser, DM_INVALID_REQUEST, why);
}

static int refuse_memory(http_parser *parser) {
  return refuse(parser, DM_INTERNAL_SERVER_ERROR, "Out of memory.");
}

/* ---- What the head must keep to --------------------------------------------------- */

static bool all_digits(dm_span text) {
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
  return text.len > 0;
}

/* How long the body is must be said once and clearly: two servers that understand it
 * differently let one request be smuggled inside another (RFC 9112 section 6.3). */
static const char *framing_problem(const http_request *request) {
  dm_span value = {0};
  size_t encodings = http_request_find(request, "Transfer-Encoding", &value);
  if (encodings > 1 || (encodings == 1 && !ascii_same(value, dm_text("chunked"))))
    return "Transfer-Encoding must be chunked and nothing else.";
  if (encodings == 1 && request->version_1_0)
    return "HTTP/1.0 has no Transfer-Encoding.";
  size_t lengths = http_request_find(request, "Content-Length", &value);
  if (lengths > 1 || (lengths == 1 && (encodings > 0 || !all_digits(value))))
    return "The length of the body is not clear.";
  return NULL;
}

static const char *head_problem(const http_parser *parser) {
  const http_request *request = parser->request;
  dm_span value;
  if (parser->machine.http_major != 1 || parser->machine.http_minor > 1)
    return "The HTTP version is not 1.0 or 1.1.";
  size_t hosts = http_request_find(request, "Host", &value);
  if (hosts > 1 || (hosts == 0 && !request->version_1_0))
    return "Exactly one Host header is required."; /* RFC 9112 section 3.2 */
  return framing_problem(request);
}

/* ---- Callbacks of llhttp ------------------------------------------------------------ */

static int on_target(llhttp_t *machine, const char *at, size_t len) {
  http_parser *parser = machine->data;
  parser->request->method = parser->method_name == NULL ? "" : parser->method_name;
  return http_request_add_target(parser->request, dm_bytes(at, len)) ? 0 : refuse_memory(parser);
}

/* Trailers, which come after the head, are read and forgotten. */
static int on_name(llhttp_t *machine, const char *at, size_t len) {
  http_parser *parser = machine->data;
  if (parser->request->head_complete || http_request_add_name(parser->request, dm_bytes(at, len)))
    return 0;
  return refuse_malformed(parser, "There are too many header fields.");
}

static int on_value(llhttp_t *machine, const char *at, size_t len) {
  http_parser *parser = machine->data;
  dm_span piece = parser->tab ? dm_text("\t") : dm_bytes(at, len);
  if (parser->request->head_complete || http_request_add_value(parser->request, piece))
    return 0;
  return refuse_memory(parser);
}

static int on_head(llhttp_t *machine) {
  http_parser *parser = machine->data;
  http_request *request = parser->request;
  dm_span expectation;
  request->head_complete = true;
  http_request_trim(request);
  request->version_1_0 = machine->http_minor == 0;
  request->is_head = llhttp_get_method(machine) == HTTP_HEAD;
  request->expects_continue = !request->version_1_0 &&
                              http_request_find(request, "Expect", &expectation) > 0 &&
                              ascii_same(expectation, dm_text("100-continue"));
  const char *wrong = head_problem(parser);
  if (wrong != NULL)
    return refuse_malformed(parser, wrong);
  if (parser->method_name == NULL)
    return refuse(parser, DM_METHOD_NOT_IMPLEMENTED, NULL);
  if (llhttp_get_method(machine) == HTTP_CONNECT)
    return refuse(parser, DM_METHOD_NOT_ALLOWED, "This is not a proxy.");
  parser->body_limit = parser->pool->body_limit(parser->pool->user, request);
  if (machine->content_length > parser->body_limit)
    return refuse(parser, DM_PAYLOAD_TOO_LARGE, NULL);
  /* A server may go on in HTTP/1.1 as if nobody had asked for another protocol (RFC 9110
   * section 7.8); some clients ask every time. */
  machine->upgrade = 0;
  return 0;
}

/* Limits may have been lowered since: then there is nothing left. */
static uint64_t left(uint64_t limit, uint64_t used) {
  return limit > used ? limit - used : 0;
}

static int on_body(llhttp_t *machine, const char *at, size_t len) {
  http_parser *parser = machine->data;
  http_request *request = parser->request;
  if (len > left(parser->body_limit, request->body.len))
    return refuse(parser, DM_PAYLOAD_TOO_LARGE, NULL);
  return http_request_add_body(request, dm_bytes(at, len)) ? 0 : refuse_memory(parser);
}

/* The pause leaves llhttp at the end of this request, to be handled outside of it. */
static int on_complete(llhttp_t *machine) {
  http_parser *parser = machine->data;
  parser->request->keep_alive = llhttp_should_keep_alive(machine) != 0;
  return HPE_PAUSED;
}

static const llhttp_settings_t callbacks = {.on_url = on_target,
                                            .on_header_field = on_name,
                                            .on_header_value = on_value,
                                            .on_headers_complete = on_head,
                                            .on_body = on_body,
                                            .on_message_complete = on_complete};

/* ---- What llhttp is given ------------------------------------------------------------ */

/* llhttp ends at the first letter that no method of its own has: an unknown one is held back, and
 * stands for another until the head has been read. */
static const char *known_method(const char *method) {
#define NAME(number, name, string) #string,
  static const char *const names[] = {HTTP_METHOD_MAP(NAME) "PRI"};
#undef NAME
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp(names[i], method) == 0)
      return names[i];
  return NULL;
}

static llhttp_errno_t begin_request(http_parser *parser) {
  parser->request = parser->pool->spare;
  parser->pool->spare = NULL;
  if (parser->request == NULL)
    parser->request = http_request_new();
  return parser->request != NULL ? HPE_OK : (llhttp_errno_t)refuse_memory(parser);
}

static llhttp_errno_t hold_method(http_parser *parser, dm_span piece) {
  for (size_t i = 0; i < piece.len && parser->method_len < HTTP_METHOD_ROOM - 1; i++)
    parser->method[parser->method_len++] = piece.ptr[i];
  return parser->request != NULL ? HPE_OK : begin_request(parser);
}

static llhttp_errno_t give_method(http_parser *parser) {
  parser->method[parser->method_len] = '\0';
  parser->method_len = 0;
  parser->method_name = known_method(parser->method);
  const char *given = parser->method_name == NULL ? "POST" : parser->method_name;
  return llhttp_execute(&parser->machine, given, strlen(given));
}

static llhttp_errno_t give(http_parser *parser, dm_span piece, http_head_part part) {
  llhttp_errno_t rc = HPE_OK;
  if (part == HTTP_HEAD_OF_METHOD)
    return hold_method(parser, piece);
  if (parser->method_len > 0)
    rc = give_method(parser);
  parser->tab = part == HTTP_HEAD_TAB;
  if (rc == HPE_OK)
    rc = llhttp_execute(&parser->machine, parser->tab ? " " : piece.ptr, piece.len);
  return rc;
}

static llhttp_errno_t give_all(http_parser *parser, dm_span input) {
  llhttp_errno_t rc = HPE_OK;
  while (rc == HPE_OK && input.len > 0) {
    dm_span piece;
    http_head_part part;
    rc = http_head_take(&parser->head, &input, &piece, &part)
             ? give(parser, piece, part)
             : (llhttp_errno_t)refuse_malformed(parser, "The header is not well formed.");
  }
  return rc;
}

/* ---- The parser ------------------------------------------------------------------------ */

/* Every request starts from a fresh machine: nothing of one can reach into the next. */
static void start(http_parser *parser) {
  llhttp_init(&parser->machine, HTTP_REQUEST, &callbacks);
  parser->machine.data = parser;
  parser->head = (http_head){.state = HTTP_HEAD_START};
  parser->method_len = 0;
  parser->method_name = NULL;
  parser->head_seen = 0;
  parser->body_seen = 0;
}

void http_parser_open(http_parser *parser, http_parser_pool *pool) {
  *parser = (http_parser){.pool = pool};
  start(parser);
}

static void give_back(http_parser *parser) {
  if (parser->request != NULL && parser->pool->spare == NULL) {
    http_request_reset(parser->request);
    parser->pool->spare = parser->request;
  } else {
    http_request_free(parser->request);
  }
  parser->request = NULL;
}

void http_parser_close(http_parser *parser) {
  give_back(parser);
}

void http_parser_next(http_parser *parser) {
  give_back(parser);
  start(parser);
}

void http_parser_pool_close(http_parser_pool *pool) {
  http_request_free(pool->spare);
  pool->spare = NULL;
}

static bool reading_head(const http_parser *parser) {
  return parser->request == NULL || !parser->request->head_complete;
}

/* How many bytes the part that is being read may still have. */
static uint64_t room(const http_parser *parser) {
  const uint64_t header = parser->pool->max_header_bytes;
  if (reading_head(parser))
    return left(header, parser->head_seen);
  if (parser->body_limit > (UINT64_MAX - header) / CHUNK_OVERHEAD)
    return UINT64_MAX;
  return left(parser->body_limit * CHUNK_OVERHEAD + header, parser->body_seen);
}

static http_progress refused(http_parser *parser) {
  if (parser->refusal == 0)
    refuse_malformed(parser, "This is not well-formed HTTP.");
  return HTTP_REFUSED;
}

http_progress http_parser_feed(http_parser *parser, dm_span input, size_t *used) {
  uint64_t *seen = reading_head(parser) ? &parser->head_seen : &parser->body_seen;
  size_t len = input.len < room(parser) ? input.len : (size_t)room(parser);
  *used = 0;
  if (len == 0 && input.len > 0) {
    refuse_malformed(parser, reading_head(parser) ? "The header is too large."
                                                  : "The body's framing is too large.");
    return HTTP_REFUSED;
  }
  llhttp_errno_t rc = give_all(parser, dm_bytes(input.ptr, len));
  if (rc == HPE_OK) {
    *seen += len;
    *used = len;
    return HTTP_MORE;
  }
  if (rc == HPE_PAUSED) {
    *used = (size_t)(llhttp_get_error_pos(&parser->machine) - input.ptr);
    return HTTP_READY;
  }
  return refused(parser);
}
