/* A caller of the server in http_host.h, and what it says.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_EXAMPLES_HTTP_CLIENT_H
#define TEST_EXAMPLES_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct http_client {
  int fd;
  char in[65536]; /* what has come and was not looked at, NUL-terminated */
  size_t len;
  bool ended;
} http_client;

/* One that is connected to the host's server. */
http_client *http_client_open(void);
void http_client_free(http_client *c);

/* One turn of the server's loop, then whatever has arrived. */
void http_client_turn(http_client *c);

/* Sends, with turns while the server does not read. */
void http_client_put(http_client *c, const char *text, size_t len);
void http_client_say(http_client *c, const char *text);
void http_client_repeat(http_client *c, const char *text, size_t times);

/* Waits for one answer and returns its status; `head` gets its header. */
int http_client_answer(http_client *c, char head[1024]);
int http_client_status(http_client *c);

/* The answer must be the connection's last. */
int http_client_last_status(http_client *c);

/* Nothing comes, however often the loop turns. */
void http_client_assert_silent(http_client *c);

#define SEND(target, fields, body)                                                                 \
  "POST /connections/" target "/messages?topic=a&confirmation=true HTTP/1.1\r\nHost: x\r\n" fields \
  "\r\n" body
#define FAST SEND("fast", "Content-Length: 2\r\n", "hi")
#define SLOW SEND("slow", "", "")
#define SECOND                                                                                     \
  "POST /connections/slow/messages?topic=a&confirmation=true&timeout=1 HTTP/1.1\r\nHost: "         \
  "x\r\n\r\n"
#define NONE SEND("none", "", "")
#define CHUNKED                                                                                    \
  SEND("fast", "Transfer-Encoding: chunked\r\n", "2;x=y\r\nhi\r\n1\r\n!\r\n0\r\nTrailer: 1\r\n\r\n")

#endif
